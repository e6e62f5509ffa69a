// rms_norm, rope, swiglu on the autograd graph, and the adamw step: the CPU kernels over at::Tensor. Formulas and
// shapes: native/kernels/cpu/kernels.h and the interfaces in src/TraceFast.Kernels.
#include "cpu_tensors.h"
#include "status.h"

#include <torch/csrc/autograd/custom_function.h>

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using tracefast::accumulation;
using tracefast::as_rows;
using tracefast::guarded;
using tracefast::kernel_dtype;
using tracefast::row_stride;
namespace cpu = tracefast::cpu;

namespace {

// No operation here has a second derivative: its backward must not pretend to.
void first_order_only(const char* operation) {
    TORCH_CHECK(!at::GradMode::is_enabled(), operation, " has no second derivative (create_graph)");
}

// Outputs (sum, y); without a residual sum is x itself and stays undefined.
struct RmsNorm : torch::autograd::Function<RmsNorm> {
    static variable_list forward(AutogradContext* context, const at::Tensor& x,
                                 const c10::optional<at::Tensor>& residual, const at::Tensor& weight, double eps,
                                 int64_t style) {
        const at::Tensor rows = as_rows(x);
        const at::Tensor wide_weight = weight.to(accumulation(x)).contiguous();
        const at::Tensor y = at::empty(rows.sizes(), x.options());
        const at::Tensor rstd = at::empty({rows.size(0)}, wide_weight.options());
        at::Tensor addend, sum;
        if (residual.has_value()) {
            addend = as_rows(*residual);
            sum = at::empty(rows.sizes(), x.options());
        }
        cpu::kernels().rms_norm_forward({kernel_dtype(x), static_cast<cpu::NormStyle>(style), rows.size(0),
                                         rows.size(1), rows.data_ptr(), row_stride(rows),
                                         addend.defined() ? addend.data_ptr() : nullptr,
                                         addend.defined() ? row_stride(addend) : 0, wide_weight.data_ptr(), eps,
                                         sum.defined() ? sum.data_ptr() : nullptr, y.data_ptr(), rstd.data_ptr()});
        context->saved_data["style"] = style;
        context->saved_data["weight_gradient"] = weight.requires_grad();
        context->saved_data["weight_dtype"] = static_cast<int64_t>(weight.scalar_type());
        const at::Tensor result = y.view(x.sizes());
        if (!residual.has_value()) {
            context->save_for_backward({rows, wide_weight, rstd});
            return {result};
        }
        const at::Tensor total = sum.view(x.sizes());
        context->save_for_backward({total, wide_weight, rstd});
        return {result, total};
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        first_order_only("rms_norm");
        const auto saved = context->get_saved_variables();
        const at::Tensor rows = as_rows(saved[0]);
        const at::Tensor &weight = saved[1], &rstd = saved[2];
        const bool added = gradients.size() == 2;
        const at::Tensor dsum = added && gradients[1].defined() ? gradients[1].contiguous() : at::Tensor();
        if (!gradients[0].defined())
            return {dsum, added ? dsum : at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
        const at::Tensor dy = gradients[0].contiguous();
        const at::Tensor dx = at::empty(dy.sizes(), dy.options());
        at::Tensor dweight, scratch;
        if (context->saved_data["weight_gradient"].toBool()) {
            dweight = at::empty_like(weight);
            scratch = at::empty({cpu::kReductionChunks, weight.size(0)}, weight.options());
        }
        cpu::kernels().rms_norm_backward(
            {kernel_dtype(dy), static_cast<cpu::NormStyle>(context->saved_data["style"].toInt()), rows.size(0),
             rows.size(1), rows.data_ptr(), row_stride(rows), dy.data_ptr(), dsum.defined() ? dsum.data_ptr() : nullptr,
             weight.data_ptr(), rstd.data_ptr(), dx.data_ptr(), dweight.defined() ? dweight.data_ptr() : nullptr,
             scratch.defined() ? scratch.data_ptr() : nullptr});
        if (dweight.defined())
            dweight = dweight.to(static_cast<at::ScalarType>(context->saved_data["weight_dtype"].toInt()));
        return {dx, added ? dx : at::Tensor(), dweight, at::Tensor(), at::Tensor()};
    }
};

struct Rope : torch::autograd::Function<Rope> {
    static at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, int32_t direction) {
        const at::Tensor rows = x.stride(2) == 1 || x.size(2) <= 1 ? x : x.contiguous();
        const at::Tensor y = at::empty(x.sizes(), x.options());
        cpu::kernels().rope({kernel_dtype(x), x.size(0), x.size(1), x.size(2), cos.size(1), rows.data_ptr(),
                             rows.stride(0), rows.stride(1), cos.data_ptr(), sin.data_ptr(), direction, y.data_ptr()});
        return y;
    }

    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cos,
                              const at::Tensor& sin) {
        const at::Tensor c = cos.contiguous(), s = sin.contiguous();
        context->save_for_backward({c, s});
        return rotate(x, c, s, 1);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        first_order_only("rope");
        const auto saved = context->get_saved_variables();
        return {rotate(gradients[0], saved[0], saved[1], -1), at::Tensor(), at::Tensor()};
    }
};

