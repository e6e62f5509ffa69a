// Times a few CPU kernels of a checkout that has no `bench rows` yet, on one thread, each in turns with a control that
// no change of the kernels touches. Prints {"name": {"cpu_ms": ..., "control_cpu_ms": ...}, ...}; figures are the
// 0.1 quantiles over the iterations of 40 ms. history.yaml builds it against each checkout's own library.
#include "kernels.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <omp.h>
#include <vector>

using namespace tracefast::cpu;

namespace {

constexpr int64_t kRows = 512, kInner = 1536, kRank = 8;                               // SmolLM2-135M's MLP
constexpr int64_t kHeads = 9, kKvHeads = 3, kHeadDim = 64, kPrompt = 192, kTree = 512; // and its attention
constexpr double kSeconds = 0.04;

double cpu_seconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Numbers of [-1, 1) in bfloat16.
class Numbers {
  public:
    explicit Numbers(int64_t count) : values_(static_cast<uint16_t*>(std::aligned_alloc(64, bytes(count)))) {
        uint32_t state = 12345;
        for (int64_t i = 0; i < count; ++i) {
            state = state * 1664525U + 1013904223U;
            const float value = static_cast<float>(state >> 8) / 8388608.0F - 1.0F;
            uint32_t bits;
            std::memcpy(&bits, &value, sizeof bits);
            values_[i] = static_cast<uint16_t>(bits >> 16);
        }
    }
    Numbers(const Numbers&) = delete;
    Numbers& operator=(const Numbers&) = delete;
    ~Numbers() { std::free(values_); }

    operator void*() const { return values_; }

  private:
    static size_t bytes(int64_t count) { return (static_cast<size_t>(count) * sizeof(uint16_t) + 63) / 64 * 64; }

    uint16_t* values_;
};

// Products of a vector that lies in the second cache.
void control() {
    static std::vector<float> values(32768, 1.0F);
    for (int pass = 0; pass < 24; ++pass)
        for (float& value : values)
            value = value * 0.999F + 0.001F;
    asm volatile("" ::"r"(values.data()) : "memory");
}

double low_quantile(std::vector<double> times) {
    std::sort(times.begin(), times.end());
    const double at = 0.1 * static_cast<double>(times.size() - 1);
    const size_t below = static_cast<size_t>(at), above = std::min(below + 1, times.size() - 1);
    return times[below] + (at - static_cast<double>(below)) * (times[above] - times[below]);
}

void time(const char* name, const std::function<void()>& call) {
    std::vector<double> own, controls;
    for (int warm_up = 0; warm_up < 3; ++warm_up)
        call();
    for (const double start = cpu_seconds(); cpu_seconds() - start < kSeconds;) {
        const double before = cpu_seconds();
        call();
        const double between = cpu_seconds();
        control();
        own.push_back(between - before);
        controls.push_back(cpu_seconds() - between);
    }
    static bool first = true;
    std::printf("%s\"%s\": {\"cpu_ms\": %.6f, \"control_cpu_ms\": %.6f}", first ? "{" : ", ", name,
                1e3 * low_quantile(own), 1e3 * low_quantile(controls));
    first = false;
}

void swiglu() {
    Numbers gate(kRows * kInner), up(kRows * kInner), dy(kRows * kInner), y(kRows * kInner), dgate(kRows * kInner);
    time("swiglu", [&] {
        kernels().swiglu_forward({.dtype = Dtype::BFloat16,
                                  .activation = Activation::Silu,
                                  .rows = kRows,
                                  .width = kInner,
                                  .gate = gate,
                                  .gate_stride = kInner,
                                  .up = up,
                                  .up_stride = kInner,
                                  .y = y});
    });
    time("swiglu_backward", [&] {
        kernels().swiglu_backward({.dtype = Dtype::BFloat16,
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
}

void lora_grad() {
    Numbers x(kRows * kInner), p(kRank * kInner * 2), u(kRows * kRank * 2);
    time("lora_grad", [&] {
        kernels().lora_grad({.dtype = Dtype::BFloat16,
                             .rows = kRows,
                             .width = kInner,
                             .rank = kRank,
                             .x = x,
                             .x_stride = kInner,
                             .p = p,
                             .u = u});
    });
}

// A prompt and two responses to it.
void tree_attention(bool backward) {
    constexpr int64_t width = kHeads * kHeadDim, kv_width = kKvHeads * kHeadDim, response = (kTree - kPrompt) / 2;
    const TreeSegment segments[] = {
        {0, kPrompt, -1, 0}, {kPrompt, response, 0, kPrompt}, {kPrompt + response, response, 0, kPrompt}};
    Numbers q(kTree * width), k(kTree * kv_width), v(kTree * kv_width), o(kTree * width), d_o(kTree * width),
        dq(kTree * width), dk(kTree * kv_width), dv(kTree * kv_width);
    std::vector<float> lse(kHeads * kTree, 5.0F);
    TreeAttention arguments{.dtype = Dtype::BFloat16,
                            .threads = 1,
                            .tokens = kTree,
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
                            .scale = 0.125,
                            .softcap = 0,
                            .window = 0,
                            .segments = segments,
                            .segment_count = 3,
                            .workspace = nullptr,
                            .lse = lse.data(),
                            .o = o,
                            .d_o = backward ? static_cast<void*>(d_o) : nullptr,
                            .dq = dq,
                            .dk = dk,
                            .dv = dv};
    std::vector<char> workspace(static_cast<size_t>(kernels().tree_attention_workspace(arguments)) + 64);
    arguments.workspace = workspace.data() + (64 - reinterpret_cast<uintptr_t>(workspace.data()) % 64);
    time(backward ? "tree_attention_backward" : "tree_attention", [&] { kernels().tree_attention(arguments); });
}

} // namespace

int main() {
    omp_set_num_threads(1);
    swiglu();
    lora_grad();
    tree_attention(false);
    tree_attention(true);
    std::printf("}\n");
    return 0;
}
