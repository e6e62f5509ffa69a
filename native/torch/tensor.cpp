// What is no operator: a tensor's life and description, the autograd engine, modes, generators, threads, devices.
#include "status.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/version.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

namespace tracefast {
namespace {

enum Flags : int32_t { kRequiresGrad = 1, kIsLeaf = 2, kContiguous = 4, kHasGradFn = 8, kInference = 16 };

// Mirrored by TraceFast.Torch's TensorDescription. sizes and strides point into the tensor: copy them at once.
struct Description {
    void* data; // null where there is no storage (meta)
    const int64_t* sizes;
    const int64_t* strides;
    int64_t elements;
    int64_t storage_offset;
    int64_t item_size;
    int32_t dimensions;
    int32_t dtype;
    int32_t device_type;
    int32_t device_index;
    int32_t flags;
    int32_t reserved;
};
static_assert(sizeof(Description) == 72, "TraceFast.Torch.TensorDescription has the same layout");

std::vector<at::Tensor> tensors_of(void* const* tensors, int32_t count) {
    std::vector<at::Tensor> list(static_cast<size_t>(count));
    for (size_t i = 0; i < list.size(); i++)
        if (tensors[i] != nullptr) list[i] = *static_cast<const at::Tensor*>(tensors[i]);
    return list;
}

at::Tensor* give(at::Tensor tensor) {
    return tensor.defined() ? new at::Tensor(std::move(tensor)) : nullptr;
}

c10::Device device(int32_t type, int32_t index) {
    return {static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index)};
}

int32_t device_count(c10::DeviceType type) {
    return c10::impl::hasDeviceGuardImpl(type) ? c10::impl::getDeviceGuardImpl(type)->deviceCount() : 0;
}

} // namespace
} // namespace tracefast

using tracefast::Description;
using tracefast::give;
using tracefast::guarded;
using tracefast::tensors_of;

TRACEFAST_EXPORT const char* tracefast_torch_last_error() noexcept {
    return tracefast::last_error().c_str();
}

TRACEFAST_EXPORT const char* tracefast_torch_version() noexcept {
    return TORCH_VERSION;
}

// ---- a tensor's life and description

TRACEFAST_EXPORT int tracefast_tensor_free(at::Tensor* tensor) noexcept {
    return guarded([&] { delete tensor; });
}

// A second owner of the same tensor.
TRACEFAST_EXPORT int tracefast_tensor_alias(const at::Tensor* tensor, at::Tensor** out) noexcept {
    return guarded([&] { *out = give(*tensor); });
}

TRACEFAST_EXPORT int32_t tracefast_description_size() noexcept {
    return static_cast<int32_t>(sizeof(Description));
}

TRACEFAST_EXPORT int tracefast_tensor_describe(const at::Tensor* tensor, Description* out) noexcept {
    return guarded([&] {
        const at::Tensor& t = *tensor;
        out->data = t.has_storage() && t.device().type() != c10::DeviceType::Meta ? t.data_ptr() : nullptr;
        out->sizes = t.sizes().data();
        out->strides = t.strides().data();
        out->elements = t.numel();
        out->storage_offset = t.storage_offset();
        out->item_size = static_cast<int64_t>(t.element_size());
        out->dimensions = static_cast<int32_t>(t.dim());
        out->dtype = static_cast<int32_t>(t.scalar_type());
        out->device_type = static_cast<int32_t>(t.device().type());
        out->device_index = t.device().index();
        out->flags = (t.requires_grad() ? tracefast::kRequiresGrad : 0) | (t.is_leaf() ? tracefast::kIsLeaf : 0) |
                     (t.is_contiguous() ? tracefast::kContiguous : 0) | (t.grad_fn() ? tracefast::kHasGradFn : 0) |
                     (t.is_inference() ? tracefast::kInference : 0);
        out->reserved = 0;
    });
}

