// Moves what the page cache holds of files to other physical memory.
//
//   tracefast_move_pages SEED FOLDER...
//
// All processes that run a file share the page cache's pages of it, and which physical pages these are decides which of
// its code and constants compete for a place in a cache that is indexed by physical address. That is drawn once, when
// the file is written, and stays: two builds of the same source can differ by 5 % for hours, in every process. This
// drops the resident pages of each file (posix_fadvise) and reads them again, holding some memory meanwhile (how much,
// SEED says), so that the next processes have another draw. Contents stay as they are; files that a process has mapped
// keep their pages. Prints the bytes that were read again. Ends with 1 where a folder cannot be walked.

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

constexpr size_t kMostHeld = 32UL << 20; // bytes
constexpr size_t kAtOnce = 1UL << 20;

const size_t kPage = static_cast<size_t>(sysconf(_SC_PAGESIZE));

struct Descriptor {
    explicit Descriptor(const char* path) : value(open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (value >= 0) close(value);
    }

    int value;
};

// Ranges of a file that are in memory, as (offset, length).
std::vector<std::pair<size_t, size_t>> resident(int file, size_t size) {
    std::vector<std::pair<size_t, size_t>> ranges;
    void* mapped = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) return ranges;
    std::vector<unsigned char> pages((size + kPage - 1) / kPage);
    if (mincore(mapped, size, pages.data()) == 0)
        for (size_t page = 0; page < pages.size(); ++page) {
            if ((pages[page] & 1) == 0) continue;
            const size_t offset = page * kPage, length = std::min(kPage, size - offset);
            if (!ranges.empty() && ranges.back().first + ranges.back().second == offset)
                ranges.back().second += length;
            else
                ranges.emplace_back(offset, length);
        }
    munmap(mapped, size);
    return ranges;
}

// Bytes that were read again.
size_t move(const std::filesystem::path& path, std::vector<char>& buffer) {
    const Descriptor file(path.c_str());
    struct stat status;
    if (file.value < 0 || fstat(file.value, &status) != 0 || status.st_size == 0)
        return 0; // not ours to read, or gone: nothing of it is measured
    const auto ranges = resident(file.value, static_cast<size_t>(status.st_size));
    if (ranges.empty()) return 0;
    fdatasync(file.value); // what is not written yet cannot be dropped
    posix_fadvise(file.value, 0, 0, POSIX_FADV_DONTNEED);
    posix_fadvise(file.value, 0, 0, POSIX_FADV_RANDOM); // nothing but what was there
    size_t moved = 0;
    for (const auto& [offset, length] : ranges)
        for (size_t done = 0; done < length;) {
            const ssize_t read = pread(file.value, buffer.data(), std::min(buffer.size(), length - done),
                                       static_cast<off_t>(offset + done));
            if (read < 0 && errno == EINTR) continue;
            if (read <= 0) break;
            done += static_cast<size_t>(read);
            moved += static_cast<size_t>(read);
        }
    return moved;
}

// Memory that is taken now, some of it anew between files, so that the free pages that are left are others each time.
class Held {
  public:
    explicit Held(uint64_t seed) : random_(seed) {}

    void change() {
        const size_t bytes = random_() % kMostHeld;
        memory_ = std::make_unique<char[]>(bytes);
        for (size_t at = 0; at < bytes; at += kPage)
            memory_[at] = 1;
    }

  private:
    std::mt19937_64 random_;
    std::unique_ptr<char[]> memory_;
};

} // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fprintf(stderr, "usage: tracefast_move_pages SEED FOLDER...\n");
        return 1;
    }
    Held held(std::strtoull(arguments[1], nullptr, 10));
    std::vector<char> buffer(kAtOnce);
    size_t moved = 0, changed_at = 0;
    held.change();
    for (int i = 2; i < count; ++i) {
        std::error_code error;
        std::filesystem::recursive_directory_iterator files(arguments[i], error), end;
        for (; !error && files != end; files.increment(error)) {
            std::error_code of_one;
            if (files->is_symlink(of_one) || !files->is_regular_file(of_one)) continue;
            moved += move(files->path(), buffer);
            if (moved - changed_at > kMostHeld) {
                held.change();
                changed_at = moved;
            }
        }
        if (error) {
            std::fprintf(stderr, "%s: %s\n", arguments[i], error.message().c_str());
            return 1;
        }
    }
    std::printf("%zu\n", moved);
    return 0;
}
