// Products of small packed matrices, for operations that keep a tile in the cache between two of them.
//     C [m, n] (+)= L [m, k] R [k, n]
// L is row-major, R and C have the lanes of a register in n. Sums are in the accumulation dtype and in the order of k.
// Operands are held as float (double for double); for bfloat16, where the instruction set multiplies pairs of it, as
// bfloat16: L's k is then even and R is [k / 2, n, 2].
#pragma once

#include "register.h"

namespace tracefast::cpu::TRACEFAST_ISA {

#if defined(__AVX512F__)
constexpr int kTileRows = 6, kTileRegisters = 4; // 24 sums, 4 of R, 1 of L: of 32 registers
#elif defined(__AVX2__)
constexpr int kTileRows = 6, kTileRegisters = 2; // 12 sums, 2 of R, 1 of L: of 16 registers
#else
constexpr int kTileRows = 6, kTileRegisters = 2;
#endif

// What an operand of dtype T is held as, how many of k stand side by side in R, and what one lane of R holds.
template <typename T> struct OperandOf {
    using type = Accumulation<T>;
    using unit = Accumulation<T>;
    static constexpr int64_t depth = 1;
};
#ifdef __AVX512BF16__
template <> struct OperandOf<BFloat16> {
    using type = BFloat16;
    using unit = float; // two bfloat16
    static constexpr int64_t depth = 2;
};
#endif
template <typename T> using Operand = typename OperandOf<T>::type;
template <typename T> using Unit = typename OperandOf<T>::unit;
template <typename T> constexpr int64_t kDepth = OperandOf<T>::depth;

constexpr int64_t round_up(int64_t count, int64_t step) {
    return (count + step - 1) / step * step;
}

// Where things lie in a workspace; with a null base only how large it is.
class Carver {
  public:
    explicit Carver(void* base) : base_(static_cast<char*>(base)) {}
    template <typename U> U* take(int64_t count) {
        char* at = base_ == nullptr ? nullptr : base_ + size_;
        size_ += round_up(count * static_cast<int64_t>(sizeof(U)), 64);
        return reinterpret_cast<U*>(at);
    }
    int64_t size() const { return size_; }

