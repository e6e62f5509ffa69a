// tree_attention on the autograd graph, by blocks of query rows: the scores of one block stand in memory at a time, and
// the backward recomputes them from q, k and the saved log-sum-exp (FlashAttention: Dao et al. 2022, arXiv 2205.14135,
// algorithms 1 and 4). Matrix products are libtorch's, the softmax and its gradient one pass of a CPU kernel.
//
// q [N, Hq, D], k, v [N, Hk, D] -> o [N, Hq, D]; G = Hq / Hk query heads share a key head and are rows of one product.
// plan: int32, per block of query rows
//     row, rows, first_position, runs, then per run of key rows: row, count, first_position
// Blocks tile the N rows in order; which keys a row sees follows from positions
// (native/kernels/cpu/attention_softmax.cpp).
#include "cpu_tensors.h"
#include "status.h"

#include <torch/csrc/autograd/custom_function.h>

#include <ATen/ATen.h>

#include <vector>

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using tracefast::accumulation;
using tracefast::guarded;
using tracefast::kernel_dtype;
namespace cpu = tracefast::cpu;

namespace {

struct Block {
    int64_t row, rows, keys;
    int32_t first_position;
    std::vector<int64_t> run_rows;
    std::vector<cpu::KeyRun> runs;
};

std::vector<Block> read_plan(const at::Tensor& plan) {
    std::vector<Block> blocks;
    const int32_t* at = plan.data_ptr<int32_t>();
    const int32_t* end = at + plan.numel();
    while (at != end) {
        Block block{at[0], at[1], 0, at[2], {}, {}};
        const int32_t runs = at[3];
        at += 4;
        for (int32_t r = 0; r < runs; ++r, at += 3) {
            block.run_rows.push_back(at[0]);
            block.runs.push_back({at[1], at[2]});
            block.keys += at[1];
        }
        blocks.push_back(std::move(block));
    }
    return blocks;
}

struct Attention {
    int64_t heads, group, size; // Hk, G, D
    double scale, softcap;      // softcap 0: none
    int64_t window;             // 0: none

    // Rows of [N, Hk * G, D] as [Hk, G * rows, D].
    at::Tensor pack(const at::Tensor& rows, const Block& block) const {
        return rows.narrow(0, block.row, block.rows)
            .reshape({block.rows, heads, group, size})
            .permute({1, 2, 0, 3})
            .reshape({heads, group * block.rows, size});
    }

    void unpack(const at::Tensor& packed, const Block& block, const at::Tensor& rows) const {
        rows.narrow(0, block.row, block.rows)
            .view({block.rows, heads, group, size})
            .copy_(packed.view({heads, group, block.rows, size}).permute({2, 0, 1, 3}));
    }

    // [Hk, keys, D] of the block from [Hk, N, D].
    static at::Tensor gather(const at::Tensor& rows, const Block& block) {
        std::vector<at::Tensor> parts;
        for (size_t r = 0; r < block.runs.size(); ++r)
            parts.push_back(rows.narrow(1, block.run_rows[r], block.runs[r].count));
        return at::cat(parts, 1);
    }

    // Adds [Hk, keys, D] of the block to the accumulator [Hk, N, D].
    static void scatter_add(const at::Tensor& part, const Block& block, const at::Tensor& rows) {
        int64_t key = 0;
        for (size_t r = 0; r < block.runs.size(); ++r) {
            rows.narrow(1, block.run_rows[r], block.runs[r].count).add_(part.narrow(1, key, block.runs[r].count));
            key += block.runs[r].count;
        }
    }

    // In place on s; with dp the backward's.
    void softmax(const Block& block, const at::Tensor& s, const at::Tensor& lse, const at::Tensor& dp = {}) const {
        cpu::kernels().attention_softmax({kernel_dtype(s), heads, group, block.rows, block.keys, s.data_ptr(),
                                          dp.defined() ? dp.data_ptr() : nullptr, lse.data_ptr(), scale, softcap,
                                          block.first_position, static_cast<int32_t>(window), block.runs.data(),
                                          static_cast<int32_t>(block.runs.size())});
    }

