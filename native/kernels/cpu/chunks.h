// An optimizer's step over many tensors at once: every thread takes chunks of any of them.
#pragma once

#include "element.h"

namespace tracefast::cpu::TRACEFAST_ISA {

// step(tensor, begin, end) for chunks of 16,384 elements, the last of a tensor shorter; a tensor has its `count`.
template <typename Tensor, typename Step>
TRACEFAST_INLINE void for_chunks(const Tensor* tensors, int64_t count, const Step& step) {
    constexpr int64_t chunk = 16 * 1024;
    static_assert(chunk % kMomentBlock == 0, "a block of moments belongs to one thread");
    int64_t total = 0;
    for (int64_t i = 0; i < count; ++i)
        total += tensors[i].count;
#pragma omp parallel if (total > kSerialElements)
    for (int64_t i = 0; i < count; ++i) {
        const Tensor& a = tensors[i];
#pragma omp for schedule(dynamic) nowait
        for (int64_t begin = 0; begin < a.count; begin += chunk)
            step(a, begin, begin + chunk < a.count ? begin + chunk : a.count);
    }
}

} // namespace tracefast::cpu::TRACEFAST_ISA
