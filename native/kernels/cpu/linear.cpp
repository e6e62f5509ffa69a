// A linear layer with a low-rank update, whose result is written once, rounded once:
//     transposed:  y = x W^T + bias + u P, u = x A^T    forward of lora_linear (Hu et al. 2021, arXiv 2106.09685)
//     plain:       y = x W + u P, u = x A^T             its gradient by x: dy for x, (scaling B)^T for A, A for P
//     with `add`:  y += x W                             a sum over tiles of inner, of linear_log_prob
// x [rows, inner], W [columns, inner] or [inner, columns], A [rank, inner], P [rank, columns], y [rows, columns].
// W is packed into panels of kPanel columns; a block of rows of x stays in the second-level cache while it meets one
// panel after the other (Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication").
#include "matrix.h"
#include "operations.h"

#include <omp.h>

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

constexpr int64_t kPanel = 64;                     // columns
constexpr int64_t kBlockRows = 32 * kTileRows;     // of x
constexpr int64_t kGroupBytes = int64_t{16} << 20; // of packed panels at a time
constexpr int64_t kUpdateRows = 8 * kTileRows;
// A float is three bfloat16 one after the other: so many columns of the operand that multiplies bfloat16 in pairs.
template <typename T> constexpr int64_t kParts = kDepth<T> == 2 ? 3 : 1;
template <typename T> constexpr int64_t kInner = 1280 / static_cast<int64_t>(sizeof(T)); // of a panel at a time
constexpr int64_t kAhead = 64; // rows of W that are asked of the memory before their turn

template <typename T> struct LinearPlan {
    using A = Accumulation<T>;
    LinearPlan(const Linear& a, void* base)
        : inner(round_up(a.inner, kDepth<T>)), panels((a.columns + kPanel - 1) / kPanel), panel(inner * kPanel),
          update(round_up(kParts<T> * a.rank, kRegisterLanes<A>)) {
        const int64_t steps = (inner + kInner<T> - 1) / kInner<T>;
        step = steps < 2 ? kInner<T> : round_up((inner + steps - 1) / steps, kDepth<T>);
        const int64_t fitting = kGroupBytes / (panel * static_cast<int64_t>(sizeof(T)) + 1);
        group = fitting < 1 ? 1 : (fitting < panels ? fitting : panels);
        Carver carver(base);
        packed = carver.take<T>(group * panel);
        packed_update = carver.take<T>(inner * update);
        const int64_t sum_columns = kPanel > update ? kPanel : update;
        sums = carver.take<A>(a.threads * kBlockRows * sum_columns);
        p = carver.take<A>(a.threads * a.rank * kPanel);
        sums_each = kBlockRows * sum_columns;
        p_each = a.rank * kPanel;
        bytes = carver.size();
    }
    int64_t inner;             // a.inner, whole for the instructions
    int64_t step;              // of inner at a time, at most kInner: all steps alike
    int64_t panels;            // of all columns
    int64_t panel;             // elements
    int64_t update;            // columns of the parts of A^T
    int64_t group;             // panels that are packed at a time
    T *packed, *packed_update; // [group, panel], [inner / depth, update, depth]
    A *sums, *p;               // of each thread: [kBlockRows, kPanel or update]; P of a panel [rank, kPanel]
    int64_t sums_each, p_each; // elements of one thread
    int64_t bytes;
};

// Row k of A^T as a right operand [inner / depth, update, depth]: rank columns for each part.
template <typename T> void pack_update(const Linear& a, const LinearPlan<T>& plan, int64_t k) {
    T* to = plan.packed_update + k / kDepth<T> * kDepth<T> * plan.update + k % kDepth<T>;
    for (int64_t c = kParts<T> * a.rank; c < plan.update; ++c)
        to[c * kDepth<T>] = narrow<T>(0);
    for (int64_t r = 0; r < a.rank; ++r) {
        Accumulation<T> rest = static_cast<const Accumulation<T>*>(a.a)[r * a.inner + k];
        for (int64_t part = 0; part < kParts<T>; ++part) {
            const T piece = narrow<T>(rest);
            rest -= widen(piece);
            to[(part * a.rank + r) * kDepth<T>] = piece;
        }
    }
}

// u of a block of rows.
template <typename T>
void update_block(const Linear& a, const LinearPlan<T>& plan, int64_t row, Accumulation<T>* sums) {
    const int64_t rows = a.rows - row < kUpdateRows ? a.rows - row : kUpdateRows;
    const T* x = static_cast<const T*>(a.x) + row * a.x_stride;
    for (int64_t k = 0; k < plan.inner || k == 0; k += plan.step) {
        const int64_t depth = plan.inner - k < plan.step ? plan.inner - k : plan.step;
        product<T>(rows, plan.update, depth, x + k, a.x_stride, plan.packed_update + k * plan.update, plan.update, sums,
                   plan.update, k > 0);
    }
    Accumulation<T>* u = static_cast<Accumulation<T>*>(a.u) + row * a.rank;
    for (int64_t i = 0; i < rows; ++i, u += a.rank, sums += plan.update) {
#pragma omp simd
        for (int64_t r = 0; r < a.rank; ++r)
            u[r] = kParts<T> == 1 ? sums[r] : (sums[2 * a.rank + r] + sums[a.rank + r]) + sums[r]; // the smallest first
    }
}

