// adamw_8bit against its formula in double, the nearest code searched among all 256.
#pragma once

#include "buffer.h"

#include <algorithm>

namespace tracefast::test {

// Seven decades of middles of equal parts, 0 and 1, ascending: with both signs, or twice as many without.
inline std::vector<float> dynamic_map(bool both_signs) {
    std::vector<float> values = {0.0f, 1.0f};
    for (int decade = 0; decade < 7; ++decade) {
        const int parts = (both_signs ? 1 : 2) << decade;
        for (int part = 0; part < parts; ++part) {
            const double middle = std::pow(10.0, decade - 6) * (0.1 + 0.9 * (part + 0.5) / parts);
            values.push_back(static_cast<float>(middle));
            if (both_signs) values.push_back(static_cast<float>(-middle));
        }
    }
    std::sort(values.begin(), values.end());
    return values;
}

inline double distance_to_nearest(const float* map, double x) {
    double least = 2;
    for (int code = 0; code < 256; ++code)
        least = std::fmin(least, std::fabs(x - map[code]));
    return least;
}

// A block's stored moments are as near as codes can be, and its scale is its largest value.
inline void expect_stored(const std::string& what, const std::vector<double>& want, const uint8_t* codes,
                          const Buffer& scales, const float* map) {
    for (size_t begin = 0; begin < want.size(); begin += cpu::kMomentBlock) {
        const size_t end = std::min(want.size(), begin + cpu::kMomentBlock);
        double largest = 0;
        for (size_t i = begin; i < end; ++i)
            largest = std::fmax(largest, std::fabs(want[i]));
        const double scale = scales[static_cast<int64_t>(begin / cpu::kMomentBlock)];
        expect(what + " scale", std::fabs(scale - largest) <= 1e-6 * largest);
        for (size_t i = begin; i < end && largest > 0; ++i) {
            const double x = want[i] / largest, off = std::fabs(x - map[codes[i]]);
            // below zero the code of 0 is not taken, whose neighbour is 5.5e-7
            const bool zero_passed_over = x < 0 && off <= 5.6e-7;
            expect(what + " code", off <= distance_to_nearest(map, x) + 1e-6 || zero_passed_over);
            expect(what + " sign", x >= 0 || map[codes[i]] < 0);
        }
    }
}

inline void adamw_8bit(cpu::Dtype dtype, int64_t count, bool wide_gradient) {
    const cpu::Dtype wide = cpu::Dtype::Float32;
    const bool own = dtype == wide;
    const std::string label = std::string("adamw_8bit ") + (own ? "float32 " : "bfloat16 ") + std::to_string(count);
    const int64_t blocks = (count + cpu::kMomentBlock - 1) / cpu::kMomentBlock;
    std::vector<float> maps = dynamic_map(true), second_map = dynamic_map(false);
    maps.insert(maps.end(), second_map.begin(), second_map.end());
    const float *first = maps.data(), *second = maps.data() + 256;
    Buffer parameter(dtype, count), master(wide, count), gradient(wide_gradient ? wide : dtype, count),
        first_scales(wide, blocks), second_scales(wide, blocks);
    std::vector<uint8_t> first_codes(static_cast<size_t>(count), 0), second_codes(static_cast<size_t>(count), 0);
    parameter.fill(), first_scales.fill_with(0), second_scales.fill_with(0);
    for (int64_t i = 0; i < count; ++i)
        master.set(i, parameter[i]);
    const double lr = 1e-2, beta1 = 0.9, beta2 = 0.99, eps = 1e-8;
    std::vector<double> want = parameter.values();
    for (int t = 1; t <= 3; ++t) {
        gradient.fill(1e-3);
        if (count > 2) gradient.set(2, t == 2 ? std::numeric_limits<double>::infinity() : 0.0);
        const double step_size = lr / (1 - std::pow(beta1, t)), root = std::sqrt(1 - std::pow(beta2, t));
        std::vector<double> m, v;
        for (int64_t i = 0; i < count; ++i) {
            const size_t at = static_cast<size_t>(i);
            const double g = gradient[i];
            const bool finite = std::isfinite(g);
            m.push_back(finite ? first[first_codes[at]] * first_scales[i / cpu::kMomentBlock] * beta1 + (1 - beta1) * g
                               : 0);
            v.push_back(finite ? second[second_codes[at]] * second_scales[i / cpu::kMomentBlock] * beta2 +
                                     (1 - beta2) * g * g
                               : 0);
            if (!own || t > 1) want[at] = own ? parameter[i] : master[i];
            if (finite)
                want[at] = (want[at] - step_size * m.back() / (std::sqrt(v.back()) / root + eps)) * (1 - lr * 0.1);
        }
        const cpu::AdamW8BitTensor a{.dtype = dtype,
                                     .gradient_dtype = wide_gradient ? wide : dtype,
                                     .count = count,
                                     .parameter = parameter.data(),
                                     .master = own ? nullptr : master.data(),
                                     .gradient = gradient.data(),
                                     .first_codes = first_codes.data(),
                                     .second_codes = second_codes.data(),
                                     .first_scales = static_cast<float*>(first_scales.data()),
                                     .second_scales = static_cast<float*>(second_scales.data()),
                                     .decay = 1 - lr * 0.1,
                                     .step_size = step_size,
                                     .root_correction = root,
                                     .beta1 = beta1,
                                     .beta2 = beta2,
                                     .eps = eps};
        cpu::kernels().adamw_8bit(&a, 1, maps.data());
        expect_close(label + " parameter", parameter, want, dtype, 16);
        if (!own) expect_close(label + " master", master, want, wide, 16);
        expect_stored(label + " m", m, first_codes.data(), first_scales, first);
        expect_stored(label + " v", v, second_codes.data(), second_scales, second);
    }
}

} // namespace tracefast::test
