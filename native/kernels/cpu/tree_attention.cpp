// Causal grouped-query attention over trees of segments: Vaswani et al. 2017, arXiv 1706.03762, eq. 1; the scores of a
// block of query rows are never all in memory, and the backward computes them again: FlashAttention (Dao et al. 2022,
// arXiv 2205.14135, algorithms 1 and 4).
//     forward:  s = softcap(scale * q.k) over the keys that the row sees, p = exp(s - lse), o = p v
//     backward: p as above from the saved lse; dp = do.v, ds = scale * p * (dp - delta) * (1 - (s / softcap)^2),
//               delta = sum_j p dp: from the row itself, not from o rounded to 16 bits as there, so that it cancels;
//               dq = ds k, dk = ds^T q, dv = p^T do
// Scores are held transposed, [keys, query rows]: a register holds 16 query rows, so that no sum of the softmax goes
// across a register, and p as it is written is the next product's operand. 64 keys of a segment are a tile.
#include "tree_attention.h"
#include "operations.h"

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

// Calls body(tile) for each tile that a row of the block sees a key of: the segment's own first, then each ancestor's.
template <typename T, typename Body>
TRACEFAST_INLINE void over_tiles(const TreeAttention& a, const Plan<T>& plan, Block block, Body&& body) {
    const int64_t position = a.segments[block.segment].first_position + block.row;
    for (int32_t s = block.segment; s >= 0; s = a.segments[s].parent) {
        const TreeSegment& segment = a.segments[s];
        int64_t end = segment.length;
        if (s == block.segment && block.row + kBlock < end) end = block.row + kBlock;
        int64_t begin = a.window > 0 ? position - a.window + 1 - segment.first_position : 0;
        begin = begin < 0 ? 0 : begin / 2 * 2;
        for (int64_t tile = begin / kBlock; tile * kBlock < end; ++tile) {
            const int64_t first = tile * kBlock < begin ? begin - tile * kBlock : 0;
            const int64_t last = (tile + 1) * kBlock < end ? kBlock : end - tile * kBlock;
            if (last <= first) continue; // a window that ends within the last keys of an ancestor
            body(Tile{plan.first_tile[s] + tile, first, last - first, segment.first_position + tile * kBlock + first});
        }
    }
}

// Scores as exponents of 2: exp(score) = 2^(unit * s). s is the product itself where only the scale is to be applied.
template <bool Capped, typename A> struct Scores {
    explicit Scores(const TreeAttention& a) : unit(static_cast<A>(a.scale * kLog2E)) {
        raw = !Capped && unit >= std::numeric_limits<A>::min() && unit <= std::numeric_limits<A>::max();
        if (!raw) unit = static_cast<A>(kLog2E);
    }
    static constexpr double kLog2E = 1.4426950408889634;
    bool raw;
    A unit;
};

// Softcapped, and -infinity where row i, at `position` + i, does not see the key.
template <bool Capped, typename A>
TRACEFAST_INLINE void score_row(const TreeAttention& a, bool raw, A* s, int64_t n, int64_t position, int64_t key) {
    if (!raw) {
        const A scale = static_cast<A>(a.scale), softcap = static_cast<A>(a.softcap);
        const A inverse = Capped ? A(1) / softcap : A(0);
#pragma omp simd
        for (int64_t i = 0; i < n; ++i) {
            const A scaled = s[i] * scale;
            s[i] = Capped ? softcap * fast_tanh(scaled * inverse) : scaled;
        }
    }
    const int64_t begin = key - position, end = a.window > 0 ? begin + a.window : n;
    for (int64_t i = 0; i < begin && i < n; ++i)
        s[i] = -INFINITY;
    for (int64_t i = end < 0 ? 0 : end; i < n; ++i)
        s[i] = -INFINITY;
}

// The rows of a block, and of the tile of keys where it is.
struct Rows {
    Rows(const TreeAttention& a, Block block)
        : count(a.segments[block.segment].length - block.row < kBlock ? a.segments[block.segment].length - block.row
                                                                      : kBlock),
          first(a.segments[block.segment].row + block.row),
          position(a.segments[block.segment].first_position + block.row) {}
    int64_t count, first; // in the packed sequence
    int64_t position;     // of the first
};

// sum [head_dim, rows] to rows of [tokens, heads, head_dim], each times its factor; null: 1.
template <typename T>
void write_rows(const TreeAttention& a, int64_t width, Scratch<T>& own, Rows rows, int64_t head,
                const Accumulation<T>* factor, void* to) {
    using A = Accumulation<T>;
    transpose<A>(a.head_dim, round_up(rows.count, kRegisterLanes<A>), own.sum, kBlock, own.sum_rows, width);
    T* out = static_cast<T*>(to) + (rows.first * a.heads + head) * a.head_dim;
    for (int64_t i = 0; i < rows.count; ++i, out += a.heads * a.head_dim) {
        const A scale = factor == nullptr ? A(1) : factor[i];
#pragma omp simd
        for (int64_t d = 0; d < a.head_dim; ++d)
            out[d] = narrow<T>(own.sum_rows[i * width + d] * scale);
    }
}

