// Causal grouped-query attention over trees of segments: Vaswani et al. 2017, arXiv 1706.03762, eq. 1; the scores of a
// block of query rows are never all in memory, and the backward computes them again: FlashAttention (Dao et al. 2022,
// arXiv 2205.14135, algorithms 1 and 4).
//     forward:  s = softcap(scale * q.k) over the keys that the row sees, p = exp(s - lse), o = p v
//     backward: p as above from the saved lse; dp = do.v, ds = scale * p * (dp - delta) * (1 - (s / softcap)^2),
//               delta = sum_j p dp: from the row itself, not from o rounded to 16 bits as there, so that it cancels;
//               dq = ds k, dk = ds^T q, dv = p^T do
// Scores are held transposed, [keys, query rows]: a register holds 16 query rows, so that no sum of the softmax goes
// across a register, and p as it is written is the next product's operand. 64 keys of a segment are a tile.
#include "matrix.h"
#include "operations.h"

#include <omp.h>

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

constexpr int64_t kBlock = 64; // query rows of a block, keys of a tile

struct Block {
    int32_t segment, row;
};

// The keys of one tile that a block sees some of.
struct Tile {
    int64_t index, first, count; // keys [first, first + count) of tile `index`; first is even
    int64_t position;            // of key `first`
};

// Where things lie in the workspace; with a null base only how large it is.
class Carver {
  public:
    explicit Carver(void* base) : base_(static_cast<char*>(base)) {}
    template <typename U> U* take(int64_t count) {
        char* at = base_ == nullptr ? nullptr : base_ + size_;
        size_ += round_up(count * static_cast<int64_t>(sizeof(U)), 64);
        return reinterpret_cast<U*>(at);
    }
    int64_t size() const { return size_; }

  private:
    char* base_;
    int64_t size_ = 0;
};

// One thread's own memory.
template <typename T> struct Scratch {
    using A = Accumulation<T>;
    using P = Operand<T>;
    Scratch(Carver& carver, int64_t width, int64_t path_tiles, bool backward)
        : rows(carver.take<P>(kBlock * width)), interleaved(carver.take<P>(kBlock * width)),
          q_columns(carver.take<P>(kBlock * width)), p(carver.take<P>(kBlock * kBlock)),
          s(carver.take<A>(path_tiles * kBlock * kBlock)), sum(carver.take<A>(kBlock * width)),
          sum_rows(carver.take<A>(kBlock * width)), lse(carver.take<A>(kBlock)), total(carver.take<A>(kBlock)),
          pair(carver.take<A>(2 * kBlock)) {
        if (!backward) return;
        q = carver.take<P>(kBlock * width);
        d_o = carver.take<P>(kBlock * width);
        do_columns = carver.take<P>(kBlock * width);
        ds = carver.take<P>(kBlock * kBlock);
        ds_steps = carver.take<P>(kBlock * kBlock);
        dp = carver.take<A>(path_tiles * kBlock * kBlock);
    }
    P *rows, *interleaved;          // of what is being packed
    P* q_columns;                   // q as R of K q^T
    P* p;                           // of one tile: forward [keys / depth, rows, depth], backward [keys, rows]
    A* s;                           // [keys of all tiles, rows]
    A* sum;                         // o or dq, transposed [head_dim, rows]
    A* sum_rows;                    // the same, [rows, head_dim]
    A *lse, *total;                 // [rows]: the largest score, then log-sum-exp; the sum of exponentials, or delta
    A* pair;                        // two rows of probabilities on their way to an operand
    P *q = nullptr, *d_o = nullptr; // as R of ds^T q and p^T do
    P* do_columns = nullptr;        // do as R of V do^T
    P *ds = nullptr, *ds_steps = nullptr; // [keys, rows] and [keys / depth, rows, depth]
    A* dp = nullptr;                      // [keys of all tiles, rows]
};

