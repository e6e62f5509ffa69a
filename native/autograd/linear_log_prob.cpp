// linear_log_prob: log-probabilities of target tokens under a linear head, in tiles; no [M, V] logits in memory.
//
//     z[m,v]  = scale * h[m] . w[v],    z = softcap * tanh(z / softcap) where softcap > 0
//     logp[m] = z[m,t[m]] - logsumexp_v z[m,v]
//     dh[m]   = g[m] * (c[m,t] w[t] - sum_v p[m,v] c[m,v] w[v])           c = dz/d(h.w) = scale * (1 - (z / softcap)^2)
//     dw[v]   = sum_m g[m] c[m,v] ([v = t[m]] - p[m,v]) h[m]              p = softmax(z)
//
// Online log-sum-exp: Milakov and Gimelshein 2018, arXiv 1805.02867, algorithm 3. The bracket of dh ("unit gradient")
// is accumulated in the same sweep, as in FlashAttention's output accumulator; dw recomputes the tiles, as in cut
// cross-entropy (Wijmans et al. 2024, arXiv 2411.09009).
//
// The sweep leaves the target itself out and joins it at the end, with d = logsumexp_{v != t} z - z[t]:
//     logp = -log(1 + e^d),   1 - p[t] = sigmoid(d),   bracket = sigmoid(d) c[t] w[t] - sum_{v != t} p c w
// so that a token of probability near 1 keeps its small gradient also where p is rounded to 16 bits.
//
// hidden [M, H], weight [V, H], targets [M] int64 -> logp [M] in float32, float64 for float64 input.
//
// `fused` takes the passes over a tile of logits in one CPU kernel (native/kernels/cpu/log_sum_exp.cpp).
#include "cpu_tensors.h"
#include "status.h"

#include <torch/csrc/autograd/custom_function.h>

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

using tracefast::guarded;

namespace {

constexpr int64_t kRows = 512;    // of hidden per tile
constexpr double kLowest = -1e30; // below every logit, yet finite: a difference from -infinity stays -infinity
constexpr int64_t kTokens = 2048; // of the vocabulary per tile: a tile of float32 logits takes 4 MiB

struct Head {
    double scale;
    double softcap; // 0: none
    at::ScalarType accumulation;
    bool fused;

    // Logits of a tile [R, T] in the accumulation dtype.
    at::Tensor logits(const at::Tensor& hidden, const at::Tensor& weight) const {
        at::Tensor z = at::mm(hidden, weight.t()).to(accumulation);
        if (scale != 1.0) z.mul_(scale);
        if (softcap > 0) z.div_(softcap).tanh_().mul_(softcap);
        return z;
    }

