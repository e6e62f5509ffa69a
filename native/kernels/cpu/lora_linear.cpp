// The three products of a rank-r update (lora_linear: Hu et al. 2021, arXiv 2106.09685), r small, which read or write
// the large operand X [rows, width] once:
//     shrink  U[n,r]  = sum_i X[n,i] P[r,i]          x A^T, and dy B
//     expand  X[n,i] += sum_r U[n,r] P[r,i]          y += u B^T, and dx += du A
//     grad    P[r,i]  = sum_n U[n,r] X[n,i]          dA = du^T x, and dB^T = u^T dy
// X in its own dtype, P [r, width] and U [rows, r] in the accumulation dtype.
#include "element.h"
#include "operations.h"

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

constexpr int64_t kRowTile = 4;
constexpr int64_t kRankTile = 4;
constexpr int64_t kAhead = 64; // rows that grad asks the memory for before their turn: it reads a line or two of each

// 64 bytes of A; one register under AVX-512, split by the compiler elsewhere.
template <typename A> struct VectorOf;
template <> struct VectorOf<float> { typedef float type __attribute__((vector_size(64), aligned(4), may_alias)); };
template <> struct VectorOf<double> { typedef double type __attribute__((vector_size(64), aligned(8), may_alias)); };
template <typename A> using Vector = typename VectorOf<A>::type;
template <typename A> constexpr int64_t kLanes = 64 / static_cast<int64_t>(sizeof(A));

template <typename A> TRACEFAST_INLINE Vector<A> load(const A* p) {
    return *reinterpret_cast<const Vector<A>*>(p);
}

template <typename T> TRACEFAST_INLINE Vector<Accumulation<T>> load_wide(const T* p) {
    Vector<Accumulation<T>> v;
    for (int64_t l = 0; l < kLanes<Accumulation<T>>; ++l)
        v[l] = widen(p[l]);
    return v;
}
template <> TRACEFAST_INLINE Vector<float> load_wide<float>(const float* p) {
    return load(p);
}
template <> TRACEFAST_INLINE Vector<double> load_wide<double>(const double* p) {
    return load(p);
}
template <> TRACEFAST_INLINE Vector<float> load_wide<BFloat16>(const BFloat16* p) {
    typedef uint16_t Half __attribute__((vector_size(32), aligned(2), may_alias));
    typedef uint32_t Full __attribute__((vector_size(64)));
    const Half half = *reinterpret_cast<const Half*>(p);
    const Full wide = __builtin_convertvector(half, Full) << 16;
    return (Vector<float>)wide;
}

// U[row .. row+R, rank .. rank+S]
template <int R, int S, typename T> TRACEFAST_INLINE void shrink_tile(const LoraProduct& a, int64_t row, int64_t rank) {
    using A = Accumulation<T>;
    const T* x = static_cast<const T*>(a.x) + row * a.x_stride;
    const A* p = static_cast<const A*>(a.p) + rank * a.width;
    Vector<A> sum[R][S] = {};
    int64_t i = 0;
    for (; i + kLanes<A> <= a.width; i += kLanes<A>) {
        Vector<A> xs[R];
        for (int r = 0; r < R; ++r)
            xs[r] = load_wide<T>(x + r * a.x_stride + i);
        for (int s = 0; s < S; ++s) {
            const Vector<A> ps = load(p + s * a.width + i);
            for (int r = 0; r < R; ++r)
                sum[r][s] += xs[r] * ps;
        }
    }
    A* u = static_cast<A*>(a.u) + row * a.rank + rank;
    for (int r = 0; r < R; ++r) {
        for (int s = 0; s < S; ++s) {
            A total = 0;
            for (int64_t l = 0; l < kLanes<A>; ++l)
                total += sum[r][s][l];
            for (int64_t j = i; j < a.width; ++j)
                total += widen(x[r * a.x_stride + j]) * p[s * a.width + j];
            u[r * a.rank + s] = total;
        }
    }
}

template <int R, typename T> TRACEFAST_INLINE void shrink_rows(const LoraProduct& a, int64_t row) {
    int64_t rank = 0;
    for (; rank + kRankTile <= a.rank; rank += kRankTile)
        shrink_tile<R, kRankTile, T>(a, row, rank);
    for (; rank < a.rank; ++rank)
        shrink_tile<R, 1, T>(a, row, rank);
}

template <typename T> void shrink(const LoraProduct& a) {
    const int64_t tiles = a.rows / kRowTile;
#pragma omp parallel for schedule(static) if (a.rows * a.width > kSerialElements)
    for (int64_t tile = 0; tile < tiles; ++tile)
        shrink_rows<kRowTile, T>(a, tile * kRowTile);
    for (int64_t row = tiles * kRowTile; row < a.rows; ++row)
        shrink_rows<1, T>(a, row);
}