// A new contiguous CPU tensor [sizes] with a copy of `bytes` bytes at `data`.
TRACEFAST_EXPORT int tracefast_tensor_from_memory(const void* data, int64_t bytes, const int64_t* sizes,
                                                  int32_t dimensions, int32_t dtype, at::Tensor** out) noexcept {
    return guarded([&] {
        at::Tensor t = at::empty(at::IntArrayRef(sizes, static_cast<size_t>(dimensions)),
                                 at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
        TORCH_CHECK_VALUE(t.nbytes() == static_cast<size_t>(bytes), "shape ", t.sizes(), " of ", t.scalar_type(),
                          " takes ", t.nbytes(), " bytes, not ", bytes);
        if (bytes > 0) std::memcpy(t.data_ptr(), data, static_cast<size_t>(bytes));
        *out = give(std::move(t));
    });
}

// ---- autograd

TRACEFAST_EXPORT int tracefast_tensor_requires_grad(at::Tensor* tensor, int32_t value) noexcept {
    return guarded([&] { tensor->requires_grad_(value != 0); });
}

TRACEFAST_EXPORT int tracefast_tensor_retain_grad(const at::Tensor* tensor) noexcept {
    return guarded([&] { tensor->retain_grad(); });
}

// The accumulated gradient, or null.
TRACEFAST_EXPORT int tracefast_tensor_grad(const at::Tensor* tensor, at::Tensor** out) noexcept {
    return guarded([&] { *out = give(tensor->grad()); });
}

TRACEFAST_EXPORT int tracefast_tensor_set_grad(at::Tensor* tensor, const at::Tensor* grad) noexcept {
    return guarded([&] {
        if (grad != nullptr)
            TORCH_CHECK(grad->sizes() == tensor->sizes() && grad->scalar_type() == tensor->scalar_type() &&
                            grad->device() == tensor->device(),
                        "a gradient of ", tensor->scalar_type(), tensor->sizes(), " on ", tensor->device(),
                        " cannot be ", grad->scalar_type(), grad->sizes(), " on ", grad->device());
        tensor->mutable_grad() = grad != nullptr ? *grad : at::Tensor();
    });
}

// Accumulates d(sum of tensors * gradients) into the leaves (or into `inputs` only, where given). A null gradient
// stands for 1 and needs a one-element tensor. retain < 0: as create.
TRACEFAST_EXPORT int tracefast_backward(void* const* tensors, void* const* gradients, int32_t count,
                                        void* const* inputs, int32_t input_count, int32_t retain,
                                        int32_t create) noexcept {
    return guarded([&] {
        torch::autograd::backward(tensors_of(tensors, count), tensors_of(gradients, count),
                                  retain < 0 ? create != 0 : retain != 0, create != 0, tensors_of(inputs, input_count));
    });
}

// Gradients of outputs with respect to inputs into out[0..input_count); an unused input gives null when allowed.
TRACEFAST_EXPORT int tracefast_grad(void* const* outputs, void* const* gradients, int32_t output_count,
                                    void* const* inputs, int32_t input_count, int32_t retain, int32_t create,
                                    int32_t allow_unused, at::Tensor** out) noexcept {
    return guarded([&] {
        std::vector<at::Tensor> result = torch::autograd::grad(
            tensors_of(outputs, output_count), tensors_of(inputs, input_count), tensors_of(gradients, output_count),
            retain < 0 ? create != 0 : retain != 0, create != 0, allow_unused != 0);
        for (size_t i = 0; i < result.size(); i++)
            out[i] = give(std::move(result[i]));
    });
}

TRACEFAST_EXPORT int32_t tracefast_grad_mode() noexcept {
    return c10::GradMode::is_enabled() ? 1 : 0;
}

TRACEFAST_EXPORT void tracefast_set_grad_mode(int32_t enabled) noexcept {
    c10::GradMode::set_enabled(enabled != 0);
}

TRACEFAST_EXPORT int32_t tracefast_inference_mode() noexcept {
    return c10::InferenceMode::is_enabled() ? 1 : 0;
}

// Enters (or, with 0, leaves) inference mode on this thread until the guard is freed on this thread.
TRACEFAST_EXPORT int tracefast_inference_guard(int32_t enabled, c10::InferenceMode** out) noexcept {
    return guarded([&] { *out = new c10::InferenceMode(enabled != 0); });
}

TRACEFAST_EXPORT void tracefast_inference_guard_free(c10::InferenceMode* guard) noexcept {
    delete guard;
}

// ---- generators

TRACEFAST_EXPORT int tracefast_generator_new(int32_t device_type, int32_t device_index, uint64_t seed,
                                             at::Generator** out) noexcept {
    return guarded([&] {
        const c10::Device device = tracefast::device(device_type, device_index);
        at::Generator generator = device.is_cpu() ? at::make_generator<at::CPUGeneratorImpl>(seed)
                                                  : at::globalContext().defaultGenerator(device).clone();
        generator.set_current_seed(seed);
        *out = new at::Generator(std::move(generator));
    });
}

// The process-wide default generator of a device.
TRACEFAST_EXPORT int tracefast_generator_default(int32_t device_type, int32_t device_index,
                                                 at::Generator** out) noexcept {
    return guarded([&] {
        *out = new at::Generator(at::globalContext().defaultGenerator(tracefast::device(device_type, device_index)));
    });
}

TRACEFAST_EXPORT int tracefast_generator_free(at::Generator* generator) noexcept {
    return guarded([&] { delete generator; });
}

TRACEFAST_EXPORT int tracefast_generator_manual_seed(at::Generator* generator, uint64_t seed) noexcept {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        generator->set_current_seed(seed);
    });
}

