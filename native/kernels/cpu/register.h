// One vector register of the instruction set, for loops that the compiler does not vectorize well by itself.
#pragma once

#include "element.h"

#include <limits>
#include <type_traits>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace tracefast::cpu::TRACEFAST_ISA {

#if defined(__AVX512F__)
constexpr int64_t kRegisterBytes = 64;
#elif defined(__AVX2__)
constexpr int64_t kRegisterBytes = 32;
#else
constexpr int64_t kRegisterBytes = 16;
#endif

template <typename A> struct RegisterOf;
template <> struct RegisterOf<float> { typedef float type __attribute__((vector_size(kRegisterBytes), may_alias)); };
template <> struct RegisterOf<double> { typedef double type __attribute__((vector_size(kRegisterBytes), may_alias)); };
template <typename A> using Register = typename RegisterOf<A>::type;
template <typename A> constexpr int64_t kRegisterLanes = kRegisterBytes / static_cast<int64_t>(sizeof(A));

template <typename A> TRACEFAST_INLINE Register<A> load_register(const void* p) {
    Register<A> v;
    std::memcpy(&v, p, sizeof v);
    return v;
}
template <typename A> TRACEFAST_INLINE void store_register(void* p, Register<A> v) {
    std::memcpy(p, &v, sizeof v);
}

// to [n] = from [n] in T. The instruction for bfloat16, which takes 16 at a time, makes 0 of what is subnormal there.
template <typename T> TRACEFAST_INLINE void narrow_row(const Accumulation<T>* from, int64_t n, T* to) {
    int64_t i = 0;
#ifdef __AVX512BF16__
    if constexpr (std::is_same_v<T, BFloat16>) {
        for (; i + 16 <= n; i += 16) {
            const __m256bh narrowed = _mm512_cvtneps_pbh(_mm512_loadu_ps(from + i));
            std::memcpy(to + i, &narrowed, sizeof narrowed);
        }
    }
#endif
#pragma omp simd
    for (int64_t j = i; j < n; ++j)
        to[j] = narrow<T>(from[j]);
}

template <typename A> TRACEFAST_INLINE Register<A> max(Register<A> a, Register<A> b) {
    return a > b ? a : b; // b where either is NaN
}

// 2^x in float for x <= 0, with x = n + f and |f| <= 1/2 (Cephes' exp2f, error under 2 ulp); 0 below -126, and there
// what 2^x is under AVX-512. A NaN stays a NaN.
TRACEFAST_INLINE Register<float> exp2_nonpos(Register<float> x) {
#ifdef __AVX512F__
    constexpr __mmask16 all = 0xffff; // gcc 12 warns of the forms without a mask: they begin with an undefined register
    const Register<float> bounded = (Register<float>)_mm512_maskz_max_ps(all, _mm512_set1_ps(-1000.0f), (__m512)x);
    const Register<float> n =
        (Register<float>)_mm512_maskz_roundscale_ps(all, (__m512)bounded, _MM_FROUND_TO_NEAREST_INT);
#else
    const float magic = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer
    const Register<float> bounded = x < -126.0f ? Register<float>{} - 126.0f : x;
    const Register<float> shifted = bounded + magic, n = shifted - magic;
#endif
    const Register<float> f = bounded - n;
    Register<float> p = f * 1.535336188319500e-4f + 1.339887440266574e-3f;
    p = p * f + 9.618437357674640e-3f;
    p = p * f + 5.550332471162809e-2f;
    p = p * f + 2.402264791363012e-1f;
    p = p * f + 6.931472028550421e-1f;
    p = p * f + 1.0f;
#ifdef __AVX512F__
    return (Register<float>)_mm512_maskz_scalef_ps(all, (__m512)p, (__m512)n);
#else
    typedef int32_t Bits __attribute__((vector_size(kRegisterBytes)));
    const Bits power = x < -126.0f ? Bits{} : ((Bits)shifted + 127) << 23; // magic + n: n is in the lowest bits
    return p * (Register<float>)power;
#endif
}
TRACEFAST_INLINE Register<double> exp2_nonpos(Register<double> x) {
    for (int64_t l = 0; l < kRegisterLanes<double>; ++l)
        x[l] = std::exp2(x[l]);
    return x;
}

} // namespace tracefast::cpu::TRACEFAST_ISA
