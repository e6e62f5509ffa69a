// The elementwise part of one block of tree attention: Vaswani et al. 2017, arXiv 1706.03762, eq. 1; the recomputing
// backward is FlashAttention's (Dao et al. 2022, arXiv 2205.14135, algorithm 4).
//     forward:  s = softcap(scale * q.k) over the keys that the row sees, p = exp(s - lse), 0 elsewhere
//     backward: p as above from the saved lse; d(q.k) = scale * p * (dp - delta) * (1 - (s / softcap)^2),
//               delta = sum_j p dp: from the row itself, not from o rounded to 16 bits as there, so that it cancels
// s, dp [kv_heads, group * rows, keys]; lse [kv_heads, group * rows]. Which keys a row sees follows from positions:
// each run of keys has consecutive positions, so that it is one interval of columns per run.
#include "element.h"
#include "operations.h"

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

// Exponentials of a row's first columns are kept on the stack from one pass to the next, those of the others computed
// again. Hence every pass has its loop twice, once for each part: a test inside would keep it from being vectorized.
constexpr int64_t kKept = 2048;

// Where [begin, end) passes from kept columns to others.
TRACEFAST_INLINE int64_t split(int64_t begin, int64_t end) {
    return end <= kKept ? end : (begin >= kKept ? begin : kKept);
}

template <bool Capped, typename A> TRACEFAST_INLINE A score(A product, A scale, A softcap, A inverse) {
    const A s = product * scale;
    return Capped ? softcap * fast_tanh(s * inverse) : s;
}

// Calls body(begin, end, seen): the columns of each run that a token at `position` sees, and those it does not.
template <typename Body> TRACEFAST_INLINE void over_runs(const AttentionSoftmax& a, int64_t position, Body&& body) {
    int64_t column = 0;
    for (int32_t r = 0; r < a.run_count; ++r) {
        const int64_t count = a.runs[r].count, first = a.runs[r].first_position;
        int64_t begin = a.window > 0 ? position - a.window + 1 - first : 0;
        begin = begin < 0 ? 0 : (begin > count ? count : begin);
        int64_t end = position + 1 - first;
        end = end < begin ? begin : (end > count ? count : end);
        body(column, column + begin, false);
        body(column + begin, column + end, true);
        body(column + end, column + count, false);
        column += count;
    }
}

template <bool Capped, typename T>
void forward_row(const AttentionSoftmax& a, T* s, Accumulation<T>* lse, int64_t position) {
    using A = Accumulation<T>;
    const A scale = static_cast<A>(a.scale), softcap = static_cast<A>(a.softcap);
    const A inverse = Capped ? A(1) / softcap : A(0);
    A row_max = -INFINITY;
    over_runs(a, position, [&](int64_t begin, int64_t end, bool seen) {
        if (!seen) return;
        A max = -INFINITY;
#pragma omp simd reduction(max : max)
        for (int64_t j = begin; j < end; ++j) {
            const A value = score<Capped>(A(widen(s[j])), scale, softcap, inverse);
            max = value > max ? value : max;
        }
        row_max = max > row_max ? max : row_max;
    });
    A kept[kKept];
    A row_sum = 0;
    over_runs(a, position, [&](int64_t begin, int64_t end, bool seen) {
        if (!seen) return;
        const int64_t middle = split(begin, end);
        A sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t j = begin; j < middle; ++j)
            sum += kept[j] = exp_nonpos(score<Capped>(A(widen(s[j])), scale, softcap, inverse) - row_max);
#pragma omp simd reduction(+ : sum)
        for (int64_t j = middle; j < end; ++j)
            sum += exp_nonpos(score<Capped>(A(widen(s[j])), scale, softcap, inverse) - row_max);
        row_sum += sum;
    });
    const A log_sum_exp = row_max + std::log(row_sum);
    const A normalizer = A(1) / row_sum;
    over_runs(a, position, [&](int64_t begin, int64_t end, bool seen) {
        if (seen) {
            const int64_t middle = split(begin, end);
#pragma omp simd
            for (int64_t j = begin; j < middle; ++j)
                s[j] = narrow<T>(normalizer * kept[j]);
#pragma omp simd
            for (int64_t j = middle; j < end; ++j)
                s[j] = narrow<T>(normalizer *
                                 exp_nonpos(score<Capped>(A(widen(s[j])), scale, softcap, inverse) - row_max));
        } else {
            for (int64_t j = begin; j < end; ++j)
                s[j] = narrow<T>(A(0));
        }
    });
    *lse = log_sum_exp;
}

