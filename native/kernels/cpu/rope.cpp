// rope: rotary position embedding, rotate-half pairing. Su et al. 2021, arXiv 2104.09864, eq. 34.
//     y[i] = x[i] cos[i] - x[i+R] sin[i],   y[i+R] = x[i+R] cos[i] + x[i] sin[i],   the rest passes through
// x, y [rows, heads, head_dim]; cos, sin [rows, R], R = rotary_dim / 2. The backward is the rotation by the negative
// angle.
#include "element.h"
#include "operations.h"

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

template <typename T> void rotate(const Rope& a) {
    using A = Accumulation<T>;
    const A sign = static_cast<A>(a.direction);
    const int64_t half = a.rotary_dim / 2;
#pragma omp parallel for schedule(static) if (a.rows * a.heads * a.head_dim > kSerialElements)
    for (int64_t n = 0; n < a.rows; ++n) {
        const A* cos = static_cast<const A*>(a.cos) + n * half;
        const A* sin = static_cast<const A*>(a.sin) + n * half;
        for (int64_t head = 0; head < a.heads; ++head) {
            const T* x = static_cast<const T*>(a.x) + n * a.row_stride + head * a.head_stride;
            T* y = static_cast<T*>(a.y) + (n * a.heads + head) * a.head_dim;
#pragma omp simd
            for (int64_t i = 0; i < half; ++i) {
                const A first = widen(x[i]), second = widen(x[i + half]), s = sign * sin[i];
                y[i] = narrow<T>(first * cos[i] - second * s);
                y[i + half] = narrow<T>(second * cos[i] + first * s);
            }
            for (int64_t i = a.rotary_dim; i < a.head_dim; ++i)
                y[i] = x[i];
        }
    }
}

} // namespace

void rope(const Rope& a) {
    dispatch_dtype(a.dtype, [&](auto element) { rotate<decltype(element)>(a); });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