// Blocks are not inlined: in one function with the others gcc keeps fewer of their values in registers.
template <bool Capped, typename T>
[[gnu::noinline]] void forward_block(const TreeAttention& a, const Plan<T>& plan, Scratch<T>& own, Block block,
                                     int64_t head) {
    using A = Accumulation<T>;
    const Rows rows(a, block);
    const int64_t kv_head = head / (a.heads / a.kv_heads), width = plan.width;
    constexpr int64_t lanes = kRegisterLanes<A>;
    const int64_t n = round_up(rows.count, lanes);
    const Scores<Capped, A> scores(a);
    const A unit = scores.unit;
    pack_rows(static_cast<const T*>(a.q) + rows.first * a.q_row + head * a.q_head, a.q_row, rows.count, a.head_dim,
              width, own.rows);
    rows_to_steps<T>(kBlock, width, own.rows, width, own.q_steps, kBlock);

    for (int64_t i = 0; i < n; ++i)
        own.lse[i] = -INFINITY;
    A* s = own.s;
    over_tiles(a, plan, block, [&](const Tile& tile) {
        product<T>(tile.count, n, round_up(a.head_dim, kDepth<T>),
                   plan.k_rows + plan.tile_offset(kv_head, tile.index) + tile.first * width, width, own.q_steps, kBlock,
                   s, kBlock, false);
        for (int64_t j = 0; j < tile.count; ++j)
            score_row<Capped>(a, scores.raw, s + j * kBlock, n, rows.position, tile.position + j);
        for (int64_t i = 0; i < n; i += lanes) {
            Register<A> largest = load_register<A>(own.lse + i);
            for (int64_t j = 0; j < tile.count; ++j)
                largest = max<A>(load_register<A>(s + j * kBlock + i), largest);
            store_register<A>(own.lse + i, largest);
        }
        s += tile.count * kBlock;
    });
    for (int64_t i = 0; i < n; ++i) {
        own.lse[i] *= unit;
        own.total[i] = 0;
    }

    bool add = false;
    s = own.s;
    over_tiles(a, plan, block, [&](const Tile& tile) {
        for (int64_t i = 0; i < n; i += lanes) {
            const Register<A> largest = load_register<A>(own.lse + i);
            Register<A> total = load_register<A>(own.total + i);
            for (int64_t j = 0; j < tile.count; j += kDepth<T>) {
                Register<A> p[kDepth<T>] = {};
                for (int64_t d = 0; d < kDepth<T> && j + d < tile.count; ++d) {
                    p[d] = exp2_nonpos(load_register<A>(s + (j + d) * kBlock + i) * unit - largest);
                    total += p[d];
                }
                store_step<T>(p, own.p + j * kBlock + i * kDepth<T>);
            }
            store_register<A>(own.total + i, total);
        }
        s += tile.count * kBlock;
        product<T>(a.head_dim, n, round_up(tile.count, kDepth<T>),
                   plan.v_columns + plan.tile_offset(kv_head, tile.index) + tile.first, kBlock, own.p, kBlock, own.sum,
                   kBlock, add);
        add = true;
    });

    A* lse = static_cast<A*>(a.lse) + head * a.tokens + rows.first;
    for (int64_t i = 0; i < rows.count; ++i) {
        lse[i] = static_cast<A>(static_cast<double>(own.lse[i]) / Scores<Capped, A>::kLog2E +
                                std::log(static_cast<double>(own.total[i])));
        own.total[i] = A(1) / own.total[i];
    }
    write_rows(a, width, own, rows, head, own.total, a.o);
}

