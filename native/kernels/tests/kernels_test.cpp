// Every CPU kernel against plain loops in double, in each dtype, at odd sizes, on unaligned and strided operands.
// Exit status: 0 all equal, 1 some differ. TRACEFAST_CPU_KERNELS picks the instruction set, as in production.
#include "adamw_8bit.h"
#include "buffer.h"

#include <algorithm>
#include <array>

using namespace tracefast::cpu;
using tracefast::test::accumulation;
using tracefast::test::Buffer;
using tracefast::test::expect_close;

namespace {

using Doubles = std::vector<double>;

const Dtype kDtypes[] = {Dtype::Float32, Dtype::Float64, Dtype::BFloat16};
const int64_t kSizes[][2] = {{0, 8},    {1, 1},    {3, 47},   {31, 3},
                             {47, 123}, {123, 64}, {300, 331}}; // the last runs in parallel

std::string label(const char* operation, Dtype dtype, int64_t rows, int64_t width) {
    const char* names[] = {"float32", "float64", "bfloat16"};
    return std::string(operation) + " " + names[static_cast<int>(dtype)] + " [" + std::to_string(rows) + ", " +
           std::to_string(width) + "]";
}

void rms_norm(Dtype dtype, int64_t rows, int64_t hidden, NormStyle style, bool residual) {
    const int64_t stride = hidden + 5;
    const double eps = 1e-5;
    const Dtype wide = accumulation(dtype);
    Buffer x(dtype, rows * stride), r(dtype, rows * stride), w(wide, hidden), sum(dtype, rows * hidden),
        y(dtype, rows * hidden), rstd(wide, rows), dy(dtype, rows * hidden), dsum(dtype, rows * hidden),
        dx(dtype, rows * hidden), dw(wide, hidden), scratch(wide, kReductionChunks * hidden);
    x.fill(2.0), r.fill(), w.fill(), dy.fill(), dsum.fill();
    kernels().rms_norm_forward({.dtype = dtype,
                                .style = style,
                                .rows = rows,
                                .hidden = hidden,
                                .x = x.data(),
                                .x_stride = stride,
                                .residual = residual ? r.data() : nullptr,
                                .residual_stride = stride,
                                .weight = w.data(),
                                .eps = eps,
                                .sum = residual ? sum.data() : nullptr,
                                .y = y.data(),
                                .rstd = rstd.data()});
    kernels().rms_norm_backward({.dtype = dtype,
                                 .style = style,
                                 .rows = rows,
                                 .hidden = hidden,
                                 .x = residual ? sum.data() : x.data(),
                                 .x_stride = residual ? hidden : stride,
                                 .dy = dy.data(),
                                 .dsum = residual ? dsum.data() : nullptr,
                                 .weight = w.data(),
                                 .rstd = rstd.data(),
                                 .dx = dx.data(),
                                 .dweight = dw.data(),
                                 .scratch = scratch.data()});
    Doubles want_sum, want_y, want_dx, want_dw(static_cast<size_t>(hidden), 0.0);
    for (int64_t n = 0; n < rows; ++n) {
        double square = 0, dot = 0;
        const auto input = [&](int64_t h) { return residual ? sum[n * hidden + h] : x[n * stride + h]; };
        const auto weight = [&](int64_t h) { return w[h] + (style == NormStyle::Gemma ? 1 : 0); };
        for (int64_t h = 0; h < hidden; ++h)
            square += input(h) * input(h);
        const double root = 1 / std::sqrt(square / static_cast<double>(hidden) + eps);
        for (int64_t h = 0; h < hidden; ++h) {
            want_sum.push_back(x[n * stride + h] + r[n * stride + h]);
            want_y.push_back(input(h) * root * weight(h));
            dot += dy[n * hidden + h] * weight(h) * input(h) * root;
            want_dw[static_cast<size_t>(h)] += dy[n * hidden + h] * input(h) * root;
        }
        for (int64_t h = 0; h < hidden; ++h)
            want_dx.push_back(
                root * (dy[n * hidden + h] * weight(h) - input(h) * root * dot / static_cast<double>(hidden)) +
                (residual ? dsum[n * hidden + h] : 0));
    }
    if (residual) expect_close(label("rms_norm sum", dtype, rows, hidden), sum, want_sum, dtype, 1);
    expect_close(label("rms_norm y", dtype, rows, hidden), y, want_y, dtype, 12, 0.1); // a sum of squares in any order
    expect_close(label("rms_norm dx", dtype, rows, hidden), dx, want_dx, dtype, 16, 10.0);
    expect_close(label("rms_norm dweight", dtype, rows, hidden), dw, want_dw, wide, 20, 20.0);
}

void rope(Dtype dtype, int64_t rows, int64_t heads, int64_t head_dim, int64_t rotary_dim, int32_t direction) {
    const int64_t head_stride = head_dim + 3, row_stride = heads * head_stride + 7, half = rotary_dim / 2;
    const Dtype wide = accumulation(dtype);
    Buffer x(dtype, rows * row_stride), cos(wide, rows * half), sin(wide, rows * half),
        y(dtype, rows * heads * head_dim);
    x.fill(), cos.fill(), sin.fill();
    kernels().rope({.dtype = dtype,
                    .rows = rows,
                    .heads = heads,
                    .head_dim = head_dim,
                    .rotary_dim = rotary_dim,
                    .x = x.data(),
                    .row_stride = row_stride,
                    .head_stride = head_stride,
                    .cos = cos.data(),
                    .sin = sin.data(),
                    .direction = direction,
                    .y = y.data()});
    Doubles want;
    for (int64_t n = 0; n < rows; ++n) {
        for (int64_t h = 0; h < heads; ++h) {
            for (int64_t i = 0; i < head_dim; ++i) {
                const auto at = [&](int64_t j) { return x[n * row_stride + h * head_stride + j]; };
                const int64_t angle = n * half + i % half;
                want.push_back(i < half         ? at(i) * cos[angle] - at(i + half) * direction * sin[angle]
                               : i < rotary_dim ? at(i) * cos[angle] + at(i - half) * direction * sin[angle]
                                                : at(i));
            }
        }
    }
    expect_close(label("rope", dtype, rows, heads * head_dim), y, want, dtype);
}

void swiglu(Dtype dtype, int64_t rows, int64_t width, Activation activation) {
    const int64_t stride = width + 3;
    Buffer gate(dtype, rows * stride), up(dtype, rows * stride), dy(dtype, rows * width), y(dtype, rows * width),
        dgate(dtype, rows * width), dup(dtype, rows * width);
    gate.fill(4.0), up.fill(), dy.fill();
    if (rows > 0) gate.set(0, -120.0);
    kernels().swiglu_forward({.dtype = dtype,
                              .activation = activation,
                              .rows = rows,
                              .width = width,
                              .gate = gate.data(),
                              .gate_stride = stride,
                              .up = up.data(),
                              .up_stride = stride,
                              .y = y.data()});
    kernels().swiglu_backward({.dtype = dtype,
                               .activation = activation,
                               .rows = rows,
                               .width = width,
                               .gate = gate.data(),
                               .gate_stride = stride,
                               .up = up.data(),
                               .up_stride = stride,
                               .dy = dy.data(),
                               .dgate = dgate.data(),
                               .dup = dup.data()});
    Doubles want_y, want_dgate, want_dup;
    for (int64_t n = 0; n < rows; ++n) {
        for (int64_t i = 0; i < width; ++i) {
            const double z = gate[n * stride + i], u = up[n * stride + i], d = dy[n * width + i];
            double value, derivative;
            if (activation == Activation::Silu) {
                const double sigmoid = 1 / (1 + std::exp(-z));
                value = z * sigmoid;
                derivative = sigmoid * (1 + z * (1 - sigmoid));
            } else if (activation == Activation::Gelu) {
                value = 0.5 * z * std::erfc(-z / std::sqrt(2.0));
                derivative = 0.5 * std::erfc(-z / std::sqrt(2.0)) + z * std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI);
            } else {
                const double root = std::sqrt(2 / M_PI), t = std::tanh(root * (z + 0.044715 * z * z * z));
                value = 0.5 * z * (1 + t);
                derivative = 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * root * (1 + 3 * 0.044715 * z * z);
            }
            want_y.push_back(value * u);
            want_dgate.push_back(d * u * derivative);
            want_dup.push_back(d * value);
        }
    }
    expect_close(label("swiglu y", dtype, rows, width), y, want_y, dtype, 8);
    expect_close(label("swiglu dgate", dtype, rows, width), dgate, want_dgate, dtype, 16);
    expect_close(label("swiglu dup", dtype, rows, width), dup, want_dup, dtype, 8);
}

