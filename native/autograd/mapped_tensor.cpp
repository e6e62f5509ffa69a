// A tensor over memory that somebody else owns (a mapped safetensors file): nothing is copied.
#include "status.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>

#include <memory>

using tracefast::guarded;

TRACEFAST_EXPORT const char* tracefast_autograd_last_error() noexcept {
    return tracefast::last_error().c_str();
}

// A contiguous CPU tensor [sizes] of `dtype` over `data`. `release(context)` runs exactly once, on whichever thread
// drops the last reference to the memory, or before this returns an error.
TRACEFAST_EXPORT int tracefast_tensor_over_memory(void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype,
                                                  void (*release)(void*), void* context, at::Tensor** out) noexcept {
    return guarded([&] {
        const std::shared_ptr<void> owner(context, release);
        *out = new at::Tensor(at::from_blob(
            data, at::IntArrayRef(sizes, static_cast<size_t>(dimensions)), [owner](void*) { static_cast<void>(owner); },
            at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype))));
    });
}