    // The block's part of [N * Hq] values kept in block order.
    at::Tensor part(const at::Tensor& values, const Block& block) const {
        return values.narrow(0, heads * group * block.row, heads * group * block.rows);
    }
};

struct TreeAttention : torch::autograd::Function<TreeAttention> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const at::Tensor& plan, double scale, int64_t window, double softcap) {
        const Attention attention{k.size(1), q.size(1) / k.size(1), q.size(2), scale, softcap, window};
        const at::Tensor keys = k.transpose(0, 1).contiguous(), values = v.transpose(0, 1).contiguous(); // [Hk, N, D]
        const at::Tensor o = at::empty(q.sizes(), q.options());
        const at::Tensor lse = at::empty({q.size(0) * q.size(1)}, q.options().dtype(accumulation(q)));
        for (const Block& block : read_plan(plan)) {
            const at::Tensor s = at::bmm(attention.pack(q, block), Attention::gather(keys, block).transpose(1, 2));
            attention.softmax(block, s, attention.part(lse, block));
            attention.unpack(at::bmm(s, Attention::gather(values, block)), block, o);
        }
        context->save_for_backward({q, k, v, lse, plan});
        context->saved_data["scale"] = scale;
        context->saved_data["window"] = window;
        context->saved_data["softcap"] = softcap;
        return o;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        TORCH_CHECK(!at::GradMode::is_enabled(), "tree_attention has no second derivative (create_graph)");
        const auto saved = context->get_saved_variables();
        const at::Tensor &q = saved[0], &k = saved[1], &v = saved[2], &lse = saved[3], &plan = saved[4];
        const Attention attention{k.size(1),
                                  q.size(1) / k.size(1),
                                  q.size(2),
                                  context->saved_data["scale"].toDouble(),
                                  context->saved_data["softcap"].toDouble(),
                                  context->saved_data["window"].toInt()};
        const at::ScalarType wide = lse.scalar_type();
        const at::Tensor& out_gradient = gradients[0];
        const at::Tensor keys = k.transpose(0, 1).contiguous(), values = v.transpose(0, 1).contiguous();
        const at::Tensor dq = at::empty(q.sizes(), q.options());
        const at::Tensor dk = at::zeros(keys.sizes(), keys.options().dtype(wide)),
                         dv = at::zeros_like(dk); // [Hk, N, D]
        for (const Block& block : read_plan(plan)) {
            const at::Tensor queries = attention.pack(q, block), out = attention.pack(out_gradient, block);
            const at::Tensor block_keys = Attention::gather(keys, block),
                             block_values = Attention::gather(values, block);
            const at::Tensor p = at::bmm(queries, block_keys.transpose(1, 2));
            const at::Tensor ds = at::bmm(out, block_values.transpose(1, 2));
            attention.softmax(block, p, attention.part(lse, block), ds);
            attention.unpack(at::bmm(ds, block_keys), block, dq);
            Attention::scatter_add(at::bmm(ds.transpose(1, 2), queries), block, dk);
            Attention::scatter_add(at::bmm(p.transpose(1, 2), out), block, dv);
        }
        return {dq,
                dk.transpose(0, 1).to(k.scalar_type()).contiguous(),
                dv.transpose(0, 1).to(v.scalar_type()).contiguous(),
                at::Tensor(),
                at::Tensor(),
                at::Tensor(),
                at::Tensor()};
    }
};

} // namespace

TRACEFAST_EXPORT int tracefast_cpu_tree_attention(const at::Tensor* q, const at::Tensor* k, const at::Tensor* v,
                                                  const at::Tensor* plan, double scale, int64_t window, double softcap,
                                                  at::Tensor** o) noexcept {
    return guarded([&] { *o = new at::Tensor(TreeAttention::apply(*q, *k, *v, *plan, scale, window, softcap)); });
}