// x p^T [rows, rank]: x [rows, width] with row stride x_stride, p [rank, width].
Doubles rows_times_rows(const Buffer& x, int64_t x_stride, int64_t rows, const Buffer& p, int64_t rank, int64_t width) {
    Doubles u;
    for (int64_t n = 0; n < rows; ++n) {
        for (int64_t r = 0; r < rank; ++r) {
            double dot = 0;
            for (int64_t i = 0; i < width; ++i)
                dot += x[n * x_stride + i] * p[r * width + i];
            u.push_back(dot);
        }
    }
    return u;
}

void lora_products(Dtype dtype, int64_t rows, int64_t width, int64_t rank) {
    const int64_t stride = width + 3;
    const Dtype wide = accumulation(dtype);
    Buffer x(dtype, rows * stride), p(wide, rank * width), u(wide, rows * rank), grad(wide, rank * width),
        sum(dtype, rows * stride);
    x.fill(), p.fill();
    for (int64_t i = 0; i < x.count(); ++i)
        sum.set(i, x[i]);
    const auto product = [&](const Buffer& x, const Buffer& p) {
        return LoraProduct{.dtype = dtype,
                           .rows = rows,
                           .width = width,
                           .rank = rank,
                           .x = x.data(),
                           .x_stride = stride,
                           .p = p.data(),
                           .u = u.data()};
    };
    kernels().lora_shrink(product(x, p));
    const Doubles want_u = rows_times_rows(x, stride, rows, p, rank, width);
    Doubles want_grad(static_cast<size_t>(rank * width), 0.0), want_sum;
    expect_close(label("lora_shrink", dtype, rows, width), u, want_u, wide, 30, std::sqrt(static_cast<double>(width)));
    kernels().lora_grad(product(x, grad));
    kernels().lora_expand(product(sum, p));
    for (int64_t n = 0; n < rows; ++n) {
        for (int64_t i = 0; i < stride; ++i) {
            double value = x[n * stride + i];
            for (int64_t r = 0; i < width && r < rank; ++r) {
                value += u[n * rank + r] * p[r * width + i];
                want_grad[static_cast<size_t>(r * width + i)] += u[n * rank + r] * x[n * stride + i];
            }
            want_sum.push_back(value);
        }
    }
    const double large = std::sqrt(static_cast<double>(std::max<int64_t>(1, rows * width)));
    expect_close(label("lora_grad", dtype, rows, width), grad, want_grad, wide, 30, large);
    expect_close(label("lora_expand", dtype, rows, width), sum, want_sum, dtype, 8,
                 std::sqrt(static_cast<double>(rank * width)));
}

