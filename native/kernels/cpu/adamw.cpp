// adamw: Adam with decoupled weight decay, Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2, in the order of
// operations of torch.optim.AdamW:
//     theta *= 1 - lr decay;  m += (g - m) (1 - beta1);  v = v beta2 + (1 - beta2) g g
//     theta -= step_size * m / (sqrt(v) / root_correction + eps)
#include "chunks.h"
#include "operations.h"

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

template <typename T, typename G> void step(const AdamWTensor& a, int64_t begin, int64_t end) {
    using A = Accumulation<T>;
    T* parameter = static_cast<T*>(a.parameter);
    A* master = static_cast<A*>(a.master);
    const G* gradient = static_cast<const G*>(a.gradient);
    A* first = static_cast<A*>(a.first_moment);
    A* second = static_cast<A*>(a.second_moment);
    const A decay = static_cast<A>(a.decay), beta1 = static_cast<A>(1 - a.beta1), beta2 = static_cast<A>(a.beta2),
            rest2 = static_cast<A>(1 - a.beta2), size = static_cast<A>(-a.step_size),
            correction = static_cast<A>(a.root_correction), eps = static_cast<A>(a.eps);
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) {
        const A g = static_cast<A>(widen(gradient[i]));
        const A theta = (master != nullptr ? master[i] : static_cast<A>(widen(parameter[i]))) * decay;
        // torch.lerp's two forms, for weights below and from one half
        const A m = beta1 < A(0.5) ? first[i] + beta1 * (g - first[i]) : g - (g - first[i]) * (A(1) - beta1);
        const A v = second[i] * beta2 + rest2 * g * g;
        const A stepped = theta + size * m / (std::sqrt(v) / correction + eps);
        first[i] = m;
        second[i] = v;
        if (master != nullptr) master[i] = stepped;
        parameter[i] = narrow<T>(stepped);
    }
}

void step(const AdamWTensor& a, int64_t begin, int64_t end) {
    dispatch_dtype(a.dtype, [&](auto element) {
        using T = decltype(element);
        a.gradient_dtype == a.dtype ? step<T, T>(a, begin, end) : step<T, Accumulation<T>>(a, begin, end);
    });
}

} // namespace

void adamw(const AdamWTensor* tensors, int64_t count) {
    for_chunks(tensors, count, [](const AdamWTensor& a, int64_t begin, int64_t end) { step(a, begin, end); });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
