// What happens when a mapped file becomes shorter than its mapping, or its disk fails: the system answers the next look
// at the missing pages with SIGBUS, which would end the process without a word. Here the file is named, on the error
// stream, and the process ends with status 3. While failures are survived, the missing pages read as zeros instead, and
// who computed with them asks afterwards whether it is worth anything.
//
// The handler calls nothing that may not be called in one: system calls, and memory of its own.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define TRACEFAST_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

constexpr int exit_missing = 3;
constexpr int most_replaced = 64;

struct Range {
    uintptr_t begin, end;
};

struct sigaction previous;
std::atomic_flag busy = ATOMIC_FLAG_INIT;
std::atomic<bool> survives{false};
std::atomic<bool> failed{false};
char path[8192]; // of the file that failed
Range replaced[most_replaced];
int replaced_count = 0;

// Reads /proc/self/maps a character at a time.
struct Reader {
    int file;
    char block[4096];
    ssize_t length = 0, at = 0;

    int next() {
        if (at == length) {
            length = read(file, block, sizeof block);
            at = 0;
            if (length <= 0) return -1;
        }
        return static_cast<unsigned char>(block[at++]);
    }

    uintptr_t hexadecimal(int& c) {
        uintptr_t value = 0;
        for (c = next(); (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); c = next())
            value = value * 16 + static_cast<uintptr_t>(c <= '9' ? c - '0' : c - 'a' + 10);
        return value;
    }
};

// Finds the mapping of an address, a line "begin-end rw-p offset device inode path"; puts the path into `path`, bytes
// that move a terminal's cursor replaced.
bool find(uintptr_t address, Range& mapping) {
    Reader reader{open("/proc/self/maps", O_RDONLY | O_CLOEXEC), {}};
    if (reader.file < 0) return false;
    bool found = false;
    for (int c = 0; c >= 0 && !found;) {
        mapping.begin = reader.hexadecimal(c);
        mapping.end = reader.hexadecimal(c);
        found = address >= mapping.begin && address < mapping.end;
        size_t length = 0;
        for (c = reader.next(); c >= 0 && c != '\n'; c = reader.next())
            if (found && (length > 0 || c == '/') && length < sizeof path - 1)
                path[length++] = static_cast<char>(c < ' ' || c == 0x7f ? '?' : c);
        if (found) path[length] = '\0';
    }
    close(reader.file);
    return found;
}

bool is_replaced(uintptr_t address) {
    for (int i = 0; i < replaced_count; ++i)
        if (address >= replaced[i].begin && address < replaced[i].end) return true;
    return false;
}

// Puts zeros in the place of everything from the page on: what a truncated file lacks is its end.
bool replace(uintptr_t address, const Range& mapping) {
    const uintptr_t page = address & ~static_cast<uintptr_t>(sysconf(_SC_PAGESIZE) - 1);
    if (replaced_count == most_replaced) return false;
    void* zeros = mmap(reinterpret_cast<void*>(page), mapping.end - page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (zeros == MAP_FAILED) return false;
    replaced[replaced_count++] = {page, mapping.end};
    return true;
}

void write_error(const char* text) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, strlen(text));
}

[[noreturn]] void end() {
    if (isatty(STDERR_FILENO)) write_error("\r\033[K"); // over what a progress bar left
    write_error("error: ");
    write_error(path);
    write_error(": the file became shorter while it was in use, or its disk failed; restore it. What was saved is "
                "whole: the same command goes on from there (train with --resume)\n");
    _exit(exit_missing);
}

void pass_on(int signal, siginfo_t* info, void* context) {
    if (previous.sa_flags & SA_SIGINFO)
        previous.sa_sigaction(signal, info, context);
    else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
        previous.sa_handler(signal);
    else
        sigaction(signal, &previous, nullptr); // the access comes again, and ends the process
}

void handle(int signal, siginfo_t* info, void* context) {
    const int before = errno;
    const uintptr_t address = reinterpret_cast<uintptr_t>(info->si_addr);
    Range mapping{};
    while (busy.test_and_set(std::memory_order_acquire)) {
    }
    const bool again = info->si_code == BUS_ADRERR && is_replaced(address); // another thread was here first
    const bool of_file = !again && info->si_code == BUS_ADRERR && find(address, mapping) && path[0] == '/';
    if (of_file) {
        failed.store(true);
        if (!survives.load() || !replace(address, mapping)) end();
    }
    busy.clear(std::memory_order_release);
    if (!again && !of_file) pass_on(signal, info, context);
    errno = before;
}

} // namespace

// From now on such a failure is told; once is enough.
TRACEFAST_EXPORT void tracefast_report_faults() noexcept {
    struct sigaction action {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &previous);
}

// Whether failures are survived from now on.
TRACEFAST_EXPORT void tracefast_survive_faults(int32_t on) noexcept {
    survives.store(on != 0);
}

// The file that failed; null: none did.
TRACEFAST_EXPORT const char* tracefast_fault() noexcept {
    return failed.load() ? path : nullptr;
}
