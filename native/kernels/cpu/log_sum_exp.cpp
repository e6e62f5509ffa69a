// One vocabulary tile of linear_log_prob's online log-sum-exp over the tokens that are not the row's target:
// Milakov and Gimelshein 2018, arXiv 1805.02867, algorithm 3; src/TraceFast.Kernels/LinearLogProb/LogProbSweep.cs has
// the whole.
//     z = scale * (h . w),  z = softcap * tanh(z / softcap)
//     row_max' = max(row_max, max z),  row_sum' = row_sum * exp(row_max - row_max') + sum exp(z - row_max')
// and, in place of z, exp(z - row_max') * (1 - (z / softcap)^2), 0 for the target, whose product with the tile's
// weights is this tile's part of dh. z [rows, tokens]; row_max, row_sum, target_logit, correction [rows]. Two passes
// over each row.
#include "element.h"
#include "operations.h"

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

template <bool Capped, typename A> TRACEFAST_INLINE A logit(A product, A scale, A softcap, A inverse) {
    const A z = product * scale;
    return Capped ? softcap * fast_tanh(z * inverse) : z;
}

template <bool Capped, typename T> void tile(const LogSumExpTile& a) {
    using A = Accumulation<T>;
    const A scale = static_cast<A>(a.scale), softcap = static_cast<A>(a.softcap);
    const A inverse = Capped ? A(1) / softcap : A(0);
    A* row_max = static_cast<A*>(a.row_max);
    A* row_sum = static_cast<A*>(a.row_sum);
#pragma omp parallel for schedule(static) if (a.rows * a.tokens > kSerialElements)
    for (int64_t n = 0; n < a.rows; ++n) {
        T* z = static_cast<T*>(a.z) + n * a.tokens;
        const int64_t column = a.targets[n] - a.first;
        const bool here = column >= 0 && column < a.tokens;
        if (here) static_cast<A*>(a.target_logit)[n] = logit<Capped>(A(widen(z[column])), scale, softcap, inverse);
        // the columns on either side of the target
        const int64_t parts[2][2] = {{0, here ? column : a.tokens}, {here ? column + 1 : a.tokens, a.tokens}};
        A max = row_max[n];
        for (const auto& part : parts) {
#pragma omp simd reduction(max : max)
            for (int64_t v = part[0]; v < part[1]; ++v) {
                const A value = logit<Capped>(A(widen(z[v])), scale, softcap, inverse);
                max = value > max ? value : max;
            }
        }
        A sum = 0;
        for (const auto& part : parts) {
            // Two loops, so that neither asks at each column whether to write.
            if (a.write != 0) {
#pragma omp simd reduction(+ : sum)
                for (int64_t v = part[0]; v < part[1]; ++v) {
                    const A value = logit<Capped>(A(widen(z[v])), scale, softcap, inverse);
                    const A p = exp_nonpos(value - max);
                    sum += p;
                    z[v] = narrow<T>(Capped ? p * (A(1) - (value * inverse) * (value * inverse)) : p);
                }
            } else {
#pragma omp simd reduction(+ : sum)
                for (int64_t v = part[0]; v < part[1]; ++v)
                    sum += exp_nonpos(logit<Capped>(A(widen(z[v])), scale, softcap, inverse) - max);
            }
        }
        if (here && a.write != 0) z[column] = narrow<T>(A(0));
        const A correction = fast_exp(row_max[n] - max);
        static_cast<A*>(a.correction)[n] = correction;
        row_sum[n] = row_sum[n] * correction + sum;
        row_max[n] = max;
    }
}

} // namespace

void log_sum_exp_tile(const LogSumExpTile& a) {
    dispatch_dtype(a.dtype, [&](auto element) {
        using T = decltype(element);
        a.softcap > 0 ? tile<true, T>(a) : tile<false, T>(a);
    });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
