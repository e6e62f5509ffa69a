// Calls one kernel once, in float32 on one thread, at a fixed shape and on fixed data: what an instruction count is
// taken of.
//
//   tracefast_kernels_call              lists the calls and the instruction set
//   tracefast_kernels_call CALL         makes one, inside the function `counted_call`
//
// Widths are models/demo's. TRACEFAST_CPU_KERNELS picks the instruction set, as in production. Exit status: 2 for a
// call that there is not.
#include "adamw_8bit.h"

#include <functional>
#include <map>
#include <omp.h>

using namespace tracefast::cpu;

namespace {

constexpr int64_t kRows = 96, kHidden = 160, kInner = 448, kRank = 8, kVocabulary = 2048;
constexpr int64_t kHeads = 5, kKvHeads = 5, kHeadDim = 32, kPrompt = 32;

// Numbers of about the same size, never the same twice in a row.
class Numbers {
  public:
    explicit Numbers(int64_t count, float least = -1.0F)
        : values_(static_cast<float*>(std::aligned_alloc(64, (static_cast<size_t>(count) * 4 + 63) / 64 * 64))) {
        uint32_t state = 12345;
        for (int64_t i = 0; i < count; ++i) {
            state = state * 1664525U + 1013904223U;
            values_[i] = least + (1.0F - least) * static_cast<float>(state >> 8) / 16777216.0F;
        }
    }
    Numbers(const Numbers&) = delete;
    Numbers& operator=(const Numbers&) = delete;
    ~Numbers() { std::free(values_); }

    operator void*() const { return values_; }

  private:
    float* values_;
};

} // namespace

// Where counting begins and ends; it must be seen from outside, and called.
extern "C" [[gnu::noinline, gnu::used]] void counted_call(const std::function<void()>& call) {
    call();
    asm volatile("" ::: "memory");
}

