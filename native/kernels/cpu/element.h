// Element types and the scalar functions that loops over them vectorize. Included once per instruction set: everything
// is in that set's namespace and inlined, so that no code of a wider set can be linked into a narrower one.
#pragma once

#include "kernels.h"

#include <cmath>
#include <cstring>

#define TRACEFAST_INLINE inline __attribute__((always_inline))

namespace tracefast::cpu::TRACEFAST_ISA {

struct BFloat16 {
    uint16_t bits;
};

template <typename T> struct AccumulationOf { using type = float; };
template <> struct AccumulationOf<double> { using type = double; };
template <typename T> using Accumulation = typename AccumulationOf<T>::type;

TRACEFAST_INLINE float widen(float v) {
    return v;
}
TRACEFAST_INLINE double widen(double v) {
    return v;
}
TRACEFAST_INLINE float widen(BFloat16 v) {
    const uint32_t bits = static_cast<uint32_t>(v.bits) << 16;
    float wide;
    std::memcpy(&wide, &bits, sizeof wide);
    return wide;
}

template <typename T> TRACEFAST_INLINE T narrow(Accumulation<T> v) {
    return v;
}
// To nearest even; a NaN stays a NaN.
template <> TRACEFAST_INLINE BFloat16 narrow<BFloat16>(float v) {
    uint32_t bits;
    std::memcpy(&bits, &v, sizeof bits);
    const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    return {static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u : rounded)};
}

// e^r for |r| <= ln(2)/2: the polynomial of Cephes' expf.
TRACEFAST_INLINE float exp_remainder(float r) {
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    return (p * r * r + r) + 1.0f;
}

// e^x in float: 2^n * e^r with |r| <= ln(2)/2 (error under 2 ulp); 0 below -87.3.
TRACEFAST_INLINE float fast_exp(float x) {
    const float magic = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer
    const float clamped = x < -87.3f ? -87.3f : (x > 88.7f ? 88.7f : x);
    const float shifted = clamped * 1.44269504f + magic;
    const float n = shifted - magic;
    const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
    const float e = exp_remainder(r);
    const int32_t exponent = static_cast<int32_t>(n);
    // 2^n in two factors: n = 128 has no float of its own
    const int32_t half = exponent >> 1;
    const uint32_t low_bits = static_cast<uint32_t>(half + 127) << 23;
    const uint32_t high_bits = static_cast<uint32_t>(exponent - half + 127) << 23;
    float low, high;
    std::memcpy(&low, &low_bits, sizeof low);
    std::memcpy(&high, &high_bits, sizeof high);
    const float value = e * low * high;
    const float bounded = x < -87.3f ? 0.0f : value;
    return x != x ? x : (x > 88.7f ? INFINITY : bounded);
}
TRACEFAST_INLINE double fast_exp(double x) {
    return std::exp(x);
}

// e^x for x <= 0, what softmax needs: 2^n is one float then. A NaN stays a NaN.
TRACEFAST_INLINE float exp_nonpos(float x) {
    const float magic = 12582912.0f;
    const float clamped = x < -87.3f ? -87.3f : x;
    const float shifted = clamped * 1.44269504f + magic;
    const float n = shifted - magic;
    const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
    const float e = exp_remainder(r);
    uint32_t bits;
    std::memcpy(&bits, &shifted, sizeof bits); // magic + n: n is in the lowest bits
    // 0 as a power of two, not as a choice of results: g++ 12 sums `x < c ? 0 : y` wrongly in vectorized loops over
    // 16-bit elements.
    bits = x < -87.3f ? 0u : (bits + 127u) << 23;
    float power;
    std::memcpy(&power, &bits, sizeof power);
    return e * power;
}
TRACEFAST_INLINE double exp_nonpos(double x) {
    return std::exp(x);
}

// tanh in float: Cephes' polynomial near 0, (1 - e^-2|x|) / (1 + e^-2|x|) elsewhere.
TRACEFAST_INLINE float fast_tanh(float x) {
    const float magnitude = x < 0 ? -x : x;
    const float e = fast_exp(-2.0f * magnitude);
    const float far = (1.0f - e) / (1.0f + e);
    const float z = x * x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    const float near = magnitude + magnitude * z * p;
    const float value = magnitude < 0.625f ? near : far;
    return x != x ? x : (x < 0 ? -value : value);
}
TRACEFAST_INLINE double fast_tanh(double x) {
    return std::tanh(x);
}

// Calls body(T{}) with the element type of `dtype`.
template <typename Body> TRACEFAST_INLINE void dispatch_dtype(Dtype dtype, Body&& body) {
    switch (dtype) {
    case Dtype::Float32:
        return body(float{});
    case Dtype::Float64:
        return body(double{});
    case Dtype::BFloat16:
        return body(BFloat16{});
    }
}

constexpr int64_t kLine = 64; // bytes of a cache line

// Elements below which a loop is not worth waking other threads.
constexpr int64_t kSerialElements = 32 * 1024;

} // namespace tracefast::cpu::TRACEFAST_ISA
