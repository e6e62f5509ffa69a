// Switches that libtorch keeps in its global context.
#include "status.h"

#include <ATen/Context.h>

using tracefast::guarded;

// on: an operation without a deterministic implementation throws instead of giving other bits each run, convolutions are
// not chosen by timing, and float32 products keep float32's mantissa.
TRACEFAST_EXPORT int tracefast_set_deterministic(int32_t on) noexcept {
    return guarded([&] {
        at::Context& context = at::globalContext();
        context.setDeterministicAlgorithms(on != 0, /*warn_only=*/false);
        context.setDeterministicCuDNN(on != 0);
        if (on != 0) {
            context.setBenchmarkCuDNN(false);
            context.setAllowTF32CuBLAS(false);
            context.setAllowTF32CuDNN(false);
        }
    });
}

TRACEFAST_EXPORT int32_t tracefast_deterministic() noexcept {
    return at::globalContext().deterministicAlgorithms() ? 1 : 0;
}

// The flags of oneDNN, which computes some bfloat16 and float32 products on the CPU.
TRACEFAST_EXPORT int tracefast_set_onednn(int32_t on) noexcept {
    return guarded([&] { at::globalContext().setUserEnabledMkldnn(on != 0); });
}
