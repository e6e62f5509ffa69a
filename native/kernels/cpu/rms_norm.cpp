// rms_norm: y = style(w, x * rstd), rstd = rsqrt(mean(x^2) + eps), with the residual addition before it.
// Zhang and Sennrich 2019, arXiv 1910.07467, eq. 4. x, y [rows, hidden]; weight [hidden]; one pass over each row in
// cache.
#include "element.h"
#include "operations.h"

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

template <typename T> void forward(const RmsNormForward& a) {
    using A = Accumulation<T>;
    const A* weight = static_cast<const A*>(a.weight);
    const A one = a.style == NormStyle::Gemma ? A(1) : A(0);
    const int64_t hidden = a.hidden;
#pragma omp parallel for schedule(static) if (a.rows * hidden > kSerialElements)
    for (int64_t n = 0; n < a.rows; ++n) {
        const T* x = static_cast<const T*>(a.x) + n * a.x_stride;
        if (a.residual != nullptr) {
            const T* residual = static_cast<const T*>(a.residual) + n * a.residual_stride;
            T* sum = static_cast<T*>(a.sum) + n * hidden;
#pragma omp simd
            for (int64_t h = 0; h < hidden; ++h)
                sum[h] = narrow<T>(widen(x[h]) + widen(residual[h]));
            x = sum;
        }
        A sum_of_squares = 0;
#pragma omp simd reduction(+ : sum_of_squares)
        for (int64_t h = 0; h < hidden; ++h)
            sum_of_squares += widen(x[h]) * widen(x[h]);
        const A rstd = A(1) / std::sqrt(sum_of_squares / static_cast<A>(hidden) + static_cast<A>(a.eps));
        static_cast<A*>(a.rstd)[n] = rstd;
        T* y = static_cast<T*>(a.y) + n * hidden;
        if (a.style == NormStyle::Llama) {
#pragma omp simd
            for (int64_t h = 0; h < hidden; ++h)
                y[h] = narrow<T>(weight[h] * widen(narrow<T>(widen(x[h]) * rstd)));
        } else {
#pragma omp simd
            for (int64_t h = 0; h < hidden; ++h)
                y[h] = narrow<T>((one + weight[h]) * (widen(x[h]) * rstd));
        }
    }
}

template <typename T> void backward(const RmsNormBackward& a) {
    using A = Accumulation<T>;
    const A* weight = static_cast<const A*>(a.weight);
    const A one = a.style == NormStyle::Gemma ? A(1) : A(0);
    const int64_t hidden = a.hidden;
#pragma omp parallel for schedule(static) if (a.rows * hidden > kSerialElements)
    for (int64_t n = 0; n < a.rows; ++n) {
        const T* x = static_cast<const T*>(a.x) + n * a.x_stride;
        const T* dy = static_cast<const T*>(a.dy) + n * hidden;
        T* dx = static_cast<T*>(a.dx) + n * hidden;
        const A rstd = static_cast<const A*>(a.rstd)[n];
        A dot = 0; // sum_h g * x
#pragma omp simd reduction(+ : dot)
        for (int64_t h = 0; h < hidden; ++h)
            dot += widen(dy[h]) * (one + weight[h]) * widen(x[h]);
        const A back = dot * rstd * rstd * rstd / static_cast<A>(hidden);
        if (a.dsum != nullptr) {
            const T* dsum = static_cast<const T*>(a.dsum) + n * hidden;
#pragma omp simd
            for (int64_t h = 0; h < hidden; ++h)
                dx[h] = narrow<T>(widen(dsum[h]) + (rstd * (widen(dy[h]) * (one + weight[h])) - back * widen(x[h])));
        } else {
#pragma omp simd
            for (int64_t h = 0; h < hidden; ++h)
                dx[h] = narrow<T>(rstd * (widen(dy[h]) * (one + weight[h])) - back * widen(x[h]));
        }
    }
    if (a.dweight == nullptr) return;
    // Rows are summed in a fixed number of chunks, whatever the number of threads.
    A* partial = static_cast<A*>(a.scratch);
#pragma omp parallel for schedule(static) if (a.rows * hidden > kSerialElements)
    for (int64_t chunk = 0; chunk < kReductionChunks; ++chunk) {
        A* sum = partial + chunk * hidden;
        for (int64_t h = 0; h < hidden; ++h)
            sum[h] = 0;
        for (int64_t n = a.rows * chunk / kReductionChunks; n < a.rows * (chunk + 1) / kReductionChunks; ++n) {
            const T* x = static_cast<const T*>(a.x) + n * a.x_stride;
            const T* dy = static_cast<const T*>(a.dy) + n * hidden;
            const A rstd = static_cast<const A*>(a.rstd)[n];
#pragma omp simd
            for (int64_t h = 0; h < hidden; ++h)
                sum[h] += widen(dy[h]) * (widen(x[h]) * rstd);
        }
    }
    A* dweight = static_cast<A*>(a.dweight);
    for (int64_t h = 0; h < hidden; ++h)
        dweight[h] = partial[h];
    for (int64_t chunk = 1; chunk < kReductionChunks; ++chunk)
        for (int64_t h = 0; h < hidden; ++h)
            dweight[h] += partial[chunk * hidden + h];
}

} // namespace

void rms_norm_forward(const RmsNormForward& a) {
    dispatch_dtype(a.dtype, [&](auto element) { forward<decltype(element)>(a); });
}

void rms_norm_backward(const RmsNormBackward& a) {
    dispatch_dtype(a.dtype, [&](auto element) { backward<decltype(element)>(a); });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
