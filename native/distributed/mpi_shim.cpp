// MPI behind a C ABI without its types, which differ from one MPI to the next: what `Distributed/MpiCommunicator.cs`
// calls. Operations are started and then tested, never waited for, so that the caller can notice a rank that no longer
// answers. All functions return MPI's error code, 0 for success; callers hold a lock (MPI_THREAD_SERIALIZED).
#include <algorithm>
#include <cstddef>
#include <mpi.h>
#include <vector>

#define TRACEFAST_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

MPI_Comm work = MPI_COMM_NULL;  // operations of the run
MPI_Comm watch = MPI_COMM_NULL; // signs of life and errors, which come at any time
MPI_Request pending = MPI_REQUEST_NULL;
std::vector<MPI_Request> sums;          // of begin_add, by handle; MPI_REQUEST_NULL where none is under way
std::vector<int> counts[2], offsets[2]; // of the exchange that is under way

void set_parts(int which, const int* bytes, int ranks) {
    counts[which].assign(bytes, bytes + ranks);
    offsets[which].resize(static_cast<std::size_t>(ranks));
    for (int rank = 0, at = 0; rank < ranks; at += bytes[rank++])
        offsets[which][static_cast<std::size_t>(rank)] = at;
}

// Writes what fits of a text, with the 0 that ends it.
void copy_text(const char* whole, int size, char* text, int length) {
    int kept = std::min(size, length - 1);
    std::copy(whole, whole + kept, text);
    text[kept] = '\0';
}

} // namespace

