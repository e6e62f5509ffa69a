// Switches that libtorch keeps in its global context.
#include "status.h"

#include <ATen/Context.h>
#include <torch/version.h>

using tracefast::guarded;

// on: an operation without a deterministic implementation throws instead of giving other bits each run, convolutions
// are not chosen by timing, and float32 products keep float32's mantissa.
TRACEFAST_EXPORT int tracefast_set_deterministic(int32_t on) noexcept {
    return guarded([&] {
        at::Context& context = at::globalContext();
        context.setDeterministicAlgorithms(on != 0, /*warn_only=*/false);
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
        context.setDeterministicFillUninitializedMemory(false); // we never read what we did not write
#endif
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
