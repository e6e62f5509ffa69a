// The functions of NCCL that `Distributed/NcclLibrary.cs` calls, without a GPU: ranks are threads of one process,
// memory is plain, and an operation is done when its call returns. Sums are added in the order of the ranks. What does
// not match between ranks (numbers, types) is an error, where NCCL would hang or write past the end.
//
// Tests say by fake_nccl_fail which call is to fail, and by fake_nccl_version what the library claims to be.
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#define TRACEFAST_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

constexpr int success = 0, invalid_argument = 4, invalid_usage = 5, remote_error = 6;
constexpr int float32 = 7, float64 = 8;

struct Id {
    char bytes[128];
};

// What a rank brings to an operation of all.
struct Part {
    const char* name;
    const void* own;
    void* result;
    std::size_t count;
    int type;
};

// The ranks of one id. Everything is under its lock; nobody waits for a rank that has given up.
struct Clique {
    explicit Clique(int size) : parts(static_cast<std::size_t>(size)) {}

    std::mutex lock;
    std::condition_variable changed;
    std::vector<Part> parts;
    std::map<std::pair<int, int>, std::deque<std::pair<int, std::vector<char>>>> messages; // of a sender to a receiver
    std::size_t arrived = 0;
    std::uint64_t round = 0;
    int result = 0; // of the round before
    bool aborted = false;

    int size() const { return static_cast<int>(parts.size()); }
};

struct Communicator {
    std::shared_ptr<Clique> clique;
    int rank;
};

// A send or a receive of a group.
struct Transfer {
    Communicator* communicator;
    int peer;
    const void* sent; // of a send
    void* received;   // of a receive; else null
    std::size_t count;
    int type;
};

std::mutex registry_lock;
std::map<std::string, std::shared_ptr<Clique>> registry;
std::map<std::pair<std::string, int>, int> failures; // result of a function on a rank; rank -1: on all
std::map<std::string, int> calls;
std::string last_error;
std::atomic<int> claimed{22105}, next_id{0};
thread_local int depth = 0, group_failure = 0;
thread_local std::vector<Transfer> transfers;

std::size_t size_of(int type) {
    return type == float32 ? sizeof(float) : type == float64 ? sizeof(double) : 0;
}

// Counts a call. Returns what it is to fail with.
int called(const char* function, int rank) {
    std::lock_guard<std::mutex> hold(registry_lock);
    calls[function]++;
    for (int of : {rank, -1})
        if (const auto found = failures.find({function, of}); found != failures.end()) {
            last_error = std::string(function) + " was told to fail";
            return found->second;
        }
    return success;
}

// Waits for all ranks; the last one runs `all`, and all get what it returns.
template <typename Function> int together(Clique& clique, int rank, const Part& part, Function all) {
    std::unique_lock<std::mutex> hold(clique.lock);
    clique.parts[static_cast<std::size_t>(rank)] = part;
    const std::uint64_t round = clique.round;
    if (++clique.arrived == clique.parts.size()) {
        clique.result = all(clique.parts);
        clique.arrived = 0;
        clique.round++;
        clique.changed.notify_all();
        return clique.result;
    }
    clique.changed.wait(hold, [&] { return clique.round != round || clique.aborted; });
    return clique.round != round ? clique.result : remote_error;
}

// Whether all ranks call the same, with as many numbers of one type.
bool agree(const std::vector<Part>& parts) {
    for (const Part& part : parts)
        if (std::strcmp(part.name, parts[0].name) != 0 || part.count != parts[0].count || part.type != parts[0].type)
            return false;
    return size_of(parts[0].type) > 0;
}

template <typename Number> void add(const std::vector<Part>& parts) {
    std::vector<Number> sum(parts[0].count);
    for (const Part& part : parts)
        for (std::size_t i = 0; i < sum.size(); i++)
            sum[i] += static_cast<const Number*>(part.own)[i];
    for (const Part& part : parts)
        if (!sum.empty()) std::memcpy(part.result, sum.data(), sum.size() * sizeof(Number));
}

int transfer(const Transfer& one) {
    Clique& clique = *one.communicator->clique;
    const int rank = one.communicator->rank;
    const std::size_t bytes = one.count * size_of(one.type);
    std::unique_lock<std::mutex> hold(clique.lock);
    if (one.received == nullptr) {
        const char* first = static_cast<const char*>(one.sent);
        clique.messages[{rank, one.peer}].emplace_back(one.type, std::vector<char>(first, first + bytes));
        clique.changed.notify_all();
        return success;
    }
    auto& queue = clique.messages[{one.peer, rank}];
    clique.changed.wait(hold, [&] { return !queue.empty() || clique.aborted; });
    if (queue.empty()) return remote_error;
    const auto [type, content] = std::move(queue.front());
    queue.pop_front();
    if (type != one.type || content.size() != bytes) return invalid_argument;
    std::memcpy(one.received, content.data(), bytes);
    return success;
}

int queue_or_run(const Transfer& one) {
    if (one.peer < 0 || one.peer >= one.communicator->clique->size() || size_of(one.type) == 0) return invalid_argument;
    if (depth > 0) {
        transfers.push_back(one);
        return success;
    }
    return transfer(one);
}

} // namespace

// `function` fails with `result` on a rank, on all for -1; "async": what was queued has failed. Null: nothing fails.
TRACEFAST_EXPORT void fake_nccl_fail(const char* function, int rank, int result) {
    std::lock_guard<std::mutex> hold(registry_lock);
    if (function == nullptr)
        failures.clear();
    else
        failures[{function, rank}] = result;
}

TRACEFAST_EXPORT void fake_nccl_version(int version) {
    claimed = version;
}