template <bool Capped, typename T>
void backward_row(const AttentionSoftmax& a, T* s, T* dp, Accumulation<T> lse, int64_t position) {
    using A = Accumulation<T>;
    const A scale = static_cast<A>(a.scale), softcap = static_cast<A>(a.softcap);
    const A inverse = Capped ? A(1) / softcap : A(0);
    A kept[kKept];
    A delta = 0;
    over_runs(a, position, [&](int64_t begin, int64_t end, bool seen) {
        if (!seen) return;
        const int64_t middle = split(begin, end);
        A sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t j = begin; j < middle; ++j) {
            kept[j] = fast_exp(score<Capped>(A(widen(s[j])), scale, softcap, inverse) - lse);
            sum += kept[j] * widen(dp[j]);
        }
#pragma omp simd reduction(+ : sum)
        for (int64_t j = middle; j < end; ++j)
            sum += fast_exp(score<Capped>(A(widen(s[j])), scale, softcap, inverse) - lse) * widen(dp[j]);
        delta += sum;
    });
    const auto write = [&](int64_t j, A p) {
        A derivative = scale; // of s by q.k
        if (Capped) {
            const A value = score<Capped>(A(widen(s[j])), scale, softcap, inverse) * inverse;
            derivative *= A(1) - value * value;
        }
        dp[j] = narrow<T>(p * (widen(dp[j]) - delta) * derivative);
        s[j] = narrow<T>(p);
    };
    over_runs(a, position, [&](int64_t begin, int64_t end, bool seen) {
        if (seen) {
            const int64_t middle = split(begin, end);
#pragma omp simd
            for (int64_t j = begin; j < middle; ++j)
                write(j, kept[j]);
#pragma omp simd
            for (int64_t j = middle; j < end; ++j)
                write(j, fast_exp(score<Capped>(A(widen(s[j])), scale, softcap, inverse) - lse));
        } else {
            for (int64_t j = begin; j < end; ++j)
                s[j] = dp[j] = narrow<T>(A(0));
        }
    });
}

template <bool Capped, typename T> void rows(const AttentionSoftmax& a) {
    using A = Accumulation<T>;
    const int64_t count = a.kv_heads * a.group * a.rows;
#pragma omp parallel for schedule(static, 1) if (count * a.keys > kSerialElements)
    for (int64_t chunk = 0; chunk < (count + 15) / 16; ++chunk) {
        const int64_t end = chunk * 16 + 16 < count ? chunk * 16 + 16 : count;
        for (int64_t row = chunk * 16; row < end; ++row) {
            T* s = static_cast<T*>(a.s) + row * a.keys;
            A* lse = static_cast<A*>(a.lse) + row;
            const int64_t position = a.first_position + row % a.rows;
            if (a.dp == nullptr)
                forward_row<Capped>(a, s, lse, position);
            else
                backward_row<Capped>(a, s, static_cast<T*>(a.dp) + row * a.keys, *lse, position);
        }
    }
}

} // namespace

void attention_softmax(const AttentionSoftmax& a) {
    dispatch_dtype(a.dtype, [&](auto element) {
        using T = decltype(element);
        a.softcap > 0 ? rows<true, T>(a) : rows<false, T>(a);
    });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