void linear(Dtype dtype, int64_t rows, int64_t inner, int64_t columns, int64_t rank, bool transposed, bool biased,
            bool add, int32_t threads) {
    const Dtype wide = accumulation(dtype);
    const int64_t x_stride = inner + 3, w_stride = (transposed ? inner : columns) + 4;
    Buffer x(dtype, rows * x_stride), w(dtype, (transposed ? columns : inner) * w_stride), bias(dtype, columns),
        u(wide, rows * rank), A(wide, rank * inner), p(wide, rank * columns), y(add ? wide : dtype, rows * columns);
    x.fill(), w.fill(), bias.fill(), A.fill(), p.fill();
    const Doubles want_u = rows_times_rows(x, x_stride, rows, A, rank, inner);
    if (add) y.fill();
    Doubles want;
    for (int64_t n = 0; n < rows; ++n) {
        for (int64_t c = 0; c < columns; ++c) {
            double sum = (add ? y[n * columns + c] : 0) + (biased ? bias[c] : 0);
            for (int64_t k = 0; k < inner; ++k)
                sum += x[n * x_stride + k] * w[transposed ? c * w_stride + k : k * w_stride + c];
            for (int64_t r = 0; r < rank; ++r)
                sum += want_u[static_cast<size_t>(n * rank + r)] * p[r * columns + c];
            want.push_back(sum);
        }
    }
    Linear a{.dtype = dtype,
             .threads = threads,
             .rows = rows,
             .inner = inner,
             .columns = columns,
             .rank = rank,
             .x = x.data(),
             .x_stride = x_stride,
             .w = w.data(),
             .w_stride = w_stride,
             .transposed = transposed ? 1 : 0,
             .bias = biased ? bias.data() : nullptr,
             .a = A.data(),
             .u = u.data(),
             .p = p.data(),
             .workspace = nullptr,
             .y = y.data(),
             .add = add ? 1 : 0};
    const int64_t bytes = kernels().linear_workspace(a);
    const bool pairs = std::strcmp(kernels().instruction_set, "avx512_bf16") == 0;
    const bool takes = dtype != Dtype::BFloat16 || (pairs && inner % 2 == 0 && (!transposed || w_stride % 2 == 0));
    tracefast::test::expect(label("linear_workspace", dtype, inner, columns), (bytes >= 0) == takes);
    if (bytes < 0) return;
    a.workspace = std::aligned_alloc(64, static_cast<size_t>(bytes + 63) / 64 * 64);
    std::memset(a.workspace, 0xff, static_cast<size_t>(bytes)); // NaN: nothing may count on zeros
    kernels().linear(a);
    std::free(a.workspace);
    expect_close(label("linear", dtype, rows, columns), y, want, add ? wide : dtype, 60,
                 std::sqrt(static_cast<double>((inner + 1) * (rank + 1))));
    expect_close(label("linear u", dtype, rows, inner), u, want_u, wide, 60, std::sqrt(static_cast<double>(inner + 1)));
}