template <typename T> struct Plan {
    using A = Accumulation<T>;
    using P = Operand<T>;
    Plan(const TreeAttention& a, void* base) : carver(base) {
        backward = a.d_o != nullptr;
        width = round_up(a.head_dim, kRegisterLanes<A>);
        for (int64_t s = 0; s < a.segment_count; ++s) {
            int64_t path = 0;
            for (int64_t p = s; p >= 0; p = a.segments[p].parent)
                path += tiles_of(a.segments[p]);
            path_tiles = path > path_tiles ? path : path_tiles;
            tiles += tiles_of(a.segments[s]);
        }
        first_tile = carver.take<int32_t>(a.segment_count);
        root = carver.take<int32_t>(a.segment_count);
        blocks = carver.take<Block>(tiles);
        const int64_t packed = a.kv_heads * tiles * kBlock * width;
        k_rows = carver.take<P>(packed);
        if (backward) {
            k_columns = carver.take<P>(packed);
            v_rows = carver.take<P>(packed);
            dk = carver.take<A>(packed);
            dv = carver.take<A>(packed);
        } else {
            v_columns = carver.take<P>(packed);
        }
        shared = carver.size();
        Scratch<T>(carver, width, path_tiles, backward);
        own = carver.size() - shared;
        if (base == nullptr) return;
        int32_t tile = 0;
        for (int32_t s = 0; s < a.segment_count; ++s) {
            const TreeSegment& segment = a.segments[s];
            first_tile[s] = tile;
            root[s] = segment.parent < 0 ? s : root[segment.parent];
            for (int32_t row = 0; row < segment.length; row += kBlock)
                blocks[tile++] = {s, row};
        }
    }

    static int64_t tiles_of(const TreeSegment& segment) { return (segment.length + kBlock - 1) / kBlock; }

    int64_t bytes(int64_t threads) const { return shared + threads * own; }

    Scratch<T> scratch(void* base) const {
        Carver part(static_cast<char*>(base) + shared + omp_get_thread_num() * own);
        return Scratch<T>(part, width, path_tiles, backward);
    }

    int64_t tile_offset(int64_t kv_head, int64_t tile) const { return (kv_head * tiles + tile) * kBlock * width; }

    Carver carver;
    bool backward;
    int64_t width;                  // head_dim, rounded up to whole registers
    int64_t tiles = 0;              // of all segments: a block of query rows is where a tile of keys is
    int64_t path_tiles = 0;         // most that one block sees
    int64_t shared, own;            // bytes
    int32_t *first_tile, *root;     // of each segment
    Block* blocks;                  // [tiles]
    P* k_rows;                      // [kv_heads, tiles, keys, width]: L of K q^T
    P* v_columns = nullptr;         // [kv_heads, tiles, width, keys]: L of V^T p^T
    P* v_rows = nullptr;            // L of V do^T
    P* k_columns = nullptr;         // L of K^T ds^T
    A *dk = nullptr, *dv = nullptr; // [kv_heads, tiles, keys, width]
};

// [rows, head_dim] as [kBlock, width], zeros beyond.
template <typename T>
void pack_rows(const T* from, int64_t stride, int64_t rows, int64_t head_dim, int64_t width, Operand<T>* to) {
    for (int64_t i = 0; i < kBlock; ++i, to += width) {
        const int64_t filled = i < rows ? head_dim : 0;
        for (int64_t d = 0; d < filled; ++d)
            to[d] = to_operand(from[i * stride + d]);
        std::memset(to + filled, 0, static_cast<size_t>(width - filled) * sizeof *to);
    }
}

// [kBlock, width] as [kBlock / depth, width, depth].
template <typename T> void interleave(const Operand<T>* from, int64_t width, Operand<T>* to) {
    if constexpr (kDepth<T> == 1) {
        std::memcpy(to, from, static_cast<size_t>(kBlock * width) * sizeof *to);
    } else {
        for (int64_t i = 0; i < kBlock; i += 2, from += 2 * width, to += 2 * width)
            for (int64_t d = 0; d < width; ++d) {
                to[2 * d] = from[d];
                to[2 * d + 1] = from[width + d];
            }
    }
}