template <bool Capped, typename T>
[[gnu::noinline]] void backward_block(const TreeAttention& a, const Plan<T>& plan, Scratch<T>& own, Block block,
                                      int64_t head, int64_t part) {
    using A = Accumulation<T>;
    const Rows rows(a, block);
    const int64_t kv_head = head / (a.heads / a.kv_heads), width = plan.width;
    constexpr int64_t lanes = kRegisterLanes<A>;
    const int64_t n = round_up(rows.count, lanes);
    const int64_t depth = round_up(a.head_dim, kDepth<T>);
    const Scores<Capped, A> scores(a);
    const A unit = scores.unit;
    const A scale = static_cast<A>(a.scale), inverse = Capped ? A(1) / static_cast<A>(a.softcap) : A(0);
    pack_rows(static_cast<const T*>(a.q) + rows.first * a.q_row + head * a.q_head, a.q_row, rows.count, a.head_dim,
              width, own.rows);
    rows_to_steps<T>(kBlock, width, own.rows, width, own.q_steps, kBlock);
    interleave<T>(kBlock, width, own.rows, width, own.q, width);
    pack_rows(static_cast<const T*>(a.d_o) + (rows.first * a.heads + head) * a.head_dim, a.heads * a.head_dim,
              rows.count, a.head_dim, width, own.rows);
    rows_to_steps<T>(kBlock, width, own.rows, width, own.do_steps, kBlock);
    interleave<T>(kBlock, width, own.rows, width, own.d_o, width);
    const A* lse = static_cast<const A*>(a.lse) + head * a.tokens + rows.first;
    for (int64_t i = 0; i < n; ++i) {
        // rows that are not there see nothing
        own.lse[i] = i < rows.count ? static_cast<A>(lse[i] * Scores<Capped, A>::kLog2E) : A(INFINITY);
        own.total[i] = 0;
    }

    A *s = own.s, *dp = own.dp;
    over_tiles(a, plan, block, [&](const Tile& tile) {
        const int64_t offset = plan.tile_offset(kv_head, tile.index) + tile.first * width;
        product<T>(tile.count, n, depth, plan.k_rows + offset, width, own.q_steps, kBlock, s, kBlock, false);
        product<T>(tile.count, n, depth, plan.v_rows + offset, width, own.do_steps, kBlock, dp, kBlock, false);
        for (int64_t j = 0; j < tile.count; ++j)
            score_row<Capped>(a, scores.raw, s + j * kBlock, n, rows.position, tile.position + j);
        for (int64_t i = 0; i < n; i += lanes) {
            const Register<A> row_lse = load_register<A>(own.lse + i);
            Register<A> delta = load_register<A>(own.total + i);
            for (int64_t j = 0; j < tile.count; ++j) {
                A* score = s + j * kBlock + i;
                const Register<A> p = exp2_nonpos(load_register<A>(score) * unit - row_lse);
                delta += p * load_register<A>(dp + j * kBlock + i);
                if (!Capped) store_register<A>(score, p); // the derivative of softcap is of the score
            }
            store_register<A>(own.total + i, delta);
        }
        s += tile.count * kBlock, dp += tile.count * kBlock;
    });

    bool add = false;
    s = own.s, dp = own.dp;
    over_tiles(a, plan, block, [&](const Tile& tile) {
        for (int64_t i = 0; i < n; i += lanes) {
            const Register<A> row_lse = load_register<A>(own.lse + i), delta = load_register<A>(own.total + i);
            for (int64_t j = 0; j < tile.count; j += kDepth<T>) {
                Register<A> p[kDepth<T>] = {}, ds[kDepth<T>] = {};
                for (int64_t d = 0; d < kDepth<T> && j + d < tile.count; ++d) {
                    const Register<A> score = load_register<A>(s + (j + d) * kBlock + i);
                    p[d] = Capped ? exp2_nonpos(score * unit - row_lse) : score;
                    ds[d] = p[d] * (load_register<A>(dp + (j + d) * kBlock + i) - delta) * scale;
                    if (Capped) {
                        const Register<A> ratio = max<A>(score * inverse, Register<A>{} - A(1)); // -infinity: not seen
                        ds[d] *= A(1) - ratio * ratio;
                    }
                }
                store_rows<T>(p, own.p + j * kBlock + i);
                store_rows<T>(ds, own.ds + j * kBlock + i);
                store_step<T>(ds, own.ds_steps + j * kBlock + i * kDepth<T>);
            }
        }
        s += tile.count * kBlock, dp += tile.count * kBlock;
        const int64_t offset = plan.tile_offset(part, tile.index) + tile.first * width;
        product<T>(tile.count, width, n, own.p, kBlock, own.d_o, width, plan.dv + offset, width, true);
        product<T>(tile.count, width, n, own.ds, kBlock, own.q, width, plan.dk + offset, width, true);
        product<T>(a.head_dim, n, round_up(tile.count, kDepth<T>),
                   plan.k_columns + plan.tile_offset(kv_head, tile.index) + tile.first, kBlock, own.ds_steps, kBlock,
                   own.sum, kBlock, add);
        add = true;
    });
    write_rows<T>(a, width, own, rows, head, nullptr, a.dq);
}