void log_sum_exp(Dtype dtype, int64_t rows, int64_t tokens, double scale, double softcap) {
    const Dtype wide = accumulation(dtype);
    Buffer row_max(wide, rows), row_sum(wide, rows), target(wide, rows), correction(wide, rows);
    row_max.fill_with(-1e30), row_sum.fill_with(0), target.fill_with(0);
    std::vector<int64_t> targets;
    for (int64_t n = 0; n < rows; ++n)
        targets.push_back((n * 7) % (2 * tokens));
    Doubles want_max(static_cast<size_t>(rows), -1e30), want_sum(static_cast<size_t>(rows), 0.0),
        want_target(static_cast<size_t>(rows), 0.0);
    for (int64_t tile = 0; tile < 2; ++tile) {
        Buffer z(dtype, rows * tokens);
        z.fill(3.0);
        Doubles want_p, want_correction;
        for (int64_t n = 0; n < rows; ++n) {
            const size_t row = static_cast<size_t>(n);
            const auto logit = [&](int64_t v) {
                const double scaled = scale * z[n * tokens + v];
                return softcap > 0 ? softcap * std::tanh(scaled / softcap) : scaled;
            };
            const double before = want_max[row];
            double sum = 0;
            for (int64_t v = 0; v < tokens; ++v) {
                if (tile * tokens + v == targets[row])
                    want_target[row] = logit(v);
                else
                    want_max[row] = std::max(want_max[row], logit(v));
            }
            for (int64_t v = 0; v < tokens; ++v) {
                const double ratio = softcap > 0 ? logit(v) / softcap : 0;
                const double p = tile * tokens + v == targets[row] ? 0 : std::exp(logit(v) - want_max[row]);
                sum += p;
                want_p.push_back(p * (1 - ratio * ratio));
            }
            want_correction.push_back(std::exp(before - want_max[row]));
            want_sum[row] = want_sum[row] * want_correction.back() + sum;
        }
        for (const int32_t write : {0, 1}) { // without writing first: the same statistics from the same start
            Buffer row_max_copy(wide, rows), row_sum_copy(wide, rows);
            for (int64_t n = 0; n < rows; ++n)
                row_max_copy.set(n, row_max[n]), row_sum_copy.set(n, row_sum[n]);
            kernels().log_sum_exp_tile({.dtype = dtype,
                                        .rows = rows,
                                        .tokens = tokens,
                                        .z = z.data(),
                                        .scale = scale,
                                        .softcap = softcap,
                                        .targets = targets.data(),
                                        .first = tile * tokens,
                                        .row_max = (write != 0 ? row_max : row_max_copy).data(),
                                        .row_sum = (write != 0 ? row_sum : row_sum_copy).data(),
                                        .target_logit = target.data(),
                                        .correction = correction.data(),
                                        .write = write});
            if (write == 0)
                expect_close(label("log_sum_exp row_sum, unwritten", dtype, rows, tokens), row_sum_copy, want_sum, wide,
                             100);
        }
        expect_close(label("log_sum_exp p", dtype, rows, tokens), z, want_p, dtype, 16);
        expect_close(label("log_sum_exp correction", dtype, rows, tokens), correction, want_correction, wide, 16);
    }
    expect_close(label("log_sum_exp row_max", dtype, rows, tokens), row_max, want_max, wide, 16);
    expect_close(label("log_sum_exp row_sum", dtype, rows, tokens), row_sum, want_sum, wide, 100);
    expect_close(label("log_sum_exp target", dtype, rows, tokens), target, want_target, wide, 16);
}

