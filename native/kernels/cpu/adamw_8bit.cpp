// adamw_8bit: adamw with moments in 8 bits by blocks, Dettmers et al. 2022, arXiv 2110.02861, as the CUDA kernel of
// bitsandbytes 0.44 to 0.50 computes AdamW8bit:
//     m = m beta1 + (1 - beta1) g;  v = v beta2 + (1 - beta2) g g, of map[code] * scale
//     theta = (theta - step_size c m / (sqrt(v) + c eps)) (1 - lr decay), c = root_correction
//     scale = max |.| of the block; code = the nearest of map * scale, the even one of two
// Where v is not finite, theta stays and both moments become 0. A negative m never gets the code of 0.
#include "chunks.h"
#include "operations.h"

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

constexpr int kCodes = 256, kZero = 127; // kZero: the first moment's code of 0
constexpr uint32_t kLow = 0xffff, kInfinity = 0x7f800000;

TRACEFAST_INLINE uint32_t bits_of(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

// By bits, not as a choice, which g++ 12 makes a branch of.
TRACEFAST_INLINE float masked(float x, uint32_t mask) {
    const uint32_t bits = bits_of(x) & mask;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

// The nearest of ascending levels from 0 to 1. Numbers in [0, 1] with the same upper 16 bits are a cell; levels are so
// far apart that a cell has at most one bound between two of them. Its entry: the level below the bound, and the
// bound's lower 16 bits (kLow: no bound), which a number of the next level exceeds.
struct NearestLevel {
    static constexpr uint32_t first = 0x3400, last = 0x3f80; // upper bits of 2^-23, below every bound, and of 1
    uint32_t cells[last - first + 1];

    // Between two levels the one whose code is even: code = first_code + level.
    NearestLevel(const float* levels, int count, int first_code) {
        int level = 0;
        for (uint32_t cell = first; cell <= last; ++cell) {
            cells[cell - first] = static_cast<uint32_t>(level) << 16 | kLow;
            if (level == count - 1) continue;
            const uint32_t middle = bits_of((levels[level] + levels[level + 1]) * 0.5f);
            const uint32_t bound = (first_code + level) % 2 == 0 ? middle : middle - 1; // of the lower level
            if (bound >> 16 != cell) continue;
            cells[cell - first] = static_cast<uint32_t>(level) << 16 | (bound & kLow);
            ++level;
        }
    }
};

TRACEFAST_INLINE int32_t nearest(const uint32_t* cells, float x) {
    const uint32_t bits = bits_of(x) & 0x7fffffffu;
    const uint32_t cell = bits >> 16 < NearestLevel::first ? NearestLevel::first : bits >> 16;
    const uint32_t entry = cells[cell - NearestLevel::first];
    return static_cast<int32_t>(entry >> 16) + ((bits & kLow) > (entry & kLow) ? 1 : 0);
}

struct Maps {
    const float* first;
    const float* second;
    NearestLevel first_levels, second_levels;

    explicit Maps(const float* maps)
        : first(maps), second(maps + kCodes), first_levels(maps + kZero, kCodes - kZero, kZero),
          second_levels(maps + kCodes, kCodes, 0) {}
};

// What one block's passes hand on; in loops of their own, or g++ 12 does not vectorize them.
struct Block {
    int32_t count;
    alignas(kLine) float m[kMomentBlock], v[kMomentBlock];
    alignas(kLine) uint32_t finite[kMomentBlock]; // a mask: all bits or none
};

template <typename G> void moments(const AdamW8BitTensor& a, const Maps& maps, int64_t begin, Block& block) {
    const G* gradient = static_cast<const G*>(a.gradient) + begin;
    const uint8_t* first_codes = a.first_codes + begin;
    const uint8_t* second_codes = a.second_codes + begin;
    const float first_scale = a.first_scales[begin / kMomentBlock],
                second_scale = a.second_scales[begin / kMomentBlock];
    const float beta1 = static_cast<float>(a.beta1), rest1 = static_cast<float>(1 - a.beta1),
                beta2 = static_cast<float>(a.beta2), rest2 = static_cast<float>(1 - a.beta2);
    const float *first_map = maps.first, *second_map = maps.second;
    float *m = block.m, *v = block.v;
    uint32_t* finite = block.finite;
#pragma omp simd
    for (int32_t i = 0; i < block.count; ++i) {
        const float g = widen(gradient[i]);
        const float new_m = first_map[first_codes[i]] * first_scale * beta1 + rest1 * g;
        const float new_v = second_map[second_codes[i]] * second_scale * beta2 + rest2 * g * g;
        finite[i] = (bits_of(new_v) & kInfinity) != kInfinity ? ~0u : 0u;
        m[i] = masked(new_m, finite[i]);
        v[i] = masked(new_v, finite[i]);
    }
}

// theta is the master, or a parameter that is its own.
template <typename T> void move(const AdamW8BitTensor& a, const Block& block, float* theta, T* parameter) {
    const float size = static_cast<float>(-a.step_size * a.root_correction),
                eps = static_cast<float>(a.root_correction * a.eps), decay = static_cast<float>(a.decay);
    const float *m = block.m, *v = block.v;
    const uint32_t* finite = block.finite;
#pragma omp simd
    for (int32_t i = 0; i < block.count; ++i) {
        const float moved = (theta[i] + size * (m[i] / (std::sqrt(v[i]) + eps))) * decay;
        theta[i] = finite[i] != 0 ? moved : theta[i];
    }
    if (static_cast<void*>(theta) == static_cast<void*>(parameter)) return;
#pragma omp simd
    for (int32_t i = 0; i < block.count; ++i)
        parameter[i] = narrow<T>(theta[i]);
}

float largest(const float* values, int32_t count) {
    float most = 0;
#pragma omp simd reduction(max : most)
    for (int32_t i = 0; i < count; ++i)
        most = std::fabs(values[i]) > most ? std::fabs(values[i]) : most;
    return most;
}

void store(const AdamW8BitTensor& a, const Maps& maps, int64_t begin, const Block& block) {
    const float first = largest(block.m, block.count), second = largest(block.v, block.count);
    a.first_scales[begin / kMomentBlock] = first;
    a.second_scales[begin / kMomentBlock] = second;
    const float first_divisor = first > 0 ? first : 1.0f, second_divisor = second > 0 ? second : 1.0f; // of zeros
    const uint32_t* first_cells = maps.first_levels.cells;
    const uint32_t* second_cells = maps.second_levels.cells;
    const float *m = block.m, *v = block.v;
    uint8_t* first_codes = a.first_codes + begin;
    uint8_t* second_codes = a.second_codes + begin;
#pragma omp simd
    for (int32_t i = 0; i < block.count; ++i) {
        const int32_t level = nearest(first_cells, m[i] / first_divisor);
        const int32_t below = level < 1 ? 1 : level > kZero ? kZero : level; // the largest level has no negative
        first_codes[i] = static_cast<uint8_t>(m[i] < 0 ? kZero - below : kZero + level);
    }
#pragma omp simd
    for (int32_t i = 0; i < block.count; ++i)
        second_codes[i] = static_cast<uint8_t>(nearest(second_cells, v[i] / second_divisor));
}

void step(const AdamW8BitTensor& a, const Maps& maps, int64_t begin, int64_t end) {
    Block block;
    for (int64_t first = begin; first < end; first += kMomentBlock) {
        block.count = static_cast<int32_t>(end - first < kMomentBlock ? end - first : kMomentBlock);
        if (a.gradient_dtype == Dtype::Float32)
            moments<float>(a, maps, first, block);
        else
            moments<BFloat16>(a, maps, first, block);
        if (a.dtype == Dtype::Float32)
            move(a, block, static_cast<float*>(a.parameter) + first, static_cast<float*>(a.parameter) + first);
        else
            move(a, block, static_cast<float*>(a.master) + first, static_cast<BFloat16*>(a.parameter) + first);
        store(a, maps, first, block);
    }
}

} // namespace

void adamw_8bit(const AdamW8BitTensor* tensors, int64_t count, const float* maps) {
    const Maps ready(maps);
    for_chunks(tensors, count,
               [&](const AdamW8BitTensor& a, int64_t begin, int64_t end) { step(a, ready, begin, end); });
}

} // namespace tracefast::cpu::TRACEFAST_ISA
