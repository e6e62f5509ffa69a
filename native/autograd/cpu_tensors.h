// at::Tensor to the CPU kernels' plain arguments.
#pragma once

#include "kernels.h"

#include <ATen/core/Tensor.h>

namespace tracefast {

inline cpu::Dtype kernel_dtype(const at::Tensor& tensor) {
    TORCH_CHECK(tensor.is_cpu(), "the CPU kernels got a tensor on ", tensor.device());
    switch (tensor.scalar_type()) {
    case at::kFloat:
        return cpu::Dtype::Float32;
    case at::kDouble:
        return cpu::Dtype::Float64;
    case at::kBFloat16:
        return cpu::Dtype::BFloat16;
    default:
        TORCH_CHECK(false, "the CPU kernels take float32, float64 and bfloat16, not ", tensor.scalar_type());
    }
}

inline at::ScalarType accumulation(const at::Tensor& tensor) {
    return tensor.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

// [..., W] as [rows, W] with neighbouring columns, copied only where the strides do not allow it.
inline at::Tensor as_rows(const at::Tensor& tensor) {
    const int64_t width = tensor.size(-1);
    const int64_t rows = width == 0 ? 0 : tensor.numel() / width;
    const at::Tensor matrix = tensor.dim() == 2 ? tensor : tensor.reshape({rows, width});
    return matrix.stride(1) == 1 || width <= 1 ? matrix : matrix.contiguous();
}

inline int64_t row_stride(const at::Tensor& rows) {
    return rows.stride(0);
}

} // namespace tracefast