// Segments {length, parent, first position of a root or gap after the parent's end}, one after another.
std::vector<TreeSegment> forest(const std::vector<std::array<int32_t, 3>>& segments) {
    std::vector<TreeSegment> all;
    int32_t row = 0;
    for (const auto& [length, parent, gap] : segments) {
        const TreeSegment* above = parent < 0 ? nullptr : &all[static_cast<size_t>(parent)];
        all.push_back({row, length, parent, gap + (above == nullptr ? 0 : above->first_position + above->length)});
        row += length;
    }
    return all;
}

void attention(Dtype dtype, const std::vector<TreeSegment>& segments, int64_t heads, int64_t kv_heads, int64_t head_dim,
               double scale, int32_t window, double softcap, int32_t threads) {
    const int64_t tokens = segments.back().row + segments.back().length, group = heads / kv_heads;
    const int64_t stride = head_dim + 3, q_row = heads * stride + 5, k_row = kv_heads * stride + 7;
    const Dtype wide = accumulation(dtype);
    Buffer q(dtype, tokens * q_row), k(dtype, tokens * k_row), v(dtype, tokens * k_row), lse(wide, heads * tokens),
        o(dtype, tokens * heads * head_dim), d_o(dtype, tokens * heads * head_dim), dq(dtype, o.count()),
        dk(dtype, tokens * kv_heads * head_dim), dv(dtype, dk.count());
    q.fill(), k.fill(), v.fill(), d_o.fill();
    TreeAttention a{.dtype = dtype,
                    .threads = threads,
                    .tokens = tokens,
                    .heads = heads,
                    .kv_heads = kv_heads,
                    .head_dim = head_dim,
                    .q = q.data(),
                    .q_row = q_row,
                    .q_head = stride,
                    .k = k.data(),
                    .k_row = k_row,
                    .k_head = stride,
                    .v = v.data(),
                    .v_row = k_row,
                    .v_head = stride,
                    .scale = scale,
                    .softcap = softcap,
                    .window = window,
                    .segments = segments.data(),
                    .segment_count = static_cast<int64_t>(segments.size()),
                    .workspace = nullptr,
                    .lse = lse.data(),
                    .o = o.data(),
                    .d_o = nullptr,
                    .dq = dq.data(),
                    .dk = dk.data(),
                    .dv = dv.data()};
    const auto run = [&] {
        const size_t bytes = static_cast<size_t>(kernels().tree_attention_workspace(a));
        a.workspace = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
        std::memset(a.workspace, 0xff, bytes); // NaN: nothing may count on zeros
        kernels().tree_attention(a);
        std::free(a.workspace);
    };
    const Buffer* results[] = {&lse, &o, &dq, &dk, &dv};
    std::vector<Doubles> alone;
    for (const int32_t count : {1, threads}) {
        a.threads = count;
        a.d_o = nullptr;
        run();
        a.d_o = d_o.data();
        run();
        for (const Buffer* result : results)
            if (alone.size() < std::size(results)) alone.push_back(result->values());
    }
    for (size_t i = 0; i < alone.size(); ++i) // the same bits for every number of threads
        expect_close(label("attention by threads", dtype, tokens, head_dim), *results[i], alone[i], dtype, 0);

    std::vector<int64_t> segment_of;
    for (size_t s = 0; s < segments.size(); ++s)
        segment_of.insert(segment_of.end(), static_cast<size_t>(segments[s].length), static_cast<int64_t>(s));
    const auto position = [&](int64_t i) {
        const TreeSegment& segment = segments[static_cast<size_t>(segment_of[static_cast<size_t>(i)])];
        return segment.first_position + i - segment.row;
    };
    const auto sees = [&](int64_t i, int64_t j) {
        const int64_t other = segment_of[static_cast<size_t>(j)];
        int64_t s = segment_of[static_cast<size_t>(i)];
        while (s != other && s >= 0)
            s = segments[static_cast<size_t>(s)].parent;
        return s == other && position(j) <= position(i) && (window == 0 || position(i) - position(j) < window);
    };
    Doubles want_lse(static_cast<size_t>(lse.count())), want_o(static_cast<size_t>(o.count())),
        want_dq(static_cast<size_t>(o.count())), want_dk(static_cast<size_t>(dk.count())),
        want_dv(static_cast<size_t>(dk.count()));
    for (int64_t h = 0; h < heads; ++h) {
        const int64_t kv = h / group;
        for (int64_t i = 0; i < tokens; ++i) {
            const int64_t row = (i * heads + h) * head_dim;
            Doubles score(static_cast<size_t>(tokens)), dp(static_cast<size_t>(tokens));
            double sum = 0, delta = 0;
            for (int64_t j = 0; j < tokens; ++j) {
                if (!sees(i, j)) continue;
                double dot = 0, dot_v = 0;
                for (int64_t d = 0; d < head_dim; ++d) {
                    dot += q[i * q_row + h * stride + d] * k[j * k_row + kv * stride + d];
                    dot_v += d_o[row + d] * v[j * k_row + kv * stride + d];
                }
                const size_t at = static_cast<size_t>(j);
                score[at] = softcap > 0 ? softcap * std::tanh(scale * dot / softcap) : scale * dot;
                dp[at] = dot_v;
                sum += std::exp(score[at]);
                delta += std::exp(score[at]) * dot_v;
            }
            want_lse[static_cast<size_t>(h * tokens + i)] = std::log(sum);
            for (int64_t j = 0; j < tokens; ++j) {
                if (!sees(i, j)) continue;
                const size_t at = static_cast<size_t>(j);
                const double p = std::exp(score[at]) / sum, ratio = softcap > 0 ? score[at] / softcap : 0;
                const double ds = scale * p * (dp[at] - delta / sum) * (1 - ratio * ratio);
                for (int64_t d = 0; d < head_dim; ++d) {
                    const int64_t key = (j * kv_heads + kv) * head_dim + d;
                    want_o[static_cast<size_t>(row + d)] += p * v[j * k_row + kv * stride + d];
                    want_dq[static_cast<size_t>(row + d)] += ds * k[j * k_row + kv * stride + d];
                    want_dk[static_cast<size_t>(key)] += ds * q[i * q_row + h * stride + d];
                    want_dv[static_cast<size_t>(key)] += p * d_o[row + d];
                }
            }
        }
    }
    const double large = std::sqrt(static_cast<double>(tokens));
    expect_close(label("attention lse", dtype, tokens, head_dim), lse, want_lse, wide, 60);
    expect_close(label("attention o", dtype, tokens, head_dim), o, want_o, dtype, 24);
    expect_close(label("attention dq", dtype, tokens, head_dim), dq, want_dq, dtype, 24, 2.0);
    expect_close(label("attention dk", dtype, tokens, head_dim), dk, want_dk, dtype, 16, large);
    expect_close(label("attention dv", dtype, tokens, head_dim), dv, want_dv, dtype, 16, large);
}