// A row-major L [rows, columns] as R [columns / depth, kBlock, depth]; an interleaved R as L [columns, kBlock].
template <typename T> void turn(int64_t rows, int64_t columns, const Operand<T>* from, Operand<T>* to, int64_t stride) {
    transpose<Unit<T>>(rows, columns, reinterpret_cast<const Unit<T>*>(from), columns, reinterpret_cast<Unit<T>*>(to),
                       stride);
}
template <typename T> void rows_to_steps(const Operand<T>* rows, int64_t width, Operand<T>* steps) {
    turn<T>(kBlock, width / kDepth<T>, rows, steps, kBlock);
}
template <typename T> void steps_to_columns(const Operand<T>* steps, int64_t width, Operand<T>* columns) {
    turn<T>(kBlock / kDepth<T>, width, steps, columns, kBlock / kDepth<T>);
}

// One row of a product's left operand, [n].
template <typename T> TRACEFAST_INLINE void write_row(const Accumulation<T>* from, int64_t n, Operand<T>* to) {
#ifdef __AVX512BF16__
    if constexpr (kDepth<T> == 2) {
        for (int64_t i = 0; i < n; i += 16) {
            const __m256bh narrowed = _mm512_cvtneps_pbh(_mm512_loadu_ps(from + i));
            std::memcpy(to + i, &narrowed, sizeof narrowed);
        }
        return;
    } else
#endif
        for (int64_t i = 0; i < n; ++i)
            to[i] = from[i];
}

// depth rows [depth, kBlock] as one step of a right operand, [n, depth].
template <typename T> TRACEFAST_INLINE void write_step(const Accumulation<T>* from, int64_t n, Operand<T>* to) {
#ifdef __AVX512BF16__
    if constexpr (kDepth<T> == 2) {
        alignas(64) static constexpr uint16_t order[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                           21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                           11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
        const __m512i perfect = _mm512_load_si512(order);
        for (int64_t i = 0; i < n; i += 16) {
            const __m512bh both = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + kBlock + i), _mm512_loadu_ps(from + i));
            _mm512_storeu_si512(to + 2 * i, _mm512_permutexvar_epi16(perfect, (__m512i)both));
        }
        return;
    } else
#endif
        for (int64_t i = 0; i < n; ++i)
            to[i] = from[i];
}

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
            body(Tile{plan.first_tile[s] + tile, first, last - first, segment.first_position + tile * kBlock + first});
        }
    }
}

// Scaled, softcapped, and -infinity where row i, at `position` + i, does not see the key.
template <bool Capped, typename A>
TRACEFAST_INLINE void score_row(const TreeAttention& a, A* s, int64_t n, int64_t position, int64_t key) {
    const A scale = static_cast<A>(a.scale), softcap = static_cast<A>(a.softcap);
    const A inverse = Capped ? A(1) / softcap : A(0);
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) {
        const A scaled = s[i] * scale;
        s[i] = Capped ? softcap * fast_tanh(scaled * inverse) : scaled;
    }
    const int64_t begin = key - position, end = a.window > 0 ? begin + a.window : n;
    for (int64_t i = 0; i < begin && i < n; ++i)
        s[i] = -INFINITY;
    for (int64_t i = end < 0 ? 0 : end; i < n; ++i)
        s[i] = -INFINITY;
}

