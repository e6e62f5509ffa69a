// The operations of one instruction set, and their table. Included once per set, after TRACEFAST_ISA is defined.
#include "kernels.h"

namespace tracefast::cpu::TRACEFAST_ISA {

void rms_norm_forward(const RmsNormForward&);
void rms_norm_backward(const RmsNormBackward&);
void rope(const Rope&);
void swiglu_forward(const SwiGluForward&);
void swiglu_backward(const SwiGluBackward&);
void lora_shrink(const LoraProduct&);
void lora_expand(const LoraProduct&);
void lora_grad(const LoraProduct&);
int64_t linear_workspace(const Linear&);
void linear(const Linear&);
void log_sum_exp_tile(const LogSumExpTile&);
int64_t tree_attention_workspace(const TreeAttention&);
void tree_attention(const TreeAttention&);
void adamw(const AdamWTensor* tensors, int64_t count);
void adamw_8bit(const AdamW8BitTensor* tensors, int64_t count, const float* maps);

} // namespace tracefast::cpu::TRACEFAST_ISA