void adamw(Dtype dtype, int64_t count, bool wide_gradient) {
    const Dtype wide = accumulation(dtype);
    const bool own = dtype != Dtype::BFloat16;
    Buffer parameter(dtype, count), master(wide, count), gradient(wide_gradient ? wide : dtype, count), m(wide, count),
        v(wide, count);
    parameter.fill(), gradient.fill(), m.fill(0.1);
    for (int64_t i = 0; i < count; ++i)
        master.set(i, parameter[i]), v.set(i, 0.01 + m[i] * m[i]);
    const double lr = 1e-2, beta1 = 0.9, beta2 = 0.99, eps = 1e-8;
    Doubles want, want_m, want_v;
    for (int64_t i = 0; i < count; ++i) {
        const double g = gradient[i];
        want_m.push_back(m[i] + (g - m[i]) * (1 - beta1));
        want_v.push_back(v[i] * beta2 + (1 - beta2) * g * g);
        want.push_back(parameter[i] * (1 - lr * 0.1) -
                       lr / 0.271 * want_m.back() / (std::sqrt(want_v.back()) / std::sqrt(0.03) + eps));
    }
    const AdamWTensor a{.dtype = dtype,
                        .gradient_dtype = wide_gradient ? wide : dtype,
                        .count = count,
                        .parameter = parameter.data(),
                        .master = own ? nullptr : master.data(),
                        .gradient = gradient.data(),
                        .first_moment = m.data(),
                        .second_moment = v.data(),
                        .decay = 1 - lr * 0.1,
                        .step_size = lr / 0.271,
                        .root_correction = std::sqrt(0.03),
                        .beta1 = beta1,
                        .beta2 = beta2,
                        .eps = eps};
    kernels().adamw(&a, 1);
    expect_close(label("adamw parameter", dtype, 1, count), parameter, want, dtype);
    if (!own) expect_close(label("adamw master", dtype, 1, count), master, want, wide, 8);
    expect_close(label("adamw m", dtype, 1, count), m, want_m, wide, 8);
    expect_close(label("adamw v", dtype, 1, count), v, want_v, wide, 8);
}

} // namespace