// Panel of W's columns from `first`, [inner / depth, kPanel, depth], zeros beyond.
template <typename T> void pack_panel(const Linear& a, const LinearPlan<T>& plan, int64_t first, T* to) {
    const int64_t columns = a.columns - first < kPanel ? a.columns - first : kPanel;
    if (columns < kPanel) std::memset(to, 0, static_cast<size_t>(plan.panel) * sizeof *to);
    const T* w = static_cast<const T*>(a.w);
    if (a.transposed) {
        rows_to_steps<T>(columns, a.inner, w + first * a.w_stride, a.w_stride, to, kPanel);
        return;
    }
    for (int64_t k = 0; k < a.inner; k += kAhead) {
        for (int64_t next = k + kAhead; next < k + 2 * kAhead && next < a.inner; ++next)
            for (int64_t c = 0; c < columns; c += kLine / static_cast<int64_t>(sizeof(T)))
                __builtin_prefetch(w + next * a.w_stride + first + c);
        const int64_t rows = a.inner - k < kAhead ? a.inner - k : kAhead;
        interleave<T>(rows, columns, w + k * a.w_stride + first, a.w_stride, to + k * kPanel, kPanel);
    }
}

template <typename T>
void block(const Linear& a, const LinearPlan<T>& plan, int64_t row, int64_t first, const T* panel,
           Accumulation<T>* sums, Accumulation<T>* p) {
    using A = Accumulation<T>;
    const int64_t rows = a.rows - row < kBlockRows ? a.rows - row : kBlockRows;
    const int64_t columns = a.columns - first < kPanel ? a.columns - first : kPanel;
    const T* x = static_cast<const T*>(a.x) + row * a.x_stride;
    bool add = false;
    if (a.rank > 0) {
        for (int64_t r = 0; r < a.rank; ++r)
            for (int64_t c = 0; c < kPanel; ++c)
                p[r * kPanel + c] = c < columns ? static_cast<const A*>(a.p)[r * a.columns + first + c] : A(0);
        product<A>(rows, kPanel, a.rank, static_cast<const A*>(a.u) + row * a.rank, a.rank, p, kPanel, sums, kPanel,
                   add);
        add = true;
    }
    for (int64_t k = 0; k < plan.inner || !add; k += plan.step) {
        const int64_t depth = plan.inner - k < plan.step ? plan.inner - k : plan.step;
        product<T>(rows, kPanel, depth, x + k, a.x_stride, panel + k * kPanel, kPanel, sums, kPanel, add);
        add = true;
    }
    const T* bias = a.bias == nullptr ? nullptr : static_cast<const T*>(a.bias) + first;
    const int64_t offset = row * a.columns + first;
    for (int64_t i = 0; i < rows; ++i, sums += kPanel) {
        T* y = static_cast<T*>(a.y) + offset + i * a.columns;
        if (bias != nullptr)
            for (int64_t c = 0; c < columns; ++c)
                sums[c] += widen(bias[c]);
        if (a.add != 0) {
            A* wide = static_cast<A*>(a.y) + offset + i * a.columns;
#pragma omp simd
            for (int64_t c = 0; c < columns; ++c)
                wide[c] += sums[c];
        } else {
            narrow_row<T>(sums, columns, y);
        }
    }
}

template <typename T> void linear_as(const Linear& a) {
    using A = Accumulation<T>;
    const LinearPlan<T> plan(a, a.workspace);
    const int64_t blocks = (a.rows + kBlockRows - 1) / kBlockRows;
    const int32_t threads = a.rows * a.inner * a.columns < kSerialElements * 32 ? 1 : a.threads;
#pragma omp parallel num_threads(threads)
    {
        A* sums = plan.sums + omp_get_thread_num() * plan.sums_each;
        A* p = plan.p + omp_get_thread_num() * plan.p_each;
        if (a.rank > 0) {
#pragma omp for schedule(static)
            for (int64_t k = 0; k < a.inner; ++k)
                pack_update(a, plan, k);
#pragma omp for schedule(static)
            for (int64_t row = 0; row < a.rows; row += kUpdateRows)
                update_block(a, plan, row, sums);
        }
        for (int64_t first = 0; first < plan.panels; first += plan.group) {
            const int64_t panels = plan.panels - first < plan.group ? plan.panels - first : plan.group;
#pragma omp for schedule(static)
            for (int64_t panel = 0; panel < panels; ++panel)
                pack_panel(a, plan, (first + panel) * kPanel, plan.packed + panel * plan.panel);
#pragma omp for schedule(dynamic)
            for (int64_t item = 0; item < blocks * panels; ++item)
                block(a, plan, item / panels * kBlockRows, (first + item % panels) * kPanel,
                      plan.packed + item % panels * plan.panel, sums, p);
        }
    }
}

} // namespace

int64_t linear_workspace(const Linear& a) {
    int64_t bytes = -1;
    dispatch_dtype(a.dtype, [&](auto element) {
        using T = decltype(element);
        if constexpr (std::is_same_v<Operand<T>, T>) {
            const LinearPlan<T> plan(a, nullptr);
            if (a.inner == plan.inner && (a.transposed == 0 || a.w_stride % kDepth<T> == 0)) bytes = plan.bytes;
        }
    });
    return bytes;
}

void linear(const Linear& a) {
    dispatch_dtype(a.dtype, [&](auto element) {
        using T = decltype(element);
        if constexpr (std::is_same_v<Operand<T>, T>) linear_as<T>(a);
    });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
