// What tree_attention.cpp works on: blocks of query rows and tiles of keys, the packed operands of its products, and
// where they lie in the workspace.
#pragma once

#include "matrix.h"

#include <omp.h>

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

constexpr int64_t kBlock = 64;                    // query rows of a block, keys of a tile
constexpr int64_t kSumBytes = int64_t{128} << 20; // at most, for sums of dk and dv of shares of a KV head
constexpr int64_t kShares = 32; // that the backward is divided into at least, where its shape has so many: for threads

struct Block {
    int32_t segment, row;
};

// The keys of one tile that a block sees some of.
struct Tile {
    int64_t index, first, count; // keys [first, first + count) of tile `index`; first is even
    int64_t position;            // of key `first`
};

// One thread's own memory.
template <typename T> struct Scratch {
    using A = Accumulation<T>;
    using P = Operand<T>;
    Scratch(Carver& carver, int64_t width, int64_t path_tiles, bool backward)
        : rows(carver.take<P>(kBlock * width)), interleaved(carver.take<P>(kBlock * width)),
          q_steps(carver.take<P>(kBlock * width)), p(carver.take<P>(kBlock * kBlock)),
          s(carver.take<A>(path_tiles * kBlock * kBlock)), sum(carver.take<A>(kBlock * width)),
          sum_rows(carver.take<A>(kBlock * width)), lse(carver.take<A>(kBlock)), total(carver.take<A>(kBlock)) {
        if (!backward) return;
        q = carver.take<P>(kBlock * width);
        d_o = carver.take<P>(kBlock * width);
        do_steps = carver.take<P>(kBlock * width);
        ds = carver.take<P>(kBlock * kBlock);
        ds_steps = carver.take<P>(kBlock * kBlock);
        dp = carver.take<A>(path_tiles * kBlock * kBlock);
    }
    P *rows, *interleaved;                // of what is being packed
    P* q_steps;                           // q as R of K q^T
    P* p;                                 // of one tile: forward [keys / depth, rows, depth], backward [keys, rows]
    A* s;                                 // [keys of all tiles, rows]
    A* sum;                               // o or dq, transposed [head_dim, rows]
    A* sum_rows;                          // the same, [rows, head_dim]
    A *lse, *total;                       // [rows]: the largest score or log-sum-exp, as an exponent of 2; the sum of
                                          // exponentials, or delta
    P *q = nullptr, *d_o = nullptr;       // as R of ds^T q and p^T do
    P* do_steps = nullptr;                // do as R of V do^T
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
            root_count += a.segments[s].parent < 0 ? 1 : 0;
        }
        first_tile = carver.take<int32_t>(a.segment_count);
        root = carver.take<int32_t>(a.segment_count);
        roots = carver.take<int32_t>(root_count);
        tree_tiles = carver.take<int32_t>(a.segment_count);
        blocks = carver.take<Block>(tiles);
        const int64_t packed = a.kv_heads * tiles * kBlock * width;
        parts = a.heads / a.kv_heads;
        if (a.kv_heads * root_count >= kShares || 2 * parts * packed * static_cast<int64_t>(sizeof(A)) > kSumBytes)
            parts = 1;
        k_rows = carver.take<P>(packed);
        if (backward) {
            k_columns = carver.take<P>(packed);
            v_rows = carver.take<P>(packed);
            dk = carver.take<A>(parts * packed);
            dv = carver.take<A>(parts * packed);
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
            tree_tiles[s] = 0;
            for (int32_t row = 0; row < segment.length; row += kBlock)
                blocks[tile++] = {s, row};
        }
        for (int64_t t = 0; t < tiles; ++t)
            ++tree_tiles[root[blocks[t].segment]];
        int64_t sorted = 0;
        for (int32_t s = 0; s < a.segment_count; ++s) {
            if (root[s] != s) continue;
            int64_t at = sorted++;
            for (; at > 0 && tree_tiles[roots[at - 1]] < tree_tiles[s]; --at)
                roots[at] = roots[at - 1];
            roots[at] = s;
        }
    }

    static int64_t tiles_of(const TreeSegment& segment) { return (segment.length + kBlock - 1) / kBlock; }

    int64_t bytes(int64_t threads) const { return shared + threads * own; }

    Scratch<T> scratch(void* base) const {
        Carver part(static_cast<char*>(base) + shared + omp_get_thread_num() * own);
        return Scratch<T>(part, width, path_tiles, backward);
    }

    // Of a tile of a KV head, or of a part of one.
    int64_t tile_offset(int64_t head, int64_t tile) const { return (head * tiles + tile) * kBlock * width; }

    Carver carver;
    bool backward;
    int64_t width;                  // head_dim, rounded up to whole registers
    int64_t tiles = 0;              // of all segments: a block of query rows is where a tile of keys is
    int64_t path_tiles = 0;         // most that one block sees
    int64_t shared, own;            // bytes
    int64_t root_count = 0, parts;  // trees; sums of dk and dv for each KV head, one after the other of its query heads
    int32_t *first_tile, *root;     // of each segment
    int32_t* roots;                 // [root_count], the largest tree first
    int32_t* tree_tiles;            // [segment_count], of each root
    Block* blocks;                  // [tiles]
    P* k_rows;                      // [kv_heads, tiles, keys, width]: L of K q^T
    P* v_columns = nullptr;         // [kv_heads, tiles, width, keys]: L of V^T p^T
    P* v_rows = nullptr;            // L of V do^T
    P* k_columns = nullptr;         // L of K^T ds^T
    A *dk = nullptr, *dv = nullptr; // [kv_heads, parts, tiles, keys, width]
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

// kDepth registers of as many rows [depth, kBlock], to rows of a left operand.
template <typename T>
TRACEFAST_INLINE void store_rows(const Register<Accumulation<T>> (&rows)[kDepth<T>], Operand<T>* to) {
#ifdef __AVX512BF16__
    if constexpr (kDepth<T> == 2) {
        const __m512i both = (__m512i)_mm512_cvtne2ps_pbh((__m512)rows[1], (__m512)rows[0]);
        const auto first = __builtin_shufflevector(both, both, 0, 1, 2, 3);
        const auto second = __builtin_shufflevector(both, both, 4, 5, 6, 7);
        std::memcpy(to, &first, sizeof first);
        std::memcpy(to + kBlock, &second, sizeof second);
    } else
#endif
        store_register<Accumulation<T>>(to, rows[0]);
}

// The same to one step [n, depth] of a right operand.
template <typename T>
TRACEFAST_INLINE void store_step(const Register<Accumulation<T>> (&rows)[kDepth<T>], Operand<T>* to) {
#ifdef __AVX512BF16__
    if constexpr (kDepth<T> == 2) {
        alignas(64) static constexpr uint16_t order[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                           21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                           11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
        const __m512i both = (__m512i)_mm512_cvtne2ps_pbh((__m512)rows[1], (__m512)rows[0]);
        _mm512_storeu_si512(to, _mm512_permutexvar_epi16(_mm512_load_si512(order), both));
    } else
#endif
        store_register<Accumulation<T>>(to, rows[0]);
}

} // namespace
} // namespace tracefast::cpu::TRACEFAST_ISA