// The keys and values of one tile, packed.
template <typename T>
void pack_tile(const TreeAttention& a, const Plan<T>& plan, Scratch<T>& own, int64_t kv_head, int64_t tile) {
    const Rows rows(a, plan.blocks[tile]);
    const int64_t offset = plan.tile_offset(kv_head, tile);
    const T* k = static_cast<const T*>(a.k) + rows.first * a.k_row + kv_head * a.k_head;
    const T* v = static_cast<const T*>(a.v) + rows.first * a.v_row + kv_head * a.v_head;
    pack_rows(k, a.k_row, rows.count, a.head_dim, plan.width, plan.k_rows + offset);
    if (plan.backward) {
        pack_rows(v, a.v_row, rows.count, a.head_dim, plan.width, plan.v_rows + offset);
        interleave<T>(kBlock, plan.width, plan.k_rows + offset, plan.width, own.interleaved, plan.width);
        steps_to_columns<T>(kBlock, plan.width, own.interleaved, plan.k_columns + offset);
    } else {
        pack_rows(v, a.v_row, rows.count, a.head_dim, plan.width, own.rows);
        interleave<T>(kBlock, plan.width, own.rows, plan.width, own.interleaved, plan.width);
        steps_to_columns<T>(kBlock, plan.width, own.interleaved, plan.v_columns + offset);
    }
}

// dk and dv of one tile, from the sums of its parts.
template <typename T> void unpack_tile(const TreeAttention& a, const Plan<T>& plan, int64_t kv_head, int64_t tile) {
    using A = Accumulation<T>;
    const Rows rows(a, plan.blocks[tile]);
    const int64_t part = plan.tile_offset(1, 0);
    for (int64_t i = 0; i < rows.count; ++i) {
        const int64_t from = plan.tile_offset(kv_head * plan.parts, tile) + i * plan.width;
        const int64_t to = ((rows.first + i) * a.kv_heads + kv_head) * a.head_dim;
#pragma omp simd
        for (int64_t d = 0; d < a.head_dim; ++d) {
            A dk = plan.dk[from + d], dv = plan.dv[from + d];
            for (int64_t p = 1; p < plan.parts; ++p) {
                dk += plan.dk[from + p * part + d];
                dv += plan.dv[from + p * part + d];
            }
            static_cast<T*>(a.dk)[to + d] = narrow<T>(dk);
            static_cast<T*>(a.dv)[to + d] = narrow<T>(dv);
        }
    }
}

// The rows of one tree, for the query heads of one part: they add to dk and dv of its keys one after another, in one
// order for every number of threads.
template <bool Capped, typename T>
void backward_tree(const TreeAttention& a, const Plan<T>& plan, Scratch<T>& own, int32_t root, int64_t part) {
    const int64_t group = a.heads / a.kv_heads / plan.parts;
    const size_t bytes = static_cast<size_t>(kBlock * plan.width) * sizeof *plan.dk;
    for (int64_t tile = plan.first_tile[root]; tile < plan.tiles; ++tile) {
        if (plan.root[plan.blocks[tile].segment] != root) continue;
        std::memset(plan.dk + plan.tile_offset(part, tile), 0, bytes);
        std::memset(plan.dv + plan.tile_offset(part, tile), 0, bytes);
        for (int64_t g = 0; g < group; ++g)
            backward_block<Capped>(a, plan, own, plan.blocks[tile], part * group + g, part);
    }
}

template <bool Capped, typename T> void attention(const TreeAttention& a) {
    const Plan<T> plan(a, a.workspace);
    const int32_t threads = a.tokens * a.heads * a.head_dim < kSerialElements ? 1 : a.threads;
#pragma omp parallel num_threads(threads)
    {
        Scratch<T> own = plan.scratch(a.workspace);
#pragma omp for schedule(static)
        for (int64_t item = 0; item < a.kv_heads * plan.tiles; ++item)
            pack_tile(a, plan, own, item / plan.tiles, item % plan.tiles);
        if (!plan.backward) {
#pragma omp for schedule(dynamic)
            for (int64_t item = 0; item < a.heads * plan.tiles; ++item)
                forward_block<Capped>(a, plan, own, plan.blocks[item % plan.tiles], item / plan.tiles);
        } else {
            const int64_t parts = a.kv_heads * plan.parts;
#pragma omp for schedule(dynamic)
            for (int64_t item = 0; item < parts * plan.root_count; ++item)
                backward_tree<Capped>(a, plan, own, plan.roots[item / parts], item % parts);
#pragma omp for schedule(static)
            for (int64_t item = 0; item < a.kv_heads * plan.tiles; ++item)
                unpack_tile(a, plan, item / plan.tiles, item % plan.tiles);
        }
    }
}

} // namespace

int64_t tree_attention_workspace(const TreeAttention& a) {
    int64_t bytes = 0;
    dispatch_dtype(a.dtype, [&](auto element) { bytes = Plan<decltype(element)>(a, nullptr).bytes(a.threads); });
    return bytes;
}

void tree_attention(const TreeAttention& a) {
    dispatch_dtype(a.dtype, [&](auto element) {
        using T = decltype(element);
        a.softcap > 0 ? attention<true, T>(a) : attention<false, T>(a);
    });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
