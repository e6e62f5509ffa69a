// Test data: seeded doubles held in a kernel's dtype, in allocations of exactly their size (so that a sanitizer sees
// one element too many) that begin one element past an aligned address (so that no aligned load survives).
#pragma once

#include "kernels.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace tracefast::test {

inline std::mt19937_64& random_source() {
    static std::mt19937_64 source(20240611);
    return source;
}

inline size_t size_of(cpu::Dtype dtype) {
    return dtype == cpu::Dtype::Float64 ? 8 : dtype == cpu::Dtype::Float32 ? 4 : 2;
}

inline cpu::Dtype accumulation(cpu::Dtype dtype) {
    return dtype == cpu::Dtype::Float64 ? cpu::Dtype::Float64 : cpu::Dtype::Float32;
}

class Buffer {
  public:
    Buffer(cpu::Dtype dtype, int64_t count)
        : dtype_(dtype), count_(count),
          memory_(static_cast<unsigned char*>(std::malloc((static_cast<size_t>(count) + 1) * size_of(dtype)))) {
        for (int64_t i = 0; i < count; ++i)
            set(i, std::numeric_limits<double>::quiet_NaN());
    }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { std::free(memory_); }

    void* data() const { return memory_ + size_of(dtype_); }
    int64_t count() const { return count_; }

    Buffer& fill(double spread = 1.0, double middle = 0.0) {
        std::normal_distribution<double> normal(middle, spread);
        for (int64_t i = 0; i < count_; ++i)
            set(i, normal(random_source()));
        return *this;
    }
    Buffer& fill_with(double value) {
        for (int64_t i = 0; i < count_; ++i)
            set(i, value);
        return *this;
    }

    std::vector<double> values() const {
        std::vector<double> all;
        for (int64_t i = 0; i < count_; ++i)
            all.push_back((*this)[i]);
        return all;
    }

    double operator[](int64_t i) const {
        const unsigned char* p = static_cast<unsigned char*>(data()) + static_cast<size_t>(i) * size_of(dtype_);
        if (dtype_ == cpu::Dtype::Float64) {
            double v;
            std::memcpy(&v, p, 8);
            return v;
        }
        uint32_t bits = 0;
        if (dtype_ == cpu::Dtype::Float32) {
            std::memcpy(&bits, p, 4);
        } else {
            std::memcpy(&bits, p, 2);
            bits <<= 16;
        }
        float v;
        std::memcpy(&v, &bits, 4);
        return v;
    }

    // bfloat16 takes the upper half: test inputs need no rounding rule.
    void set(int64_t i, double value) {
        unsigned char* p = static_cast<unsigned char*>(data()) + static_cast<size_t>(i) * size_of(dtype_);
        if (dtype_ == cpu::Dtype::Float64) {
            std::memcpy(p, &value, 8);
            return;
        }
        const float single = static_cast<float>(value);
        uint32_t bits;
        std::memcpy(&bits, &single, 4);
        if (dtype_ == cpu::Dtype::BFloat16) {
            const uint16_t upper = static_cast<uint16_t>(bits >> 16);
            std::memcpy(p, &upper, 2);
        } else {
            std::memcpy(p, &bits, 4);
        }
    }

  private:
    cpu::Dtype dtype_;
    int64_t count_;
    unsigned char* memory_;
};

inline int& failures() {
    static int count = 0;
    return count;
}
inline long& comparisons() {
    static long count = 0;
    return count;
}

inline void expect(const std::string& what, bool holds) {
    ++comparisons();
    if (holds) return;
    std::printf("FAIL %s\n", what.c_str());
    ++failures();
}

// Every entry within `units` roundings of the dtype, relative to the larger of its own size and `scale`.
inline void expect_close(const std::string& what, const Buffer& got, const std::vector<double>& want, cpu::Dtype dtype,
                         double units = 4, double scale = 1.0) {
    const double epsilon = dtype == cpu::Dtype::Float64 ? 1e-15 : dtype == cpu::Dtype::Float32 ? 1.2e-7 : 3.9e-3;
    if (static_cast<int64_t>(want.size()) != got.count()) {
        std::printf("FAIL %s: %zu entries expected, %lld there\n", what.c_str(), want.size(),
                    static_cast<long long>(got.count()));
        ++failures();
        return;
    }
    for (size_t i = 0; i < want.size(); ++i) {
        ++comparisons();
        const double allowed = units * epsilon * std::fmax(scale, std::fabs(want[i]));
        if (!(std::fabs(got[static_cast<int64_t>(i)] - want[i]) <= allowed)) {
            std::printf("FAIL %s [%zu]: %.9g, expected %.9g within %.2g\n", what.c_str(), i,
                        got[static_cast<int64_t>(i)], want[i], allowed);
            ++failures();
            return;
        }
    }
}

} // namespace tracefast::test
