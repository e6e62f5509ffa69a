// Memory of libtorch's tensors on the CPU, in place of c10::alloc_cpu and c10::free_cpu (libtorch 2.10,
// c10/core/impl/alloc_cpu.cpp): malloc with room to align in, where libtorch calls posix_memalign.
// glibc before 2.38 answers an aligned request by looking for size + alignment + 32 bytes and cutting off both ends.
// So the hole that a tensor leaves is too small for the next tensor of the same size, and a training step, whose layers
// all ask for the same sizes, takes 15 to 20 % more memory than its tensors have.
// It counts the bytes of the tensors that are there, and the most that there were.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <dlfcn.h>

namespace {

constexpr std::size_t alignment = 64; // of a cache line, as libtorch's kernels and ours expect

template <typename F> F* real(const char* mangled) {
    return reinterpret_cast<F*>(dlsym(RTLD_NEXT, mangled));
}

// Before the aligned address; malloc aligns to 16, so there is room.
struct Header {
    std::size_t bytes; // of the tensor
    void* block;       // what malloc gave
};
static_assert(sizeof(Header) == 16);

Header& header_of(void* aligned) {
    return static_cast<Header*>(aligned)[-1];
}

std::atomic<std::size_t> live{0}, peak{0};

void count(std::size_t bytes) {
    const std::size_t now = live.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    std::size_t most = peak.load(std::memory_order_relaxed);
    while (most < now && !peak.compare_exchange_weak(most, now, std::memory_order_relaxed)) {
    }
}

// libtorch's own error for the same request: it names the size.
[[noreturn]] void fail(std::size_t bytes) {
    if (auto* allocate = real<void*(std::size_t)>("_ZN3c109alloc_cpuEm"))
        if (void* given = allocate(bytes))
            if (auto* release = real<void(void*)>("_ZN3c108free_cpuEPv")) release(given);
    throw std::runtime_error("no memory for a tensor of " + std::to_string(bytes) + " bytes");
}

} // namespace

namespace c10 {

__attribute__((visibility("default"))) void* alloc_cpu(std::size_t bytes) {
    if (bytes == 0) return nullptr;
    void* block = bytes > PTRDIFF_MAX - alignment ? nullptr : std::malloc(bytes + alignment);
    if (block == nullptr) fail(bytes);
    auto address = (reinterpret_cast<std::uintptr_t>(block) + alignment) / alignment * alignment;
    void* aligned = reinterpret_cast<void*>(address); // NOLINT(performance-no-int-to-ptr)
    header_of(aligned) = {bytes, block};
    count(bytes);
    return aligned;
}

__attribute__((visibility("default"))) void free_cpu(void* aligned) {
    if (aligned == nullptr) return;
    const Header header = header_of(aligned);
    live.fetch_sub(header.bytes, std::memory_order_relaxed);
    std::free(header.block);
}

} // namespace c10

#define EXPORT extern "C" __attribute__((visibility("default")))

// Bytes of the tensors on the CPU.
EXPORT std::int64_t tracefast_tensor_bytes() {
    return static_cast<std::int64_t>(live.load(std::memory_order_relaxed));
}

// The most bytes that there were since the last call.
EXPORT std::int64_t tracefast_take_peak_tensor_bytes() {
    const std::size_t now = live.load(std::memory_order_relaxed);
    return static_cast<std::int64_t>(peak.exchange(now, std::memory_order_relaxed));
}