    // Multiplies `d` = dL/dz by dz/d(h.w) / scale at z, in place.
    void through_cap(at::Tensor& d, const at::Tensor& z) const {
        if (softcap > 0) d.mul_(1 - (z / softcap).square_());
    }
};

// [R, T] bool: where column v of the vocabulary tile from `first` is the row's target.
at::Tensor is_target(const at::Tensor& targets, int64_t first, int64_t count) {
    return targets.unsqueeze(1) == at::arange(first, first + count, targets.options()).unsqueeze(0);
}

// What the sweep over the vocabulary keeps for a tile of R rows, the rows' targets left out.
struct Running {
    at::Tensor largest;      // [R, 1] max z
    at::Tensor total;        // [R, 1] sum exp(z - largest)
    at::Tensor target_logit; // [R, 1]
    at::Tensor sum;          // [R, H] sum exp(z - largest) c / scale w[v]; undefined where no gradient is wanted
};

void add_tile(const Head& head, Running& running, const at::Tensor& hidden, const at::Tensor& w,
              const at::Tensor& targets, int64_t first) {
    const at::Tensor z = head.logits(hidden, w);
    const at::Tensor target = is_target(targets, first, w.size(0));
    running.target_logit.add_(z.masked_fill(target.logical_not(), 0).sum({1}, /*keepdim=*/true));
    const at::Tensor others = z.masked_fill(target, -std::numeric_limits<double>::infinity());
    const at::Tensor larger = at::maximum(running.largest, others.amax({1}, /*keepdim=*/true));
    const at::Tensor correction = (running.largest - larger).exp_();
    at::Tensor p = (others - larger).exp_();
    running.total.mul_(correction).add_(p.sum({1}, /*keepdim=*/true));
    running.largest = larger;
    if (running.sum.defined()) {
        head.through_cap(p, z);
        running.sum.mul_(correction).add_(at::mm(p.to(w.scalar_type()), w));
    }
}

void add_tile_fused(const Head& head, Running& running, const at::Tensor& hidden, const at::Tensor& w,
                    const at::Tensor& targets, int64_t first) {
    const at::Tensor z = at::mm(hidden, w.t());
    const at::Tensor correction = at::empty_like(running.total);
    tracefast::cpu::kernels().log_sum_exp_tile(
        {tracefast::kernel_dtype(z), z.size(0), z.size(1), z.data_ptr(), head.scale, head.softcap,
         targets.data_ptr<int64_t>(), first, running.largest.data_ptr(), running.total.data_ptr(),
         running.target_logit.data_ptr(), correction.data_ptr(), running.sum.defined() ? 1 : 0});
    if (!running.sum.defined()) return;
    running.sum.mul_(correction);
    if (w.scalar_type() == head.accumulation)
        running.sum.addmm_(z, w);
    else
        running.sum.add_(at::mm(z, w));
}

// One row tile. Returns logp [R] and logsumexp [R]; `unit` [R, H] (where defined) receives the bracket of dh.
std::pair<at::Tensor, at::Tensor> sweep(const Head& head, const at::Tensor& hidden, const at::Tensor& weight,
                                        const at::Tensor& targets, at::Tensor unit) {
    const int64_t rows = hidden.size(0);
    const auto options = hidden.options().dtype(head.accumulation);
    Running running{
        at::full({rows, 1}, kLowest, options), at::zeros({rows, 1}, options), at::zeros({rows, 1}, options), {}};
    if (unit.defined()) running.sum = at::zeros({rows, hidden.size(1)}, options);
    for (int64_t first = 0; first < weight.size(0); first += kTokens) {
        const at::Tensor w = weight.narrow(0, first, std::min(kTokens, weight.size(0) - first));
        (head.fused ? add_tile_fused : add_tile)(head, running, hidden, w, targets, first);
    }
    auto& [largest, total, target_logit, sum] = running;
    const at::Tensor d = largest + total.log() - target_logit;
    const at::Tensor logp = at::logaddexp(d, at::zeros_like(d)).neg_();
    const at::Tensor logsumexp = target_logit - logp;
    if (unit.defined()) {
        at::Tensor factor = d.sigmoid();
        head.through_cap(factor, target_logit);
        at::mul_out(unit, weight.index_select(0, targets).to(head.accumulation), factor);
        unit.sub_(sum.mul_((largest - logsumexp).exp_())).mul_(head.scale);
    }
    return {logp.squeeze(1), logsumexp.squeeze(1)};
}

// dw [V, H] by recomputing each tile; sums over row tiles in the accumulation dtype.
at::Tensor weight_gradient(const Head& head, const at::Tensor& hidden, const at::Tensor& weight,
                           const at::Tensor& targets, const at::Tensor& logsumexp, const at::Tensor& gradient) {
    at::Tensor result = at::empty_like(weight);
    for (int64_t first = 0; first < weight.size(0); first += kTokens) {
        const at::Tensor w = weight.narrow(0, first, std::min(kTokens, weight.size(0) - first));
        at::Tensor sum = at::zeros(w.sizes(), w.options().dtype(head.accumulation));
        for (int64_t row = 0; row < hidden.size(0); row += kRows) {
            const int64_t rows = std::min(kRows, hidden.size(0) - row);
            const at::Tensor h = hidden.narrow(0, row, rows);
            const at::Tensor z = head.logits(h, w);
            at::Tensor d = (z - logsumexp.narrow(0, row, rows).unsqueeze(1)).exp_().neg_();
            d.add_(is_target(targets.narrow(0, row, rows), first, w.size(0)));
            d.mul_(gradient.narrow(0, row, rows).unsqueeze(1));
            head.through_cap(d, z);
            sum.add_(at::mm(d.to(h.scalar_type()).t(), h));
        }
        result.narrow(0, first, w.size(0)).copy_(sum.mul_(head.scale));
    }
    return result;
}

struct LinearLogProb : torch::autograd::Function<LinearLogProb> {
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& hidden,
                              const at::Tensor& weight, const at::Tensor& targets, double scale, double softcap,
                              bool hidden_gradient, bool fused) {
        const Head head{scale, softcap, hidden.scalar_type() == at::kDouble ? at::kDouble : at::kFloat, fused};
        const auto options = hidden.options().dtype(head.accumulation);
        at::Tensor logp = at::empty({hidden.size(0)}, options);
        at::Tensor logsumexp = at::empty({hidden.size(0)}, options);
        at::Tensor unit;
        if (hidden_gradient) unit = at::empty(hidden.sizes(), options);
        for (int64_t row = 0; row < hidden.size(0); row += kRows) {
            const int64_t rows = std::min(kRows, hidden.size(0) - row);
            auto tile = sweep(head, hidden.narrow(0, row, rows), weight, targets.narrow(0, row, rows),
                              unit.defined() ? unit.narrow(0, row, rows) : unit);
            logp.narrow(0, row, rows).copy_(tile.first);
            logsumexp.narrow(0, row, rows).copy_(tile.second);
        }
        context->save_for_backward({hidden, weight, targets, logsumexp, unit});
        context->saved_data["scale"] = scale;
        context->saved_data["softcap"] = softcap;
        return logp;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        TORCH_CHECK(!at::GradMode::is_enabled(), "linear_log_prob has no second derivative (create_graph)");
        const auto saved = context->get_saved_variables();
        const at::Tensor &hidden = saved[0], &weight = saved[1], &targets = saved[2], &logsumexp = saved[3],
                         &unit = saved[4];
        const Head head{context->saved_data["scale"].toDouble(), context->saved_data["softcap"].toDouble(),
                        logsumexp.scalar_type(), /*fused=*/false};
        const at::Tensor& gradient = gradients[0];
        at::Tensor hidden_gradient, dweight;
        if (unit.defined()) hidden_gradient = (unit * gradient.unsqueeze(1)).to(hidden.scalar_type());
        if (weight.requires_grad()) dweight = weight_gradient(head, hidden, weight, targets, logsumexp, gradient);
        return {hidden_gradient, dweight, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
    }
};

} // namespace

TRACEFAST_EXPORT int tracefast_linear_log_prob(const at::Tensor* hidden, const at::Tensor* weight,
                                               const at::Tensor* targets, double scale, double softcap, int32_t fused,
                                               at::Tensor** out) noexcept {
    return guarded([&] {
        const bool hidden_gradient = at::GradMode::is_enabled() && hidden->requires_grad();
        *out = new at::Tensor(
            LinearLogProb::apply(*hidden, *weight, targets->contiguous(), scale, softcap, hidden_gradient, fused != 0));
    });
}