// facts [2]: rank, size.
TRACEFAST_EXPORT int tracefast_mpi_init(int* facts) {
    int provided = 0, error = MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    if (error != MPI_SUCCESS) return error;
    if (provided < MPI_THREAD_SERIALIZED) return MPI_ERR_OTHER;
    if ((error = MPI_Comm_dup(MPI_COMM_WORLD, &work)) != MPI_SUCCESS) return error;
    if ((error = MPI_Comm_dup(MPI_COMM_WORLD, &watch)) != MPI_SUCCESS) return error;
    MPI_Comm_set_errhandler(work, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(watch, MPI_ERRORS_RETURN);
    MPI_Comm_rank(work, &facts[0]);
    MPI_Comm_size(work, &facts[1]);
    return MPI_SUCCESS;
}

TRACEFAST_EXPORT int tracefast_mpi_version(char* text, int length) {
    char whole[MPI_MAX_LIBRARY_VERSION_STRING];
    int size = 0, error = MPI_Get_library_version(whole, &size);
    copy_text(whole, size, text, length);
    return error;
}

TRACEFAST_EXPORT int tracefast_mpi_error(int code, char* text, int length) {
    char whole[MPI_MAX_ERROR_STRING];
    int size = 0, error = MPI_Error_string(code, whole, &size);
    copy_text(whole, size, text, length);
    return error;
}

TRACEFAST_EXPORT int tracefast_mpi_start_barrier() {
    return MPI_Ibarrier(work, &pending);
}

// sum [count] = own over ranks.
TRACEFAST_EXPORT int tracefast_mpi_start_add(const double* own, double* sum, int count) {
    return MPI_Iallreduce(own, sum, count, MPI_DOUBLE, MPI_SUM, work, &pending);
}

// The same beside other operations, several at a time; element 4: float, 8: double. Not in place: Open MPI 4.1
// (coll/libnbc, nbc_iallreduce.c) would take a binomial tree then, which sends all numbers 2 log2(ranks) times, where
// halving and doubling send them twice.
TRACEFAST_EXPORT int tracefast_mpi_begin_add(const void* own, void* sum, int count, int element, int* handle) {
    std::size_t free = 0;
    while (free < sums.size() && sums[free] != MPI_REQUEST_NULL)
        free++;
    if (free == sums.size()) sums.push_back(MPI_REQUEST_NULL);
    *handle = static_cast<int>(free);
    return MPI_Iallreduce(own, sum, count, element == 8 ? MPI_DOUBLE : MPI_FLOAT, MPI_SUM, work, &sums[free]);
}

// Whether the sum of a handle, which is free then, is done. Any test carries on all that is under way.
TRACEFAST_EXPORT int tracefast_mpi_test_add(int handle, int* done) {
    return MPI_Test(&sums[static_cast<std::size_t>(handle)], done, MPI_STATUS_IGNORE);
}

TRACEFAST_EXPORT int tracefast_mpi_start_gather(const void* own, int bytes, void* all) {
    return MPI_Iallgather(own, bytes, MPI_BYTE, all, bytes, MPI_BYTE, work, &pending);
}

TRACEFAST_EXPORT int tracefast_mpi_start_exchange(const void* sent, const int* sent_bytes, void* received,
                                                  const int* received_bytes, int ranks) {
    set_parts(0, sent_bytes, ranks);
    set_parts(1, received_bytes, ranks);
    return MPI_Ialltoallv(sent, counts[0].data(), offsets[0].data(), MPI_BYTE, received, counts[1].data(),
                          offsets[1].data(), MPI_BYTE, work, &pending);
}

// To and from one rank.
TRACEFAST_EXPORT int tracefast_mpi_start_send(const void* sent, int bytes, int rank) {
    return MPI_Isend(sent, bytes, MPI_BYTE, rank, 0, work, &pending);
}

TRACEFAST_EXPORT int tracefast_mpi_start_receive(void* received, int bytes, int rank) {
    return MPI_Irecv(received, bytes, MPI_BYTE, rank, 0, work, &pending);
}

// Whether the operation that was started last is done.
TRACEFAST_EXPORT int tracefast_mpi_test(int* done) {
    return MPI_Test(&pending, done, MPI_STATUS_IGNORE);
}

// A short message that does not wait for its receiver: it is copied.
TRACEFAST_EXPORT int tracefast_mpi_tell(const void* text, int bytes, int rank, int tag) {
    static std::vector<MPI_Request> requests;
    static std::vector<std::vector<char>> texts;
    for (std::size_t i = 0; i < requests.size();) {
        int done = 0;
        if (int error = MPI_Test(&requests[i], &done, MPI_STATUS_IGNORE); error != MPI_SUCCESS) return error;
        if (done == 0) {
            i++;
            continue;
        }
        requests[i] = requests.back();
        texts[i].swap(texts.back());
        requests.pop_back();
        texts.pop_back();
    }
    const char* first = static_cast<const char*>(text);
    texts.emplace_back(first, first + bytes);
    requests.push_back(MPI_REQUEST_NULL);
    return MPI_Isend(texts.back().data(), bytes, MPI_BYTE, rank, tag, watch, &requests.back());
}

// A message that has come: facts [3] its rank, tag and length; found 0 where there is none. A longer one than `length`
// is cut.
TRACEFAST_EXPORT int tracefast_mpi_hear(void* text, int length, int* facts, int* found) {
    MPI_Status status;
    int error = MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, watch, found, &status);
    if (error != MPI_SUCCESS || *found == 0) return error;
    facts[0] = status.MPI_SOURCE;
    facts[1] = status.MPI_TAG;
    MPI_Get_count(&status, MPI_BYTE, &facts[2]);
    std::vector<char> whole(static_cast<std::size_t>(facts[2]));
    error = MPI_Recv(whole.data(), facts[2], MPI_BYTE, facts[0], facts[1], watch, MPI_STATUS_IGNORE);
    facts[2] = std::min(facts[2], length);
    std::copy(whole.begin(), whole.begin() + facts[2], static_cast<char*>(text));
    return error;
}

TRACEFAST_EXPORT int tracefast_mpi_abort(int code) {
    return MPI_Abort(MPI_COMM_WORLD, code);
}

TRACEFAST_EXPORT int tracefast_mpi_finalize() {
    return MPI_Finalize();
}
