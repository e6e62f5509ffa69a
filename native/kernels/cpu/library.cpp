// What the shared library exports.
#include "kernels.h"

#include <omp.h>

namespace cpu = tracefast::cpu;

#define TRACEFAST_EXPORT extern "C" __attribute__((visibility("default")))

// The table of the best instruction set, for the life of the process. `sizes` receives the size of every argument
// struct, in the order of kernels.h, by which C# checks its mirrored structs.
TRACEFAST_EXPORT const cpu::Kernels* tracefast_kernels(int32_t sizes[12]) noexcept {
    const int32_t all[] = {sizeof(cpu::RmsNormForward), sizeof(cpu::RmsNormBackward), sizeof(cpu::Rope),
                           sizeof(cpu::SwiGluForward),  sizeof(cpu::SwiGluBackward),  sizeof(cpu::LoraProduct),
                           sizeof(cpu::Linear),         sizeof(cpu::LogSumExpTile),   sizeof(cpu::TreeSegment),
                           sizeof(cpu::TreeAttention),  sizeof(cpu::AdamWTensor),     sizeof(cpu::AdamW8BitTensor)};
    for (int i = 0; i < 12; ++i)
        sizes[i] = all[i];
    return &cpu::kernels();
}

// Starts OpenMP threads that do nothing for as long as the calling thread lives: more than there are processors.
TRACEFAST_EXPORT void tracefast_start_idle_threads() noexcept {
#pragma omp parallel num_threads(omp_get_num_procs() + 1)
    asm volatile("");
}
