// One vocabulary tile of linear_log_prob's online log-sum-exp over the tokens that are not the row's target:
// Milakov and Gimelshein 2018, arXiv 1805.02867, algorithm 3; src/TraceFast.Kernels/LinearLogProb/LogProbSweep.cs has the whole.
//     z = scale * (h . w),  z = softcap * tanh(z / softcap)
//     largest' = max(largest, max z),  total' = total * exp(largest - largest') + sum exp(z - largest')
// and, in place of z, exp(z - largest') * (1 - (z / softcap)^2), 0 for the target, whose product with the tile's
// weights is this tile's part of dh. z [rows, tokens]; largest, total, target_logit, correction [rows]. Two passes over
// each row.
#include "element.h"
#include "operations.h"

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

template <bool Capped, typename A> TRACEFAST_INLINE A logit(A product, A scale, A softcap, A inverse) {
    const A z = product * scale;
    return Capped ? softcap * hyperbolic_tangent(z * inverse) : z;
}

template <bool Capped, typename T> void tile(const LogSumExpTile& a) {
    using A = Accumulation<T>;
    const A scale = static_cast<A>(a.scale), softcap = static_cast<A>(a.softcap);
    const A inverse = Capped ? A(1) / softcap : A(0);
    A* largest = static_cast<A*>(a.largest);
    A* total = static_cast<A*>(a.total);
#pragma omp parallel for schedule(static) if (a.rows * a.tokens > kSerialElements)
    for (int64_t n = 0; n < a.rows; ++n) {
        T* z = static_cast<T*>(a.z) + n * a.tokens;
        const int64_t column = a.targets[n] - a.first;
        const bool here = column >= 0 && column < a.tokens;
        if (here) static_cast<A*>(a.target_logit)[n] = logit<Capped>(A(widen(z[column])), scale, softcap, inverse);
        // the columns on either side of the target
        const int64_t parts[2][2] = {{0, here ? column : a.tokens}, {here ? column + 1 : a.tokens, a.tokens}};
        A most = largest[n];
        for (const auto& part : parts) {
#pragma omp simd reduction(max : most)
            for (int64_t v = part[0]; v < part[1]; ++v) {
                const A value = logit<Capped>(A(widen(z[v])), scale, softcap, inverse);
                most = value > most ? value : most;
            }
        }
        A sum = 0;
        for (const auto& part : parts) {
            if (a.write != 0) {
#pragma omp simd reduction(+ : sum)
                for (int64_t v = part[0]; v < part[1]; ++v) {
                    const A value = logit<Capped>(A(widen(z[v])), scale, softcap, inverse);
                    const A p = exponential_of_nonpositive(value - most);
                    sum += p;
                    z[v] = narrow<T>(Capped ? p * (A(1) - (value * inverse) * (value * inverse)) : p);
                }
            } else {
#pragma omp simd reduction(+ : sum)
                for (int64_t v = part[0]; v < part[1]; ++v)
                    sum += exponential_of_nonpositive(logit<Capped>(A(widen(z[v])), scale, softcap, inverse) - most);
            }
        }
        if (here && a.write != 0) z[column] = narrow<T>(A(0));
        const A correction = exponential(largest[n] - most);
        static_cast<A*>(a.correction)[n] = correction;
        total[n] = total[n] * correction + sum;
        largest[n] = most;
    }
}

} // namespace

void log_sum_exp_tile(const LogSumExpTile& a) {
    with_element(a.dtype, [&](auto element) {
        using T = decltype(element);
        a.softcap > 0 ? tile<true, T>(a) : tile<false, T>(a);
    });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
