// The fused operations on the CPU: plain pointers, sizes, strides and dtypes; no torch header. Named and numbered as in
// src/TraceFast.Kernels, where the formulas' sources and the argument checks are: nothing is checked here.
//
// Every operation is compiled once per instruction set; kernels() is the table for the best set this processor has.
// Sizes and strides count elements. "Accumulation" is double for Float64 and float for the rest. Work is divided among
// OpenMP threads so that no sum depends on their number: the same input gives the same bits on any count.
#pragma once

#include <cstdint>

namespace tracefast::cpu {

enum class Dtype : int32_t { Float32 = 0, Float64 = 1, BFloat16 = 2 };
enum class NormStyle : int32_t { Llama = 0, Gemma = 1, Olmo2 = 2 };
enum class Activation : int32_t { Silu = 0, Gelu = 1, GeluTanh = 2 };

// sum = x + residual; y = style(w, sum * r), r = rsqrt(mean(sum^2) + eps).
struct RmsNormForward {
    Dtype dtype;
    NormStyle style;
    int64_t rows, hidden;
    const void* x; // [rows, hidden], row stride x_stride
    int64_t x_stride;
    const void* residual; // [rows, hidden], row stride residual_stride; null: sum = x
    int64_t residual_stride;
    const void* weight; // [hidden], accumulation
    double eps;
    void* sum;  // [rows, hidden] contiguous; null: not wanted
    void* y;    // [rows, hidden] contiguous
    void* rstd; // [rows], accumulation: r
};

// g = dy * (w or 1 + w); dx = r * (g - xhat * mean(g * xhat)) [+ dsum]; dw = sum_n dy * xhat.
struct RmsNormBackward {
    Dtype dtype;
    NormStyle style;
    int64_t rows, hidden;
    const void* x; // the sum that was normalized, [rows, hidden], row stride x_stride
    int64_t x_stride;
    const void* dy;     // [rows, hidden] contiguous
    const void* dsum;   // [rows, hidden] contiguous, gradient of `sum` itself; null: none
    const void* weight; // [hidden], accumulation
    const void* rstd;   // [rows], accumulation
    void* dx;           // [rows, hidden] contiguous
    void* dweight;      // [hidden], accumulation; null: not wanted
    void* scratch;      // [kReductionChunks, hidden], accumulation, where dweight is wanted
};

// Rotates dimension i with i + rotary_dim / 2; direction -1 is the backward. Dimensions from rotary_dim on pass
// through.
struct Rope {
    Dtype dtype;
    int64_t rows, heads, head_dim, rotary_dim;
    const void* x; // [rows, heads, head_dim], strides row_stride, head_stride, 1
    int64_t row_stride, head_stride;
    const void* cos; // [rows, rotary_dim / 2] contiguous, accumulation
    const void* sin;
    int32_t direction;
    void* y; // [rows, heads, head_dim] contiguous
};

// y = act(gate) * up
struct SwiGluForward {
    Dtype dtype;
    Activation activation;
    int64_t rows, width;
    const void* gate; // [rows, width], row stride gate_stride
    int64_t gate_stride;
    const void* up;
    int64_t up_stride;
    void* y; // [rows, width] contiguous
};

// dgate = dy * up * act'(gate), dup = dy * act(gate)
struct SwiGluBackward {
    Dtype dtype;
    Activation activation;
    int64_t rows, width;
    const void* gate;
    int64_t gate_stride;
    const void* up;
    int64_t up_stride;
    const void* dy; // [rows, width] contiguous
    void* dgate;    // [rows, width] contiguous
    void* dup;
};

// The three products of a low-rank update. P and U are accumulation, contiguous; X has row stride x_stride.
struct LoraProduct {
    Dtype dtype; // of X
    int64_t rows, width, rank;
    void* x; // X [rows, width]
    int64_t x_stride;
    void* p; // P [rank, width]
    void* u; // U [rows, rank]
};

// y = x W^T + bias + u P where transposed, else y = x W + bias + u P; with `add` y += that. u = x A^T.
struct Linear {
    Dtype dtype;
    int32_t threads; // at most this many, of which the workspace has room for each
    int64_t rows, inner, columns, rank;
    const void* x; // [rows, inner], row stride x_stride
    int64_t x_stride;
    const void* w; // [columns, inner] where transposed, else [inner, columns]; row stride w_stride
    int64_t w_stride;
    int32_t transposed;
    const void* bias; // [columns]; null: none
    const void* a;    // A [rank, inner] contiguous, accumulation
    void* u;          // [rows, rank] contiguous, accumulation, written
    const void* p;    // [rank, columns] contiguous, accumulation
    void* workspace;  // 64-byte aligned, of linear_workspace's size for the same arguments
    void* y;          // [rows, columns] contiguous; with `add` accumulation
    int32_t add;
};

// One tile of the online log-sum-exp over the vocabulary, the row's target left out, in place.
struct LogSumExpTile {
    Dtype dtype;
    int64_t rows, tokens;
    void* z;                // [rows, tokens] contiguous: h . w on entry; on return, where `write` is set,
                            // exp(z - row_max) * (1 - (z / softcap)^2), 0 for the target
    double scale, softcap;  // softcap 0: none
    const int64_t* targets; // [rows]
    int64_t first;          // the vocabulary index of column 0
    void* row_max;          // [rows], accumulation, updated: the largest logit so far; starts far below every logit
    void* row_sum;          // [rows], updated: sum exp(z - row_max)
    void* target_logit;     // [rows], set where the target lies in this tile
    void* correction;       // [rows], returned: exp(old row_max - new row_max), for sums held against the old one
    int32_t write;
};

// Rows [row, row + length) of a packed sequence, at consecutive positions. Its tokens see those of the parent, whose
// index is smaller (-1: none), of the parent's parent and so on, and of their own segment, no position after their own.
struct TreeSegment {
    int32_t row, length, parent, first_position;
};

// Attention over the segments; the backward where d_o is given.
struct TreeAttention {
    Dtype dtype;
    int32_t threads; // at most this many, of which the workspace has room for each
    int64_t tokens, heads, kv_heads, head_dim;
    const void* q; // [tokens, heads, head_dim], strides q_row, q_head, 1
    int64_t q_row, q_head;
    const void* k; // [tokens, kv_heads, head_dim], strides k_row, k_head, 1
    int64_t k_row, k_head;
    const void* v; // the same
    int64_t v_row, v_head;
    double scale, softcap; // softcap 0: none
    int64_t window;        // 0: none
    const TreeSegment* segments;
    int64_t segment_count;
    void* workspace; // 64-byte aligned, of tree_attention_workspace's size for the same arguments
    void* lse;       // [heads, tokens], accumulation: log-sum-exp, written by the forward, read by the backward
    void* o;         // forward: [tokens, heads, head_dim] contiguous
    const void* d_o; // backward: [tokens, heads, head_dim] contiguous; null: forward
    void* dq;        // [tokens, heads, head_dim] contiguous
    void* dk;        // [tokens, kv_heads, head_dim] contiguous
    void* dv;
};

// One parameter's step; moments and master are accumulation, contiguous.
struct AdamWTensor {
    Dtype dtype;          // of parameter
    Dtype gradient_dtype; // dtype or accumulation
    int64_t count;
    void* parameter;
    void* master; // null: the parameter is its own
    const void* gradient;
    void* first_moment;
    void* second_moment;
    double decay;           // 1 - lr * weight_decay
    double step_size;       // lr / (1 - beta1^t)
    double root_correction; // sqrt(1 - beta2^t)
    double beta1, beta2, eps;
};

// One parameter's step with moments in 8 bits: value = map[code] * scale of the block.
struct AdamW8BitTensor {
    Dtype dtype;          // of parameter: Float32 or BFloat16
    Dtype gradient_dtype; // dtype or Float32
    int64_t count;
    void* parameter;
    void* master; // null: the parameter is its own
    const void* gradient;
    uint8_t* first_codes; // [count], of the first moment
    uint8_t* second_codes;
    float* first_scales; // [ceil(count / kMomentBlock)]
    float* second_scales;
    double decay;           // 1 - lr * weight_decay
    double step_size;       // lr / (1 - beta1^t)
    double root_correction; // sqrt(1 - beta2^t)
    double beta1, beta2, eps;
};

constexpr int64_t kMomentBlock = 256; // elements that share a scale
constexpr int64_t kReductionChunks = 16;

struct Kernels {
    const char* instruction_set;
    int32_t fast_products; // a bit for each Dtype whose products `linear` makes faster than libtorch on this processor
    void (*rms_norm_forward)(const RmsNormForward&);
    void (*rms_norm_backward)(const RmsNormBackward&);
    void (*rope)(const Rope&);
    void (*swiglu_forward)(const SwiGluForward&);
    void (*swiglu_backward)(const SwiGluBackward&);
    void (*lora_shrink)(const LoraProduct&);    // U = X P^T
    void (*lora_expand)(const LoraProduct&);    // X += U P
    void (*lora_grad)(const LoraProduct&);      // P = U^T X
    int64_t (*linear_workspace)(const Linear&); // bytes that linear needs; -1: not for these arguments
    void (*linear)(const Linear&);
    void (*log_sum_exp_tile)(const LogSumExpTile&);
    int64_t (*tree_attention_workspace)(const TreeAttention&); // bytes that tree_attention needs
    void (*tree_attention)(const TreeAttention&);
    void (*adamw)(const AdamWTensor* tensors, int64_t count);
    // maps: 256 ascending values for the first moment, with both signs, and 256 for the second, from 0
    void (*adamw_8bit)(const AdamW8BitTensor* tensors, int64_t count, const float* maps);
};

// The table for the best instruction set of this processor; TRACEFAST_CPU_KERNELS=baseline|avx2|avx512|avx512_bf16
// picks a lesser one.
const Kernels& kernels();

} // namespace tracefast::cpu