namespace {

void rms_norm(bool backward) {
    Numbers x(kRows * kHidden), weight(kHidden), y(kRows * kHidden), rstd(kRows, 0.5F), dy(kRows * kHidden),
        dx(kRows * kHidden), dweight(kHidden), scratch(kReductionChunks * kHidden);
    if (backward)
        counted_call([&] {
            kernels().rms_norm_backward({.dtype = Dtype::Float32,
                                         .style = NormStyle::Llama,
                                         .rows = kRows,
                                         .hidden = kHidden,
                                         .x = x,
                                         .x_stride = kHidden,
                                         .dy = dy,
                                         .dsum = nullptr,
                                         .weight = weight,
                                         .rstd = rstd,
                                         .dx = dx,
                                         .dweight = dweight,
                                         .scratch = scratch});
        });
    else
        counted_call([&] {
            kernels().rms_norm_forward({.dtype = Dtype::Float32,
                                        .style = NormStyle::Llama,
                                        .rows = kRows,
                                        .hidden = kHidden,
                                        .x = x,
                                        .x_stride = kHidden,
                                        .residual = nullptr,
                                        .residual_stride = kHidden,
                                        .weight = weight,
                                        .eps = 1e-5,
                                        .sum = nullptr,
                                        .y = y,
                                        .rstd = rstd});
        });
}

void rope() {
    Numbers x(kRows * kHidden), cos(kRows * kHeadDim / 2), sin(kRows * kHeadDim / 2), y(kRows * kHidden);
    counted_call([&] {
        kernels().rope({.dtype = Dtype::Float32,
                        .rows = kRows,
                        .heads = kHeads,
                        .head_dim = kHeadDim,
                        .rotary_dim = kHeadDim,
                        .x = x,
                        .row_stride = kHidden,
                        .head_stride = kHeadDim,
                        .cos = cos,
                        .sin = sin,
                        .direction = 1,
                        .y = y});
    });
}

void swiglu(bool backward) {
    Numbers gate(kRows * kInner), up(kRows * kInner), dy(kRows * kInner), y(kRows * kInner), dgate(kRows * kInner);
    if (backward)
        counted_call([&] {
            kernels().swiglu_backward({.dtype = Dtype::Float32,
                                       .activation = Activation::Silu,
                                       .rows = kRows,
                                       .width = kInner,
                                       .gate = gate,
                                       .gate_stride = kInner,
                                       .up = up,
                                       .up_stride = kInner,
                                       .dy = dy,
                                       .dgate = dgate,
                                       .dup = y});
        });
    else
        counted_call([&] {
            kernels().swiglu_forward({.dtype = Dtype::Float32,
                                      .activation = Activation::Silu,
                                      .rows = kRows,
                                      .width = kInner,
                                      .gate = gate,
                                      .gate_stride = kInner,
                                      .up = up,
                                      .up_stride = kInner,
                                      .y = y});
        });
}

void lora(void (*Kernels::*product)(const LoraProduct&)) {
    Numbers x(kRows * kInner), p(kRank * kInner), u(kRows * kRank);
    counted_call([&] {
        (kernels().*product)({.dtype = Dtype::Float32,
                              .rows = kRows,
                              .width = kInner,
                              .rank = kRank,
                              .x = x,
                              .x_stride = kInner,
                              .p = p,
                              .u = u});
    });
}

void linear() {
    Numbers x(kRows * kHidden), w(kInner * kHidden), a(kRank * kHidden), u(kRows * kRank), p(kRank * kInner),
        y(kRows * kInner);
    Linear arguments{.dtype = Dtype::Float32,
                     .threads = 1,
                     .rows = kRows,
                     .inner = kHidden,
                     .columns = kInner,
                     .rank = kRank,
                     .x = x,
                     .x_stride = kHidden,
                     .w = w,
                     .w_stride = kHidden,
                     .transposed = 1,
                     .bias = nullptr,
                     .a = a,
                     .u = u,
                     .p = p,
                     .workspace = nullptr,
                     .y = y,
                     .add = 0};
    Numbers workspace(kernels().linear_workspace(arguments) / 4 + 1);
    arguments.workspace = workspace;
    counted_call([&] { kernels().linear(arguments); });
}

void log_sum_exp() {
    Numbers z(kRows * kVocabulary), row_max(kRows), row_sum(kRows), target_logit(kRows), correction(kRows);
    std::vector<int64_t> targets(static_cast<size_t>(kRows));
    for (int64_t n = 0; n < kRows; ++n) {
        targets[static_cast<size_t>(n)] = n * 17 % kVocabulary;
        static_cast<float*>(static_cast<void*>(row_max))[n] = -1e30F;
    }
    counted_call([&] {
        kernels().log_sum_exp_tile({.dtype = Dtype::Float32,
                                    .rows = kRows,
                                    .tokens = kVocabulary,
                                    .z = z,
                                    .scale = 1,
                                    .softcap = 0,
                                    .targets = targets.data(),
                                    .first = 0,
                                    .row_max = row_max,
                                    .row_sum = row_sum,
                                    .target_logit = target_logit,
                                    .correction = correction,
                                    .write = 1});
    });
}

// A prompt and two responses to it.
void tree_attention(bool backward) {
    constexpr int64_t width = kHeads * kHeadDim, kv_width = kKvHeads * kHeadDim, response = (kRows - kPrompt) / 2;
    const TreeSegment segments[] = {
        {0, kPrompt, -1, 0}, {kPrompt, response, 0, kPrompt}, {kPrompt + response, response, 0, kPrompt}};
    Numbers q(kRows * width), k(kRows * kv_width), v(kRows * kv_width), lse(kHeads * kRows, 0.5F), o(kRows * width),
        d_o(kRows * width), dq(kRows * width), dk(kRows * kv_width), dv(kRows * kv_width);
    TreeAttention arguments{.dtype = Dtype::Float32,
                            .threads = 1,
                            .tokens = kRows,
                            .heads = kHeads,
                            .kv_heads = kKvHeads,
                            .head_dim = kHeadDim,
                            .q = q,
                            .q_row = width,
                            .q_head = kHeadDim,
                            .k = k,
                            .k_row = kv_width,
                            .k_head = kHeadDim,
                            .v = v,
                            .v_row = kv_width,
                            .v_head = kHeadDim,
                            .scale = 0.17,
                            .softcap = 0,
                            .window = 0,
                            .segments = segments,
                            .segment_count = 3,
                            .workspace = nullptr,
                            .lse = lse,
                            .o = o,
                            .d_o = backward ? static_cast<void*>(d_o) : nullptr,
                            .dq = dq,
                            .dk = dk,
                            .dv = dv};
    Numbers workspace(kernels().tree_attention_workspace(arguments) / 4 + 1);
    arguments.workspace = workspace;
    counted_call([&] { kernels().tree_attention(arguments); });
}

void adamw() {
    Numbers parameter(kInner * kRank), gradient(kInner * kRank), first(kInner * kRank), second(kInner * kRank, 0.0F);
    const AdamWTensor tensor{.dtype = Dtype::Float32,
                             .gradient_dtype = Dtype::Float32,
                             .count = kInner * kRank,
                             .parameter = parameter,
                             .master = nullptr,
                             .gradient = gradient,
                             .first_moment = first,
                             .second_moment = second,
                             .decay = 0.999,
                             .step_size = 1e-3,
                             .root_correction = 0.5,
                             .beta1 = 0.9,
                             .beta2 = 0.999,
                             .eps = 1e-8};
    counted_call([&] { kernels().adamw(&tensor, 1); });
}

void adamw_8bit() {
    constexpr int64_t count = kInner * kRank, blocks = (count + kMomentBlock - 1) / kMomentBlock;
    std::vector<float> maps = tracefast::test::dynamic_map(true), second = tracefast::test::dynamic_map(false);
    maps.insert(maps.end(), second.begin(), second.end());
    std::vector<uint8_t> first_codes(count), second_codes(count);
    for (size_t i = 0; i < count; ++i) {
        first_codes[i] = static_cast<uint8_t>(i * 37);
        second_codes[i] = static_cast<uint8_t>(i * 53);
    }
    Numbers parameter(count), gradient(count), first_scales(blocks, 0.1F), second_scales(blocks, 0.1F);
    const AdamW8BitTensor tensor{.dtype = Dtype::Float32,
                                 .gradient_dtype = Dtype::Float32,
                                 .count = count,
                                 .parameter = parameter,
                                 .master = nullptr,
                                 .gradient = gradient,
                                 .first_codes = first_codes.data(),
                                 .second_codes = second_codes.data(),
                                 .first_scales = static_cast<float*>(static_cast<void*>(first_scales)),
                                 .second_scales = static_cast<float*>(static_cast<void*>(second_scales)),
                                 .decay = 0.999,
                                 .step_size = 1e-3,
                                 .root_correction = 0.5,
                                 .beta1 = 0.9,
                                 .beta2 = 0.999,
                                 .eps = 1e-8};
    counted_call([&] { kernels().adamw_8bit(&tensor, 1, maps.data()); });
}

const std::map<std::string, std::function<void()>>& calls() {
    static const std::map<std::string, std::function<void()>> all{
        {"rms_norm_forward", [] { rms_norm(false); }},
        {"rms_norm_backward", [] { rms_norm(true); }},
        {"rope", rope},
        {"swiglu_forward", [] { swiglu(false); }},
        {"swiglu_backward", [] { swiglu(true); }},
        {"lora_shrink", [] { lora(&Kernels::lora_shrink); }},
        {"lora_expand", [] { lora(&Kernels::lora_expand); }},
        {"lora_grad", [] { lora(&Kernels::lora_grad); }},
        {"linear", linear},
        {"log_sum_exp_tile", log_sum_exp},
        {"tree_attention_forward", [] { tree_attention(false); }},
        {"tree_attention_backward", [] { tree_attention(true); }},
        {"adamw", adamw},
        {"adamw_8bit", adamw_8bit},
    };
    return all;
}

} // namespace

int main(int count, char** arguments) {
    omp_set_num_threads(1);
    if (count < 2) {
        std::printf("%s\n", kernels().instruction_set);
        for (const auto& call : calls())
            std::printf("%s\n", call.first.c_str());
        return 0;
    }
    const auto found = calls().find(arguments[1]);
    if (found == calls().end()) {
        std::fprintf(stderr, "%s: no such call; without a name the program lists them\n", arguments[1]);
        return 2;
    }
    found->second();
    return 0;
}
