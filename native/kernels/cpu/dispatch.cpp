// Picks the instruction set at run time: the best one this processor has, or the lesser one that TRACEFAST_CPU_KERNELS
// names.
#include "kernels.h"

#include <cstdlib>
#include <cstring>

#define TRACEFAST_ISA baseline
#include "operations.h"
#undef TRACEFAST_ISA
#ifdef TRACEFAST_X86
#define TRACEFAST_ISA avx2
#include "operations.h"
#undef TRACEFAST_ISA
#define TRACEFAST_ISA avx512
#include "operations.h"
#undef TRACEFAST_ISA
#define TRACEFAST_ISA avx512_bf16
#include "operations.h"
#undef TRACEFAST_ISA
#endif

namespace tracefast::cpu {
namespace {

#define TRACEFAST_TABLE(isa, products)                                                                                 \
    Kernels {                                                                                                          \
        .instruction_set = #isa, .fast_products = products, .rms_norm_forward = isa::rms_norm_forward,                 \
        .rms_norm_backward = isa::rms_norm_backward, .rope = isa::rope, .swiglu_forward = isa::swiglu_forward,         \
        .swiglu_backward = isa::swiglu_backward, .lora_shrink = isa::lora_shrink, .lora_expand = isa::lora_expand,     \
        .lora_grad = isa::lora_grad, .linear_workspace = isa::linear_workspace, .linear = isa::linear,                 \
        .log_sum_exp_tile = isa::log_sum_exp_tile, .tree_attention_workspace = isa::tree_attention_workspace,          \
        .tree_attention = isa::tree_attention, .adamw = isa::adamw, .adamw_8bit = isa::adamw_8bit                      \
    }

constexpr int32_t bit(Dtype dtype) {
    return 1 << static_cast<int32_t>(dtype);
}

Kernels pick() {
#ifdef TRACEFAST_X86
    const char* const names[] = {"baseline", "avx2", "avx512", "avx512_bf16"}; // each holds the one before
    const char* wish = std::getenv("TRACEFAST_CPU_KERNELS");
    int widest = 3;
    for (int i = 0; wish != nullptr && i < 4; ++i)
        if (std::strcmp(wish, names[i]) == 0) widest = i;
    __builtin_cpu_init();
    const bool v3 = __builtin_cpu_supports("x86-64-v3"), v4 = __builtin_cpu_supports("x86-64-v4");
    // libtorch's float32 products are MKL's, which takes no AVX-512 on AMD's processors; Intel's have AMX for bfloat16.
    const bool amd = __builtin_cpu_is("amd") != 0;
    const int32_t wide = amd ? bit(Dtype::Float32) : 0, paired = amd ? wide | bit(Dtype::BFloat16) : 0;
    if (widest >= 3 && v4 && __builtin_cpu_supports("avx512bf16")) return TRACEFAST_TABLE(avx512_bf16, paired);
    if (widest >= 2 && v4) return TRACEFAST_TABLE(avx512, wide);
    if (widest >= 1 && v3) return TRACEFAST_TABLE(avx2, 0);
#endif
    return TRACEFAST_TABLE(baseline, 0);
}

} // namespace

const Kernels& kernels() {
    static const Kernels best = pick();
    return best;
}

} // namespace tracefast::cpu
