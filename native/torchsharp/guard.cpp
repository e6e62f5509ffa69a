// Loaded by TorchSharp 0.107 under the name of its own native library. The dynamic linker finds here what this file
// defines, and everything else in the real library, on which this one depends. It fixes what would end the process or
// free memory in use:
//   - a tensor or Scalar that is finalized while the call that it was made for still reads it (TorchSharp has no
//   GC.KeepAlive): freed later;
//   - C++ exceptions that matmul, autograd.grad, set_rng_state and set_num_threads let out into .NET: kept for
//   TorchSharp's CheckForErrors;
//   - error messages that carry a C++ backtrace: cut off.
// No torch header: tensors are pointers.
#include <dlfcn.h>
#include <sys/prctl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

thread_local char* last_error = nullptr;

template <typename F> F* real(const char* name) {
    return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

void set_error(const char* what) {
    std::free(last_error);
    last_error = strdup(what);
}

template <typename Body> auto guarded(Body&& body) -> decltype(body()) {
    try {
        return body();
    } catch (const std::exception& e) {
        set_error(e.what());
    } catch (...) {
        set_error("an unknown C++ exception");
    }
    return decltype(body())();
}

bool on_finalizer_thread() {
    thread_local const bool is = [] {
        char name[16] = {};
        prctl(PR_GET_NAME, name);
        return std::strcmp(name, ".NET Finalizer") == 0;
    }();
    return is;
}

// Objects that the finalizer thread gave up, freed 2 to 4 seconds later: by then no call that was running reads them.
class DeferredFree {
  public:
    explicit DeferredFree(void (*release)(void*)) : release(release) {}

    void add(void* object) {
        std::vector<void*> due;
        {
            const std::lock_guard<std::mutex> lock(gate);
            if (Clock::now() - rotated > std::chrono::seconds(2)) {
                due.swap(older);
                older.swap(newer);
                rotated = Clock::now();
            }
            newer.push_back(object);
        }
        for (void* o : due)
            release(o);
    }

  private:
    using Clock = std::chrono::steady_clock;
    void (*release)(void*);
    std::mutex gate;
    std::vector<void*> newer, older;
    Clock::time_point rotated = Clock::now();
};

std::atomic<int64_t> finalized_tensors{0};

} // namespace

// How many tensors were left to the finalizer so far: each was made outside a dispose scope and never disposed.
EXPORT int64_t tracefast_finalized_tensors() {
    return finalized_tensors;
}

EXPORT void THSTensor_dispose(void* tensor) {
    static const auto next = real<void(void*)>("THSTensor_dispose");
    static DeferredFree deferred(next);
    if (on_finalizer_thread()) {
        ++finalized_tensors;
        deferred.add(tensor);
    } else {
        next(tensor);
    }
}

EXPORT void THSTorch_dispose_scalar(void* scalar) {
    static const auto next = real<void(void*)>("THSTorch_dispose_scalar");
    static DeferredFree deferred(next);
    if (on_finalizer_thread())
        deferred.add(scalar);
    else
        next(scalar);
}

EXPORT const char* THSTorch_get_and_reset_last_err() {
    static const auto next = real<const char*()>("THSTorch_get_and_reset_last_err");
    char* message = last_error != nullptr ? last_error : const_cast<char*>(next());
    last_error = nullptr;
    if (message != nullptr)
        for (const char* mark : {"\nException raised from", "\nframe #"})
            if (char* backtrace = std::strstr(message, mark)) *backtrace = '\0';
    return message;
}

EXPORT void* THSTensor_matmul(void* left, void* right) {
    static const auto next = real<void*(void*, void*)>("THSTensor_matmul");
    return guarded([&] { return next(left, right); });
}

EXPORT void THSAutograd_grad(void* outputs, int64_t output_count, void* inputs, int64_t input_count, void* gradients,
                             int64_t gradient_count, bool retain, bool create, bool unused, void* (*allocate)(size_t)) {
    static const auto next =
        real<void(void*, int64_t, void*, int64_t, void*, int64_t, bool, bool, bool, void* (*)(size_t))>(
            "THSAutograd_grad");
    guarded([&] {
        next(outputs, output_count, inputs, input_count, gradients, gradient_count, retain, create, unused, allocate);
    });
}

EXPORT void THSGenerator_set_rng_state(void* generator, void* state) {
    static const auto next = real<void(void*, void*)>("THSGenerator_set_rng_state");
    guarded([&] { next(generator, state); });
}

EXPORT void THSTorch_set_num_threads(int32_t count) {
    static const auto next = real<void(int32_t)>("THSTorch_set_num_threads");
    guarded([&] { next(count); });
}