template <typename T> void expand(const LoraProduct& a) {
    using A = Accumulation<T>;
    constexpr int64_t kColumns = 4 * kLanes<A>;
    const A* p = static_cast<const A*>(a.p);
#pragma omp parallel for schedule(static) if (a.rows * a.width > kSerialElements)
    for (int64_t n = 0; n < a.rows; ++n) {
        T* x = static_cast<T*>(a.x) + n * a.x_stride;
        const A* u = static_cast<const A*>(a.u) + n * a.rank;
        int64_t i = 0;
        for (; i + kColumns <= a.width; i += kColumns) {
            Vector<A> sum[4];
            for (int c = 0; c < 4; ++c)
                sum[c] = load_wide<T>(x + i + c * kLanes<A>);
            for (int64_t r = 0; r < a.rank; ++r)
                for (int c = 0; c < 4; ++c)
                    sum[c] += u[r] * load(p + r * a.width + i + c * kLanes<A>);
            for (int c = 0; c < 4; ++c) {
                A wide[kLanes<A>];
                std::memcpy(wide, &sum[c], sizeof wide);
#pragma omp simd
                for (int64_t l = 0; l < kLanes<A>; ++l)
                    x[i + c * kLanes<A> + l] = narrow<T>(wide[l]);
            }
        }
        for (; i < a.width; ++i) {
            A sum = widen(x[i]);
            for (int64_t r = 0; r < a.rank; ++r)
                sum += u[r] * p[r * a.width + i];
            x[i] = narrow<T>(sum);
        }
    }
}

// Threads take columns, so that every sum over rows has one order.
template <typename T> void grad(const LoraProduct& a) {
    using A = Accumulation<T>;
    constexpr int64_t kColumns = 2 * kLanes<A>;
    const A* u = static_cast<const A*>(a.u);
    A* p = static_cast<A*>(a.p);
    const int64_t blocks = (a.width + kColumns - 1) / kColumns;
#pragma omp parallel for schedule(static) if (a.rows * a.width > kSerialElements)
    for (int64_t block = 0; block < blocks; ++block) {
        const int64_t first = block * kColumns;
        const T* x = static_cast<const T*>(a.x) + first;
        if (first + kColumns > a.width) {
            for (int64_t r = 0; r < a.rank; ++r) {
                for (int64_t c = 0; first + c < a.width; ++c) {
                    A sum = 0;
                    for (int64_t n = 0; n < a.rows; ++n)
                        sum += u[n * a.rank + r] * widen(x[n * a.x_stride + c]);
                    p[r * a.width + first + c] = sum;
                }
            }
            continue;
        }
        for (int64_t rank = 0; rank < a.rank; rank += 2 * kRankTile) {
            const int64_t ranks = a.rank - rank < 2 * kRankTile ? a.rank - rank : 2 * kRankTile;
            Vector<A> sum[2 * kRankTile][2] = {};
            const auto add_rows = [&](int64_t count) __attribute__((always_inline)) {
                for (int64_t n = 0; n < a.rows; ++n) {
                    for (int64_t c = 0; c < kColumns; c += kLine / static_cast<int64_t>(sizeof(T)))
                        __builtin_prefetch(x + (n + kAhead) * a.x_stride + c);
                    const Vector<A> x0 = load_wide<T>(x + n * a.x_stride),
                                    x1 = load_wide<T>(x + n * a.x_stride + kLanes<A>);
                    for (int64_t r = 0; r < count; ++r) {
                        sum[r][0] += u[n * a.rank + rank + r] * x0;
                        sum[r][1] += u[n * a.rank + rank + r] * x1;
                    }
                }
            };
            // With a constant bound the compiler keeps the sums in registers.
            if (ranks == 2 * kRankTile)
                add_rows(2 * kRankTile);
            else
                add_rows(ranks);
            for (int64_t r = 0; r < ranks; ++r)
                std::memcpy(p + (rank + r) * a.width + first, sum[r], sizeof sum[r]);
        }
    }
}

} // namespace

void lora_shrink(const LoraProduct& a) {
    dispatch_dtype(a.dtype, [&](auto element) { shrink<decltype(element)>(a); });
}

void lora_expand(const LoraProduct& a) {
    dispatch_dtype(a.dtype, [&](auto element) { expand<decltype(element)>(a); });
}

void lora_grad(const LoraProduct& a) {
    dispatch_dtype(a.dtype, [&](auto element) { grad<decltype(element)>(a); });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