template <bool Capped, typename T>
void forward_block(const TreeAttention& a, const Plan<T>& plan, Scratch<T>& own, Block block, int64_t head) {
    using A = Accumulation<T>;
    const TreeSegment& segment = a.segments[block.segment];
    const int64_t kv_head = head / (a.heads / a.kv_heads), width = plan.width;
    const int64_t rows = segment.length - block.row < kBlock ? segment.length - block.row : kBlock;
    const int64_t n = round_up(rows, kRegisterLanes<A>), row = segment.row + block.row;
    const int64_t position = segment.first_position + block.row;
    pack_rows(static_cast<const T*>(a.q) + row * a.q_row + head * a.q_head, a.q_row, rows, a.head_dim, width, own.rows);
    rows_to_steps<T>(own.rows, width, own.q_columns);

    for (int64_t i = 0; i < n; ++i)
        own.lse[i] = -INFINITY;
    A* s = own.s;
    over_tiles(a, plan, block, [&](const Tile& tile) {
        product<T>(tile.count, n, round_up(a.head_dim, kDepth<T>),
                   plan.k_rows + plan.tile_offset(kv_head, tile.index) + tile.first * width, width, own.q_columns,
                   kBlock, s, kBlock, false);
        for (int64_t j = 0; j < tile.count; ++j, s += kBlock) {
            score_row<Capped>(a, s, n, position, tile.position + j);
#pragma omp simd
            for (int64_t i = 0; i < n; ++i)
                own.lse[i] = s[i] > own.lse[i] ? s[i] : own.lse[i];
        }
    });

    for (int64_t i = 0; i < n; ++i)
        own.total[i] = 0;
    bool add = false;
    s = own.s;
    over_tiles(a, plan, block, [&](const Tile& tile) {
        for (int64_t j = 0; j < tile.count; j += kDepth<T>) {
            for (int64_t step = 0; step < kDepth<T>; ++step) {
                A* p = own.pair + step * kBlock;
                if (j + step == tile.count) { // the second of the last pair
                    std::memset(p, 0, static_cast<size_t>(n) * sizeof *p);
                    continue;
                }
#pragma omp simd
                for (int64_t i = 0; i < n; ++i) {
                    p[i] = exp_nonpos(s[i] - own.lse[i]);
                    own.total[i] += p[i];
                }
                s += kBlock;
            }
            write_step<T>(own.pair, n, own.p + j * kBlock);
        }
        product<T>(a.head_dim, n, round_up(tile.count, kDepth<T>),
                   plan.v_columns + plan.tile_offset(kv_head, tile.index) + tile.first, kBlock, own.p, kBlock, own.sum,
                   kBlock, add);
        add = true;
    });

    A* lse = static_cast<A*>(a.lse) + head * a.tokens + row;
    for (int64_t i = 0; i < rows; ++i) {
        lse[i] = own.lse[i] + std::log(own.total[i]);
        own.total[i] = A(1) / own.total[i];
    }
    transpose<A>(a.head_dim, n, own.sum, kBlock, own.sum_rows, width);
    T* o = static_cast<T*>(a.o) + (row * a.heads + head) * a.head_dim;
    for (int64_t i = 0; i < rows; ++i, o += a.heads * a.head_dim) {
#pragma omp simd
        for (int64_t d = 0; d < a.head_dim; ++d)
            o[d] = narrow<T>(own.sum_rows[i * width + d] * own.total[i]);
    }
}