// Seeds from the operating system's entropy and returns the seed.
TRACEFAST_EXPORT int tracefast_generator_seed(at::Generator* generator, uint64_t* seed) noexcept {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        *seed = generator->seed();
    });
}

TRACEFAST_EXPORT int tracefast_generator_initial_seed(const at::Generator* generator, uint64_t* seed) noexcept {
    return guarded([&] { *seed = generator->current_seed(); });
}

TRACEFAST_EXPORT int tracefast_generator_get_state(at::Generator* generator, at::Tensor** out) noexcept {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        *out = give(generator->get_state());
    });
}

TRACEFAST_EXPORT int tracefast_generator_set_state(at::Generator* generator, const at::Tensor* state) noexcept {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        generator->set_state(*state);
    });
}

// Seeds the default generators of every device.
TRACEFAST_EXPORT int tracefast_manual_seed(uint64_t seed) noexcept {
    return guarded([&] { at::manual_seed(seed); });
}

// ---- threads

TRACEFAST_EXPORT int32_t tracefast_num_threads() noexcept {
    return at::get_num_threads();
}

TRACEFAST_EXPORT int tracefast_set_num_threads(int32_t count) noexcept {
    return guarded([&] { at::set_num_threads(count); });
}

TRACEFAST_EXPORT int32_t tracefast_num_interop_threads() noexcept {
    return at::get_num_interop_threads();
}

TRACEFAST_EXPORT int tracefast_set_num_interop_threads(int32_t count) noexcept {
    return guarded([&] { at::set_num_interop_threads(count); });
}

// ---- devices

TRACEFAST_EXPORT int tracefast_device_count(int32_t device_type, int32_t* count) noexcept {
    return guarded([&] { *count = tracefast::device_count(static_cast<c10::DeviceType>(device_type)); });
}

// Waits until everything queued on the CUDA device (-1: the current one) is done.
TRACEFAST_EXPORT int tracefast_cuda_synchronize(int32_t index) noexcept {
    return guarded([&] {
        TORCH_CHECK(tracefast::device_count(c10::DeviceType::CUDA) > 0, "no CUDA device (or a libtorch without CUDA)");
        const auto current = c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->getDevice().index();
        at::detail::getCUDAHooks().deviceSynchronize(index < 0 ? current : static_cast<c10::DeviceIndex>(index));
    });
}