// How often a function was called, by all ranks.
TRACEFAST_EXPORT int fake_nccl_calls(const char* function) {
    std::lock_guard<std::mutex> hold(registry_lock);
    return calls[function];
}

TRACEFAST_EXPORT int ncclGetVersion(int* version) {
    *version = claimed;
    return called("ncclGetVersion", -1);
}

TRACEFAST_EXPORT const char* ncclGetErrorString(int result) {
    switch (result) {
    case success:
        return "no error";
    case invalid_argument:
        return "invalid argument";
    case invalid_usage:
        return "invalid usage";
    case remote_error:
        return "remote process exited or there was a network error";
    default:
        return "unknown result code";
    }
}

TRACEFAST_EXPORT const char* ncclGetLastError(void*) {
    std::lock_guard<std::mutex> hold(registry_lock);
    static thread_local std::string text;
    text = last_error;
    return text.c_str();
}

TRACEFAST_EXPORT int ncclGetUniqueId(Id* id) {
    const std::string name = "clique " + std::to_string(next_id++);
    std::memset(id->bytes, 1, sizeof id->bytes); // all 128 bytes have to arrive
    std::memcpy(id->bytes, name.c_str(), name.size() + 1);
    return called("ncclGetUniqueId", 0);
}

TRACEFAST_EXPORT int ncclCommInitRank(Communicator** communicator, int ranks, Id id, int rank) {
    if (const int failure = called("ncclCommInitRank", rank); failure != success) return failure;
    if (ranks < 1 || rank < 0 || rank >= ranks || id.bytes[sizeof id.bytes - 1] != 1) return invalid_argument;
    std::shared_ptr<Clique> clique;
    {
        std::lock_guard<std::mutex> hold(registry_lock);
        std::shared_ptr<Clique>& known = registry[id.bytes];
        if (known == nullptr) known = std::make_shared<Clique>(ranks);
        clique = known;
    }
    if (clique->size() != ranks) return invalid_usage;
    *communicator = new Communicator{clique, rank};
    return together(*clique, rank, Part{}, [](const std::vector<Part>&) { return success; });
}

TRACEFAST_EXPORT int ncclCommDestroy(Communicator* communicator) {
    const int failure = called("ncclCommDestroy", communicator->rank);
    delete communicator;
    return failure;
}

TRACEFAST_EXPORT int ncclCommAbort(Communicator* communicator) {
    const int failure = called("ncclCommAbort", communicator->rank);
    {
        std::lock_guard<std::mutex> hold(communicator->clique->lock);
        communicator->clique->aborted = true;
        communicator->clique->changed.notify_all();
    }
    delete communicator;
    return failure;
}

TRACEFAST_EXPORT int ncclCommGetAsyncError(Communicator* communicator, int* error) {
    *error = called("async", communicator->rank);
    return called("ncclCommGetAsyncError", communicator->rank);
}

TRACEFAST_EXPORT int ncclAllReduce(const void* own, void* sum, std::size_t count, int type, int operation,
                                   Communicator* communicator, void*) {
    if (const int failure = called("ncclAllReduce", communicator->rank); failure != success) return failure;
    if (operation != 0) return invalid_argument;
    return together(*communicator->clique, communicator->rank, Part{"ncclAllReduce", own, sum, count, type},
                    [](const std::vector<Part>& parts) {
                        if (!agree(parts)) return invalid_argument;
                        if (parts[0].type == float64)
                            add<double>(parts);
                        else
                            add<float>(parts);
                        return success;
                    });
}

TRACEFAST_EXPORT int ncclAllGather(const void* own, void* all, std::size_t count, int type, Communicator* communicator,
                                   void*) {
    if (const int failure = called("ncclAllGather", communicator->rank); failure != success) return failure;
    return together(*communicator->clique, communicator->rank, Part{"ncclAllGather", own, all, count, type},
                    [](const std::vector<Part>& parts) {
                        if (!agree(parts)) return invalid_argument;
                        const std::size_t bytes = parts[0].count * size_of(parts[0].type);
                        for (const Part& to : parts)
                            for (std::size_t from = 0; bytes > 0 && from < parts.size(); from++)
                                std::memcpy(static_cast<char*>(to.result) + from * bytes, parts[from].own, bytes);
                        return success;
                    });
}

TRACEFAST_EXPORT int ncclSend(const void* sent, std::size_t count, int type, int peer, Communicator* communicator,
                              void*) {
    if (const int failure = called("ncclSend", communicator->rank); failure != success) return group_failure = failure;
    return queue_or_run({communicator, peer, sent, nullptr, count, type});
}

TRACEFAST_EXPORT int ncclRecv(void* received, std::size_t count, int type, int peer, Communicator* communicator,
                              void*) {
    if (const int failure = called("ncclRecv", communicator->rank); failure != success) return group_failure = failure;
    return queue_or_run({communicator, peer, nullptr, received, count, type});
}

TRACEFAST_EXPORT int ncclGroupStart() {
    if (const int failure = called("ncclGroupStart", -1); failure != success) return failure;
    depth++;
    group_failure = success;
    return success;
}

// All sends first: they do not wait.
TRACEFAST_EXPORT int ncclGroupEnd() {
    if (depth == 0) return invalid_usage;
    if (--depth > 0) return success;
    std::vector<Transfer> group;
    group.swap(transfers);
    if (const int failure = called("ncclGroupEnd", -1); failure != success) return failure;
    if (group_failure != success) return group_failure;
    for (bool sends : {true, false})
        for (const Transfer& one : group)
            if ((one.received == nullptr) == sends)
                if (const int failure = transfer(one); failure != success) return failure;
    return success;
}