template <bool Capped, typename T>
void backward_block(const TreeAttention& a, const Plan<T>& plan, Scratch<T>& own, Block block, int64_t head) {
    using A = Accumulation<T>;
    const TreeSegment& segment = a.segments[block.segment];
    const int64_t kv_head = head / (a.heads / a.kv_heads), width = plan.width;
    const int64_t rows = segment.length - block.row < kBlock ? segment.length - block.row : kBlock;
    const int64_t n = round_up(rows, kRegisterLanes<A>), row = segment.row + block.row;
    const int64_t position = segment.first_position + block.row;
    const int64_t depth = round_up(a.head_dim, kDepth<T>);
    const A scale = static_cast<A>(a.scale), inverse = Capped ? A(1) / static_cast<A>(a.softcap) : A(0);
    pack_rows(static_cast<const T*>(a.q) + row * a.q_row + head * a.q_head, a.q_row, rows, a.head_dim, width, own.rows);
    rows_to_steps<T>(own.rows, width, own.q_columns);
    interleave<T>(own.rows, width, own.q);
    pack_rows(static_cast<const T*>(a.d_o) + (row * a.heads + head) * a.head_dim, a.heads * a.head_dim, rows,
              a.head_dim, width, own.rows);
    rows_to_steps<T>(own.rows, width, own.do_columns);
    interleave<T>(own.rows, width, own.d_o);
    const A* lse = static_cast<const A*>(a.lse) + head * a.tokens + row;
    for (int64_t i = 0; i < n; ++i) {
        own.lse[i] = i < rows ? lse[i] : INFINITY; // rows that are not there see nothing
        own.total[i] = 0;
    }

    A *s = own.s, *dp = own.dp;
    over_tiles(a, plan, block, [&](const Tile& tile) {
        const int64_t offset = plan.tile_offset(kv_head, tile.index) + tile.first * width;
        product<T>(tile.count, n, depth, plan.k_rows + offset, width, own.q_columns, kBlock, s, kBlock, false);
        product<T>(tile.count, n, depth, plan.v_rows + offset, width, own.do_columns, kBlock, dp, kBlock, false);
        for (int64_t j = 0; j < tile.count; ++j, s += kBlock, dp += kBlock) {
            score_row<Capped>(a, s, n, position, tile.position + j);
#pragma omp simd
            for (int64_t i = 0; i < n; ++i) {
                const A p = exp_nonpos(s[i] - own.lse[i]);
                own.total[i] += p * dp[i];
                s[i] = Capped ? s[i] : p; // the derivative of softcap is of the score
            }
        }
    });

    bool add = false;
    s = own.s, dp = own.dp;
    over_tiles(a, plan, block, [&](const Tile& tile) {
        for (int64_t j = 0; j < tile.count; ++j, s += kBlock, dp += kBlock) {
            A* ds = own.pair + j % kDepth<T> * kBlock;
#pragma omp simd
            for (int64_t i = 0; i < n; ++i) {
                const A p = Capped ? exp_nonpos(s[i] - own.lse[i]) : s[i];
                const A capped = s[i] * inverse, ratio = capped < A(-1) ? A(-1) : capped; // -infinity: not seen
                ds[i] = scale * p * (dp[i] - own.total[i]) * (Capped ? A(1) - ratio * ratio : A(1));
                if (Capped) s[i] = p;
            }
            write_row<T>(s, n, own.p + j * kBlock);
            write_row<T>(ds, n, own.ds + j * kBlock);
            if (j + 1 == tile.count && j % kDepth<T> != kDepth<T> - 1) // the first of the last pair
                std::memset(own.pair + kBlock, 0, static_cast<size_t>(n) * sizeof(A));
            else if (j % kDepth<T> != kDepth<T> - 1)
                continue;
            write_step<T>(own.pair, n, own.ds_steps + j / kDepth<T> * kDepth<T> * kBlock);
        }
        const int64_t offset = plan.tile_offset(kv_head, tile.index) + tile.first * width;
        product<T>(tile.count, width, n, own.p, kBlock, own.d_o, width, plan.dv + offset, width, true);
        product<T>(tile.count, width, n, own.ds, kBlock, own.q, width, plan.dk + offset, width, true);
        product<T>(a.head_dim, n, round_up(tile.count, kDepth<T>),
                   plan.k_columns + plan.tile_offset(kv_head, tile.index) + tile.first, kBlock, own.ds_steps, kBlock,
                   own.sum, kBlock, add);
        add = true;
    });
    transpose<A>(a.head_dim, n, own.sum, kBlock, own.sum_rows, width);
    T* dq = static_cast<T*>(a.dq) + (row * a.heads + head) * a.head_dim;
    for (int64_t i = 0; i < rows; ++i, dq += a.heads * a.head_dim) {
#pragma omp simd
        for (int64_t d = 0; d < a.head_dim; ++d)
            dq[d] = narrow<T>(own.sum_rows[i * width + d]);
    }
}

