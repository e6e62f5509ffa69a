// swiglu: y = act(gate) * up. Shazeer 2020, arXiv 2002.05202, eq. 6. gate, up, y [rows, width].
//     silu(z) = z sigmoid(z),  silu'(z) = sigmoid(z) (1 + z (1 - sigmoid(z)))
//     gelu(z) = z Phi(z),  gelu'(z) = Phi(z) + z phi(z): the normal distribution and its density
//     gelu_tanh(z) = z/2 (1 + tanh u) = z sigmoid(2u), u = sqrt(2/pi) (z + 0.044715 z^3): no cancellation for z << 0
//     gelu_tanh'(z) = sigmoid(2u) (1 + 2 z u' (1 - sigmoid(2u)))
#include "operations.h"
#include "register.h"

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

// sigmoid(z) and 1 - sigmoid(z), neither by subtraction.
template <typename A> TRACEFAST_INLINE A logistic(A z, A& complement) {
    const A e = exp_nonpos(z < A(0) ? z : -z);
    const A larger = A(1) / (A(1) + e), smaller = e * larger;
    complement = z < A(0) ? larger : smaller;
    return z < A(0) ? smaller : larger;
}

struct Silu {
    template <typename A> static TRACEFAST_INLINE void evaluate(A z, A& value, A& derivative) {
        A complement;
        const A sigmoid = logistic(z, complement);
        value = z * sigmoid;
        derivative = sigmoid * (A(1) + z * complement);
    }
};

// erfc in float with a relative error under 2e-7: Press et al., Numerical Recipes (2nd ed.), section 6.2, erfcc.
TRACEFAST_INLINE float fast_erfc(float x) {
    const float magnitude = x < 0 ? -x : x;
    const float t = 1.0f / (1.0f + 0.5f * magnitude);
    float p = 0.17087277f;
    p = p * t - 0.82215223f;
    p = p * t + 1.48851587f;
    p = p * t - 1.13520398f;
    p = p * t + 0.27886807f;
    p = p * t - 0.18628806f;
    p = p * t + 0.09678418f;
    p = p * t + 0.37409196f;
    p = p * t + 1.00002368f;
    p = p * t - 1.26551223f;
    const float value = t * fast_exp(p - magnitude * magnitude);
    return x < 0 ? 2.0f - value : value;
}
TRACEFAST_INLINE double fast_erfc(double x) {
    return std::erfc(x);
}

struct Gelu {
    template <typename A> static TRACEFAST_INLINE void evaluate(A z, A& value, A& derivative) {
        const A normal = A(0.5) * fast_erfc(z * A(-0.70710678118654752440));
        value = z * normal;
        derivative = normal + z * A(0.39894228040143267794) * fast_exp(A(-0.5) * z * z);
    }
};

struct GeluTanh {
    template <typename A> static TRACEFAST_INLINE void evaluate(A z, A& value, A& derivative) {
        const A twice = A(2 * 0.79788456080286535588), cubic = A(0.044715);
        A complement;
        const A sigmoid = logistic(twice * (z + cubic * z * z * z), complement);
        value = z * sigmoid;
        derivative = sigmoid * (A(1) + z * twice * (A(1) + A(3) * cubic * z * z) * complement);
    }
};

constexpr int64_t kStretch = 256; // columns that are computed before they are narrowed

// Where a stretch is computed: in place, or in `wide` first where it is to be narrowed.
template <typename T> TRACEFAST_INLINE Accumulation<T>* stretch(Accumulation<T>* wide, T* to) {
    if constexpr (std::is_same_v<T, Accumulation<T>>)
        return to;
    else
        return wide;
}
template <typename T> TRACEFAST_INLINE void finish(const Accumulation<T>* wide, int64_t n, T* to) {
    if constexpr (!std::is_same_v<T, Accumulation<T>>) narrow_row<T>(wide, n, to);
}

template <typename T, typename Function> void forward(const SwiGluForward& a) {
    using A = Accumulation<T>;
#pragma omp parallel for schedule(static) if (a.rows * a.width > kSerialElements)
    for (int64_t row = 0; row < a.rows; ++row) {
        const T* gate = static_cast<const T*>(a.gate) + row * a.gate_stride;
        const T* up = static_cast<const T*>(a.up) + row * a.up_stride;
        T* y = static_cast<T*>(a.y) + row * a.width;
        for (int64_t first = 0; first < a.width; first += kStretch, gate += kStretch, up += kStretch, y += kStretch) {
            const int64_t n = a.width - first < kStretch ? a.width - first : kStretch;
            A wide[kStretch];
            A* out = stretch<T>(wide, y);
#pragma omp simd
            for (int64_t i = 0; i < n; ++i) {
                A value, derivative;
                Function::evaluate(A(widen(gate[i])), value, derivative);
                out[i] = value * widen(up[i]);
            }
            finish<T>(out, n, y);
        }
    }
}

template <typename T, typename Function> void backward(const SwiGluBackward& a) {
    using A = Accumulation<T>;
#pragma omp parallel for schedule(static) if (a.rows * a.width > kSerialElements)
    for (int64_t row = 0; row < a.rows; ++row) {
        const T* gate = static_cast<const T*>(a.gate) + row * a.gate_stride;
        const T* up = static_cast<const T*>(a.up) + row * a.up_stride;
        const T* dy = static_cast<const T*>(a.dy) + row * a.width;
        T* dgate = static_cast<T*>(a.dgate) + row * a.width;
        T* dup = static_cast<T*>(a.dup) + row * a.width;
        for (int64_t first = 0; first < a.width; first += kStretch) {
            const int64_t n = a.width - first < kStretch ? a.width - first : kStretch;
            A wide_gate[kStretch], wide_up[kStretch];
            A *gate_out = stretch<T>(wide_gate, dgate + first), *up_out = stretch<T>(wide_up, dup + first);
#pragma omp simd
            for (int64_t i = 0; i < n; ++i) {
                A value, derivative;
                Function::evaluate(A(widen(gate[first + i])), value, derivative);
                const A d = widen(dy[first + i]);
                up_out[i] = d * value;
                gate_out[i] = d * widen(up[first + i]) * derivative;
            }
            finish<T>(gate_out, n, dgate + first);
            finish<T>(up_out, n, dup + first);
        }
    }
}

template <typename Body> TRACEFAST_INLINE void dispatch_activation(Activation activation, Body&& body) {
    switch (activation) {
    case Activation::Silu:
        return body(Silu{});
    case Activation::Gelu:
        return body(Gelu{});
    case Activation::GeluTanh:
        return body(GeluTanh{});
    }
}

} // namespace

void swiglu_forward(const SwiGluForward& a) {
    dispatch_dtype(a.dtype, [&](auto element) {
        dispatch_activation(a.activation, [&](auto function) { forward<decltype(element), decltype(function)>(a); });
    });
}

void swiglu_backward(const SwiGluBackward& a) {
    dispatch_dtype(a.dtype, [&](auto element) {
        dispatch_activation(a.activation, [&](auto function) { backward<decltype(element), decltype(function)>(a); });
    });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