  private:
    char* base_;
    int64_t size_ = 0;
};

template <typename T> TRACEFAST_INLINE Operand<T> to_operand(T v) {
    if constexpr (std::is_same_v<Operand<T>, T>)
        return v;
    else
        return widen(v);
}

// M rows of C by N registers.
template <int M, int N, typename T>
TRACEFAST_INLINE void product_tile(int64_t k, const Operand<T>* l, int64_t l_stride, const Operand<T>* r,
                                   int64_t r_stride, Accumulation<T>* c, int64_t c_stride, bool add) {
    using A = Accumulation<T>;
    constexpr int64_t lanes = kRegisterLanes<A>;
    Register<A> sum[M][N] = {};
    if (add) {
#pragma GCC unroll 8
        for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
            for (int j = 0; j < N; ++j)
                sum[i][j] = load_register<A>(c + i * c_stride + j * lanes);
    }
    for (int64_t step = 0; step < k; step += kDepth<T>) {
        Register<A> right[N];
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j)
            right[j] = load_register<A>(r + step * r_stride + j * lanes * kDepth<T>);
#pragma GCC unroll 8
        for (int i = 0; i < M; ++i) {
            Unit<T> left;
            std::memcpy(&left, l + i * l_stride + step, sizeof left);
#pragma GCC unroll 8
            for (int j = 0; j < N; ++j) {
#ifdef __AVX512BF16__
                if constexpr (kDepth<T> == 2)
                    sum[i][j] = (Register<A>)_mm512_dpbf16_ps((__m512)sum[i][j], (__m512bh)right[j],
                                                              (__m512bh)_mm512_set1_ps(left));
                else
#endif
                    sum[i][j] += left * right[j];
            }
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j)
            store_register<A>(c + i * c_stride + j * lanes, sum[i][j]);
}

template <int N, typename T>
TRACEFAST_INLINE void product_columns(int64_t m, int64_t k, const Operand<T>* l, int64_t l_stride, const Operand<T>* r,
                                      int64_t r_stride, Accumulation<T>* c, int64_t c_stride, bool add) {
    int64_t i = 0;
    for (; i + kTileRows <= m; i += kTileRows)
        product_tile<kTileRows, N, T>(k, l + i * l_stride, l_stride, r, r_stride, c + i * c_stride, c_stride, add);
    l += i * l_stride, c += i * c_stride;
    switch (m - i) {
    case 5:
        return product_tile<5, N, T>(k, l, l_stride, r, r_stride, c, c_stride, add);
    case 4:
        return product_tile<4, N, T>(k, l, l_stride, r, r_stride, c, c_stride, add);
    case 3:
        return product_tile<3, N, T>(k, l, l_stride, r, r_stride, c, c_stride, add);
    case 2:
        return product_tile<2, N, T>(k, l, l_stride, r, r_stride, c, c_stride, add);
    case 1:
        return product_tile<1, N, T>(k, l, l_stride, r, r_stride, c, c_stride, add);
    default:
        return;
    }
}

// n: a multiple of kRegisterLanes; k: of kDepth. Strides count elements: l_stride of one row of L, r_stride of R's n
// (a step of k is r_stride elements), c_stride of one row of C. With `add` onto C, else into it.
template <typename T>
void product(int64_t m, int64_t n, int64_t k, const Operand<T>* l, int64_t l_stride, const Operand<T>* r,
             int64_t r_stride, Accumulation<T>* c, int64_t c_stride, bool add) {
    constexpr int64_t lanes = kRegisterLanes<Accumulation<T>>;
    int64_t j = 0;
    for (; j + kTileRegisters * lanes <= n; j += kTileRegisters * lanes)
        product_columns<kTileRegisters, T>(m, k, l, l_stride, r + j * kDepth<T>, r_stride, c + j, c_stride, add);
    for (; kTileRegisters > 2 && j + 2 * lanes <= n; j += 2 * lanes)
        product_columns<2, T>(m, k, l, l_stride, r + j * kDepth<T>, r_stride, c + j, c_stride, add);
    for (; j < n; j += lanes)
        product_columns<1, T>(m, k, l, l_stride, r + j * kDepth<T>, r_stride, c + j, c_stride, add);
}

// to [columns, rows] = from [rows, columns] transposed, of units of 4 or 8 bytes at any address.
template <typename U>
void transpose(int64_t rows, int64_t columns, const U* from, int64_t from_stride, U* to, int64_t to_stride) {
    constexpr int64_t lanes = kRegisterLanes<U>;
    using Lane = std::conditional_t<sizeof(U) == 8, int64_t, int32_t>;
    typedef Lane Index __attribute__((vector_size(kRegisterBytes)));
    Index low, high; // a0 b0 a1 b1 .. of the lower and of the upper half
    for (int64_t l = 0; l < lanes; ++l) {
        low[l] = static_cast<Lane>(l / 2 + (l % 2) * lanes);
        high[l] = low[l] + lanes / 2;
    }
    const int64_t whole = rows / lanes * lanes;
    for (int64_t i = 0; i < whole; i += lanes) {
        int64_t j = 0;
        for (; j + lanes <= columns; j += lanes) {
            // log2(lanes) perfect shuffles of row x with row x + lanes / 2.
            Register<U> a[lanes], b[lanes];
#pragma GCC unroll 16
            for (int64_t x = 0; x < lanes; ++x)
                a[x] = load_register<U>(from + (i + x) * from_stride + j);
#pragma GCC unroll 4
            for (int64_t stage = lanes; stage > 1; stage /= 2) {
#pragma GCC unroll 8
                for (int64_t x = 0; x < lanes / 2; ++x) {
                    b[2 * x] = __builtin_shuffle(a[x], a[x + lanes / 2], low);
                    b[2 * x + 1] = __builtin_shuffle(a[x], a[x + lanes / 2], high);
                }
#pragma GCC unroll 16
                for (int64_t x = 0; x < lanes; ++x)
                    a[x] = b[x];
            }
#pragma GCC unroll 16
            for (int64_t x = 0; x < lanes; ++x)
                store_register<U>(to + (j + x) * to_stride + i, a[x]);
        }
        for (; j < columns; ++j)
            for (int64_t x = 0; x < lanes; ++x)
                std::memcpy(to + j * to_stride + i + x, from + (i + x) * from_stride + j, sizeof(U));
    }
    for (int64_t j = 0; j < columns; ++j)
        for (int64_t x = whole; x < rows; ++x)
            std::memcpy(to + j * to_stride + x, from + x * from_stride + j, sizeof(U));
}

// R of a row-major matrix [k, n]: steps [k / depth, steps_stride, depth]. k: a multiple of kDepth.
template <typename T>
void interleave(int64_t k, int64_t n, const Operand<T>* from, int64_t from_stride, Operand<T>* steps,
                int64_t steps_stride) {
    for (int64_t i = 0; i < k; i += kDepth<T>, from += kDepth<T> * from_stride, steps += kDepth<T> * steps_stride) {
        if constexpr (kDepth<T> == 1) {
            std::memcpy(steps, from, static_cast<size_t>(n) * sizeof *steps);
        } else {
            for (int64_t c = 0; c < n; ++c) {
                steps[2 * c] = from[c];
                steps[2 * c + 1] = from[from_stride + c];
            }
        }
    }
}

// R of the transpose of a row-major matrix [n, k]: steps [k / depth, steps_stride, depth]. k and from_stride: multiples
// of kDepth.
template <typename T>
void rows_to_steps(int64_t n, int64_t k, const Operand<T>* from, int64_t from_stride, Operand<T>* steps,
                   int64_t steps_stride) {
    transpose<Unit<T>>(n, k / kDepth<T>, reinterpret_cast<const Unit<T>*>(from), from_stride / kDepth<T>,
                       reinterpret_cast<Unit<T>*>(steps), steps_stride);
}

// L [n, k] of R's steps [k / depth, n, depth]. k: a multiple of kDepth.
template <typename T> void steps_to_columns(int64_t k, int64_t n, const Operand<T>* steps, Operand<T>* columns) {
    transpose<Unit<T>>(k / kDepth<T>, n, reinterpret_cast<const Unit<T>*>(steps), n,
                       reinterpret_cast<Unit<T>*>(columns), k / kDepth<T>);
}

} // namespace tracefast::cpu::TRACEFAST_ISA