// The keys and values of one tile, packed.
template <typename T>
void pack_tile(const TreeAttention& a, const Plan<T>& plan, Scratch<T>& own, int64_t kv_head, int64_t tile) {
    const Block block = plan.blocks[tile];
    const TreeSegment& segment = a.segments[block.segment];
    const int64_t rows = segment.length - block.row < kBlock ? segment.length - block.row : kBlock;
    const int64_t offset = plan.tile_offset(kv_head, tile), row = segment.row + block.row;
    const T* k = static_cast<const T*>(a.k) + row * a.k_row + kv_head * a.k_head;
    const T* v = static_cast<const T*>(a.v) + row * a.v_row + kv_head * a.v_head;
    pack_rows(k, a.k_row, rows, a.head_dim, plan.width, plan.k_rows + offset);
    if (plan.backward) {
        pack_rows(v, a.v_row, rows, a.head_dim, plan.width, plan.v_rows + offset);
        interleave<T>(plan.k_rows + offset, plan.width, own.interleaved);
        steps_to_columns<T>(own.interleaved, plan.width, plan.k_columns + offset);
        std::memset(plan.dk + offset, 0, static_cast<size_t>(kBlock * plan.width) * sizeof *plan.dk);
        std::memset(plan.dv + offset, 0, static_cast<size_t>(kBlock * plan.width) * sizeof *plan.dv);
    } else {
        pack_rows(v, a.v_row, rows, a.head_dim, plan.width, own.rows);
        interleave<T>(own.rows, plan.width, own.interleaved);
        steps_to_columns<T>(own.interleaved, plan.width, plan.v_columns + offset);
    }
}

// dk and dv of one tile, from the sums.
template <typename T> void unpack_tile(const TreeAttention& a, const Plan<T>& plan, int64_t kv_head, int64_t tile) {
    const Block block = plan.blocks[tile];
    const TreeSegment& segment = a.segments[block.segment];
    const int64_t rows = segment.length - block.row < kBlock ? segment.length - block.row : kBlock;
    for (int64_t i = 0; i < rows; ++i) {
        const int64_t from = plan.tile_offset(kv_head, tile) + i * plan.width;
        const int64_t to = ((segment.row + block.row + i) * a.kv_heads + kv_head) * a.head_dim;
#pragma omp simd
        for (int64_t d = 0; d < a.head_dim; ++d) {
            static_cast<T*>(a.dk)[to + d] = narrow<T>(plan.dk[from + d]);
            static_cast<T*>(a.dv)[to + d] = narrow<T>(plan.dv[from + d]);
        }
    }
}

template <bool Capped, typename T> void attention(const TreeAttention& a) {
    const Plan<T> plan(a, a.workspace);
    const int64_t group = a.heads / a.kv_heads;
    const bool small = a.tokens * a.heads * a.head_dim < kSerialElements;
#pragma omp parallel num_threads(small ? 1 : static_cast <int>(a.threads))
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
            // A tree's rows add to dk and dv of its keys one after another: one order for every number of threads.
#pragma omp for schedule(dynamic)
            for (int64_t item = 0; item < a.kv_heads * a.segment_count; ++item) {
                const int32_t root = static_cast<int32_t>(item % a.segment_count);
                if (plan.root[root] != root) continue;
                for (int64_t tile = plan.first_tile[root]; tile < plan.tiles; ++tile) {
                    if (plan.root[plan.blocks[tile].segment] != root) continue;
                    for (int64_t g = 0; g < group; ++g)
                        backward_block<Capped>(a, plan, own, plan.blocks[tile], item / a.segment_count * group + g);
                }
            }
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
