// How an exported function ends: 0, or a non-zero status with the message in a thread-local string that the library's
// *_last_error function returns. No C++ exception ever crosses the C boundary.
#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <string>

namespace tracefast {

enum Status : int {
    kOk = 0,
    kTorchError = 1, // c10::Error: bad shapes, dtypes, devices, arguments; also out of memory in libtorch's allocators
    kStandardError = 2, // any other std::exception
    kUnknownError = 3,  // something that is no std::exception
};

inline std::string& last_error() noexcept {
    static thread_local std::string message;
    return message;
}

// Runs `body` and turns whatever it throws into a status.
template <typename Body> int guarded(Body&& body) noexcept {
    Status status = kOk;
    try {
        try {
            body();
            return kOk;
        } catch (const c10::Error& e) {
            status = kTorchError;
            last_error() = e.what_without_backtrace();
        } catch (const std::exception& e) {
            status = kStandardError;
            last_error() = e.what();
        } catch (...) {
            status = kUnknownError;
            last_error() = "an unknown C++ exception";
        }
    } catch (...) { // the message itself did not fit into memory
        status = kUnknownError;
        last_error().clear();
    }
    return status;
}

} // namespace tracefast

#define TRACEFAST_EXPORT extern "C" __attribute__((visibility("default")))
