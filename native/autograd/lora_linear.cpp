// lora_linear on the autograd graph: y = x W^T + bias + scaling * (d A^T) B^T, d = dropout(x) or x.
// Hu et al. 2021, arXiv 2106.09685, eq. 3. x, d [N, I], W [O, I], A [r, I], B [O, r] -> y [N, O].
// The large products are libtorch's; each rank-r product is one pass of a CPU kernel over the large operand:
//     u = d A^T,  y += u (scaling B)^T                                                    forward
//     du = dy (scaling B),  dB = scaling dy^T u,  dA = du^T d,  dx = dy W + du A          backward
#include "cpu_tensors.h"
#include "status.h"

#include <torch/csrc/autograd/custom_function.h>

#include <ATen/ATen.h>

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using tracefast::accumulation;
using tracefast::as_rows;
using tracefast::guarded;
using tracefast::kernel_dtype;
namespace cpu = tracefast::cpu;

namespace {

cpu::RankProduct product(const at::Tensor& x, const at::Tensor& p, const at::Tensor& u) {
    return {kernel_dtype(x), x.size(0), x.size(1), p.size(0), x.data_ptr(), x.stride(0), p.data_ptr(), u.data_ptr()};
}

// U [N, r] = X P^T
at::Tensor rank_down(const at::Tensor& x, const at::Tensor& p) {
    const at::Tensor u = at::empty({x.size(0), p.size(0)}, p.options());
    cpu::kernels().rank_down(product(x, p, u));
    return u;
}

// P [r, W] = U^T X
at::Tensor rank_outer(const at::Tensor& u, const at::Tensor& x) {
    const at::Tensor p = at::empty({u.size(1), x.size(1)}, u.options());
    cpu::kernels().rank_outer(product(x, p, u));
    return p;
}

// scaling B^T [r, O]
at::Tensor scaled_transpose(const at::Tensor& B, double scaling, at::ScalarType dtype) {
    return B.to(dtype).mul(scaling).t().contiguous();
}

struct LoraLinear : torch::autograd::Function<LoraLinear> {
    // `dropped` is nothing without dropout, else dropout(x) in the accumulation dtype.
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const c10::optional<at::Tensor>& dropped,
                              const at::Tensor& weight, const c10::optional<at::Tensor>& bias, const at::Tensor& A,
                              const at::Tensor& B, double scaling) {
        at::Tensor y = bias.has_value() ? at::addmm(*bias, x, weight.t()) : at::mm(x, weight.t());
        const at::Tensor d = as_rows(dropped.value_or(x));
        const at::Tensor wide_A = A.to(accumulation(x)).contiguous();
        const at::Tensor u = rank_down(d, wide_A);
        cpu::kernels().rank_up(product(y, scaled_transpose(B, scaling, accumulation(x)), u));
        context->save_for_backward({x, dropped.value_or(at::Tensor()), weight, A, B, u});
        context->saved_data["scaling"] = scaling;
        context->saved_data["x"] = x.requires_grad();
        context->saved_data["dropped"] = dropped.has_value() && dropped->requires_grad();
        context->saved_data["bias"] = bias.has_value() && bias->requires_grad();
        return y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        TORCH_CHECK(!at::GradMode::is_enabled(), "lora_linear has no second derivative (create_graph)");
        const auto saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &dropped = saved[1], &weight = saved[2], &A = saved[3], &B = saved[4],
                         &u = saved[5];
        const double scaling = context->saved_data["scaling"].toDouble();
        const at::Tensor dy = as_rows(gradients[0]);
        const at::Tensor wide_A = A.to(u.scalar_type()).contiguous();
        const at::Tensor du = rank_down(dy, scaled_transpose(B, scaling, u.scalar_type()));
        at::Tensor dx, ddropped, dweight, dbias, dA, dB;
        if (context->saved_data["x"].toBool()) {
            dx = at::mm(dy, weight);
            if (!dropped.defined()) cpu::kernels().rank_up(product(dx, wide_A, du));
        }
        if (context->saved_data["dropped"].toBool()) ddropped = at::mm(du, wide_A).to(dropped.scalar_type());
        if (weight.requires_grad()) dweight = at::mm(dy.t(), x);
        if (context->saved_data["bias"].toBool()) dbias = dy.sum({0});
        if (A.requires_grad()) dA = rank_outer(du, as_rows(dropped.defined() ? dropped : x)).to(A.scalar_type());
        if (B.requires_grad()) dB = rank_outer(u, dy).t().mul(scaling).to(B.scalar_type()).contiguous();
        return {dx, ddropped, dweight, dbias, dA, dB, at::Tensor()};
    }
};

c10::optional<at::Tensor> optional(const at::Tensor* tensor) {
    return tensor != nullptr ? c10::optional<at::Tensor>(*tensor) : c10::nullopt;
}

} // namespace

TRACEFAST_EXPORT int tracefast_cpu_lora_linear(const at::Tensor* x, const at::Tensor* dropped, const at::Tensor* weight,
                                               const at::Tensor* bias, const at::Tensor* A, const at::Tensor* B,
                                               double scaling, at::Tensor** y) noexcept {
    return guarded([&] {
        *y = new at::Tensor(LoraLinear::apply(*x, optional(dropped), *weight, optional(bias), *A, *B, scaling));
    });
}
