// adamw_8bit: adamw with moments in 8 bits by blocks, Dettmers et al. 2022, arXiv 2110.02861, as the CUDA kernel of
// bitsandbytes 0.44 to 0.50 computes AdamW8bit:
//     m = m beta1 + (1 - beta1) g;  v = v beta2 + (1 - beta2) g g, of map[code] * scale
//     theta = (theta - step_size c m / (sqrt(v) + c eps)) (1 - lr decay), c = root_correction
//     scale = max |.| of the block; code = the nearest of map * scale, the even one of two
// Where v is not finite, theta stays and both moments become 0. A negative m never gets the code of 0.
#include "element.h"
#include "operations.h"

#include <cfloat>

namespace tracefast::cpu::TRACEFAST_ISA {
namespace {

constexpr int64_t kChunk = 64 * kMomentBlock; // elements that one thread takes at a time
constexpr int kCodes = 256, kZero = 127;      // kZero: the first moment's code of 0
constexpr uint32_t kLow = 0xffff;

uint32_t bits_of(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
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
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits &= 0x7fffffffu;
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

// One block of `count` elements from `begin` on.
template <typename T, typename G> void step(const AdamW8BitTensor& a, const Maps& maps, int64_t begin, int32_t count) {
    T* parameter = static_cast<T*>(a.parameter) + begin;
    float* master = a.master == nullptr ? nullptr : static_cast<float*>(a.master) + begin;
    const G* gradient = static_cast<const G*>(a.gradient) + begin;
    uint8_t* first_codes = a.first_codes + begin;
    uint8_t* second_codes = a.second_codes + begin;
    float& first_scale = a.first_scales[begin / kMomentBlock];
    float& second_scale = a.second_scales[begin / kMomentBlock];
    const float old_first = first_scale, old_second = second_scale;
    const float beta1 = static_cast<float>(a.beta1), rest1 = static_cast<float>(1 - a.beta1),
                beta2 = static_cast<float>(a.beta2), rest2 = static_cast<float>(1 - a.beta2),
                size = static_cast<float>(-a.step_size * a.root_correction),
                eps = static_cast<float>(a.root_correction * a.eps), decay = static_cast<float>(a.decay);
    alignas(kLine) float m[kMomentBlock], v[kMomentBlock];
    float largest_first = 0, largest_second = 0;
#pragma omp simd reduction(max : largest_first, largest_second)
    for (int32_t i = 0; i < count; ++i) {
        const float g = widen(gradient[i]);
        const float new_m = maps.first[first_codes[i]] * old_first * beta1 + rest1 * g;
        const float new_v = maps.second[second_codes[i]] * old_second * beta2 + rest2 * g * g;
        const bool finite = new_v <= FLT_MAX;
        const float theta = master != nullptr ? master[i] : widen(parameter[i]);
        const float moved = (theta + size * (new_m / (std::sqrt(new_v) + eps))) * decay;
        const float stepped = finite ? moved : theta;
        if (master != nullptr) master[i] = stepped;
        parameter[i] = narrow<T>(stepped);
        m[i] = finite ? new_m : 0.0f;
        v[i] = finite ? new_v : 0.0f;
        const float magnitude = std::fabs(m[i]);
        largest_first = magnitude > largest_first ? magnitude : largest_first;
        largest_second = v[i] > largest_second ? v[i] : largest_second;
    }
    first_scale = largest_first;
    second_scale = largest_second;
    const float first_divisor = largest_first > 0 ? largest_first : 1.0f; // of a block of zeros
    const float second_divisor = largest_second > 0 ? largest_second : 1.0f;
    const uint32_t* first_cells = maps.first_levels.cells;
    const uint32_t* second_cells = maps.second_levels.cells;
#pragma omp simd
    for (int32_t i = 0; i < count; ++i) {
        const int32_t level = nearest(first_cells, m[i] / first_divisor);
        const int32_t below = level < 1 ? 1 : level > kZero ? kZero : level; // the largest level has no negative
        first_codes[i] = static_cast<uint8_t>(m[i] < 0 ? kZero - below : kZero + level);
        second_codes[i] = static_cast<uint8_t>(nearest(second_cells, v[i] / second_divisor));
    }
}

void step(const AdamW8BitTensor& a, const Maps& maps, int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; block += kMomentBlock) {
        const int32_t count = static_cast<int32_t>(end - block < kMomentBlock ? end - block : kMomentBlock);
        if (a.dtype == Dtype::Float32)
            step<float, float>(a, maps, block, count);
        else if (a.gradient_dtype == Dtype::Float32)
            step<BFloat16, float>(a, maps, block, count);
        else
            step<BFloat16, BFloat16>(a, maps, block, count);
    }
}

} // namespace

void adamw_8bit(const AdamW8BitTensor* tensors, int64_t count, const float* maps) {
    const Maps ready(maps);
    int64_t total = 0;
    for (int64_t i = 0; i < count; ++i)
        total += tensors[i].count;
#pragma omp parallel if (total > kSerialElements)
    for (int64_t i = 0; i < count; ++i) {
        const AdamW8BitTensor& a = tensors[i];
#pragma omp for schedule(dynamic) nowait
        for (int64_t begin = 0; begin < a.count; begin += kChunk)
            step(a, ready, begin, begin + kChunk < a.count ? begin + kChunk : a.count);
    }
}

} // namespace tracefast::cpu::TRACEFAST_ISA