int main() {
    for (const Dtype dtype : kDtypes) {
        for (const auto& size : kSizes) {
            const int64_t rows = size[0], width = size[1];
            for (const NormStyle style : {NormStyle::Llama, NormStyle::Gemma, NormStyle::Olmo2})
                for (const bool residual : {false, true})
                    rms_norm(dtype, rows, width, style, residual);
            for (const int32_t direction : {1, -1}) {
                rope(dtype, rows, 3, 2 * width, 2 * width, direction);
                rope(dtype, rows, 1, 2 * width + 5, 2 * width, direction);
            }
            for (const Activation activation : {Activation::Silu, Activation::Gelu, Activation::GeluTanh})
                swiglu(dtype, rows, width, activation);
            for (const int64_t rank : {1, 3, 4, 8, 13})
                lora_products(dtype, rows, width, rank);
            for (const double softcap : {0.0, 5.0})
                for (const double scale : {1.0, 0.3, -0.5})
                    log_sum_exp(dtype, rows, width, scale, softcap);
        }
        for (const bool transposed : {false, true}) {
            linear(dtype, 1, 1, 1, 0, transposed, true, false, 1);
            linear(dtype, 5, 2, 3, 1, transposed, false, false, 1);
            linear(dtype, 0, 8, 4, 1, transposed, false, true, 2);
            linear(dtype, 3, 0, 5, 0, transposed, false, false, 1);
            linear(dtype, 7, 0, 5, 2, transposed, true, false, 1);
            linear(dtype, 47, 123, 77, 3, transposed, true, true, 1);
            linear(dtype, 31, 64, 40, 40, transposed, true, false, 1);
            // several blocks, panels and parts of inner
            linear(dtype, 400, 1100, 130, 8, transposed, true, false, 3);
            linear(dtype, 61, 640, 64, 0, transposed, false, true, 2);
        }
        for (const double softcap : {0.0, 2.5}) {
            for (const int32_t window : {0, 1, 40}) {
                attention(dtype, forest({{1, -1, 0}}), 1, 1, 1, 1.0, window, softcap, 1);
                attention(dtype, forest({{47, -1, 0}, {31, 0, 0}, {0, 0, 0}, {5, 2, 3}, {64, -1, 9}}), 2, 2, 7, -0.4,
                          window, softcap, 1);
                attention(dtype, forest({{130, -1, 0}, {3, -1, 0}, {65, 0, 0}, {1, 1, 5}, {77, 0, 2}}), 6, 2, 20, 0.3,
                          window, softcap, 3);
            }
            for (const double scale : {0.125, 0.0, 1e-50})
                attention(dtype, forest({{67, -1, 0}, {50, 0, 0}}), 3, 1, 64, scale, 0, softcap, 2);
        }
        for (const int64_t count : {0, 1, 3, 47, 40000})
            for (const bool wide_gradient : {false, true})
                adamw(dtype, count, wide_gradient);
        for (const int64_t count : {0, 1, 3, 256, 1000, 40001})
            for (const bool wide_gradient : {false, true})
                if (dtype != Dtype::Float64) tracefast::test::adamw_8bit(dtype, count, wide_gradient);
    }
    std::printf("%s: %ld comparisons, %d failures\n", kernels().instruction_set, tracefast::test::comparisons(),
                tracefast::test::failures());
    return tracefast::test::failures() == 0 && tracefast::test::comparisons() > 0 ? 0 : 1;
}