struct SwiGlu : torch::autograd::Function<SwiGlu> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& gate, const at::Tensor& up,
                              int64_t activation) {
        const at::Tensor gates = as_rows(gate), ups = as_rows(up);
        const at::Tensor y = at::empty(gate.sizes(), gate.options());
        cpu::kernels().swiglu_forward({kernel_dtype(gate), static_cast<cpu::Activation>(activation), gates.size(0),
                                       gates.size(1), gates.data_ptr(), row_stride(gates), ups.data_ptr(),
                                       row_stride(ups), y.data_ptr()});
        context->save_for_backward({gates, ups});
        context->saved_data["activation"] = activation;
        return y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        first_order_only("swiglu");
        const auto saved = context->get_saved_variables();
        const at::Tensor &gates = saved[0], &ups = saved[1];
        const at::Tensor dy = gradients[0].contiguous();
        const at::Tensor dgate = at::empty(dy.sizes(), dy.options()), dup = at::empty(dy.sizes(), dy.options());
        cpu::kernels().swiglu_backward(
            {kernel_dtype(dy), static_cast<cpu::Activation>(context->saved_data["activation"].toInt()), gates.size(0),
             gates.size(1), gates.data_ptr(), row_stride(gates), ups.data_ptr(), row_stride(ups), dy.data_ptr(),
             dgate.data_ptr(), dup.data_ptr()});
        return {dgate, dup, at::Tensor()};
    }
};

} // namespace

// residual and sum are null together.
TRACEFAST_EXPORT int tracefast_cpu_rms_norm(const at::Tensor* x, const at::Tensor* residual, const at::Tensor* weight,
                                            double eps, int32_t style, at::Tensor** y, at::Tensor** sum) noexcept {
    return guarded([&] {
        const variable_list results = RmsNorm::apply(
            *x, residual != nullptr ? c10::optional<at::Tensor>(*residual) : c10::nullopt, *weight, eps, style);
        if (residual != nullptr) *sum = new at::Tensor(results[1]);
        *y = new at::Tensor(results[0]);
    });
}

TRACEFAST_EXPORT int tracefast_cpu_rope(const at::Tensor* x, const at::Tensor* cos, const at::Tensor* sin,
                                        at::Tensor** y) noexcept {
    return guarded([&] { *y = new at::Tensor(Rope::apply(*x, *cos, *sin)); });
}

TRACEFAST_EXPORT int tracefast_cpu_swiglu(const at::Tensor* gate, const at::Tensor* up, int32_t activation,
                                          at::Tensor** y) noexcept {
    return guarded([&] { *y = new at::Tensor(SwiGlu::apply(*gate, *up, activation)); });
}

// One parameter with its state for a step; mirrored by CpuAdamW. master is null where the parameter is its own.
struct AdamWState {
    at::Tensor *parameter, *master, *gradient, *first_moment, *second_moment;
    double correction1, correction2; // 1 - beta^t
};

TRACEFAST_EXPORT int tracefast_cpu_adamw(const AdamWState* states, int64_t count, double learning_rate, double beta1,
                                         double beta2, double eps, double weight_decay) noexcept {
    return guarded([&] {
        std::vector<cpu::AdamWTensor> tensors;
        std::vector<at::Tensor> gradients; // contiguous ones, alive until the step is done
        for (int64_t i = 0; i < count; ++i) {
            const AdamWState& s = states[i];
            for (const at::Tensor* t : {s.parameter, s.master, s.first_moment, s.second_moment})
                TORCH_CHECK(t == nullptr || t->is_contiguous(), "adamw: a parameter or its state is not contiguous");
            gradients.push_back(s.gradient->contiguous());
            tensors.push_back({kernel_dtype(*s.parameter), kernel_dtype(gradients.back()), s.parameter->numel(),
                               s.parameter->data_ptr(), s.master != nullptr ? s.master->data_ptr() : nullptr,
                               gradients.back().data_ptr(), s.first_moment->data_ptr(), s.second_moment->data_ptr(),
                               1 - learning_rate * weight_decay, learning_rate / s.correction1,
                               std::sqrt(s.correction2), beta1, beta2, eps});
        }
        cpu::kernels().adamw(tensors.data(), count);
        for (int64_t i = 0; i < count; ++i) // tensors saved for a backward now hold other values
            for (at::Tensor* t :
                 {states[i].parameter, states[i].master, states[i].first_moment, states[i].second_moment})
                if (t != nullptr) t->unsafeGetTensorImpl()->bump_version();
    });
}
