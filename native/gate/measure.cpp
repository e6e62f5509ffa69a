// Runs a shell command and writes to FILE.usage: a line with the number of its process group before it begins, for
// whoever wants to stop it for a while, and a line when it has ended:
//
//   wall time (ns), user time (us), system time (us), largest resident memory of one process (KiB), exit status as of
//   wait, then each of COUNTERS: its count, or -errno where it cannot be had
//
// Times and memory are of the command and of the children that it waited for (wait4); counts are of all that it starts,
// outside the kernel (perf_event_open).
//
//   tracefast_measure FILE PROCESSORS COUNTERS COMMAND
//
// FILE        standard output and error go to FILE.out and FILE.err
// PROCESSORS  "2,3": those that it may run on; "": as this process
// COUNTERS    "instructions,page_faults": some of kCounters; "": none
//
// SIGTERM kills the command and all that it has started; so does the end of the thread that started this program:
// nothing is left behind, stopped or running.
//
// Ends with 0 where the command was run, whatever came of it; else with 1 and a line on standard error.

#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sstream>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "%s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(1);
}

int64_t nanoseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

int64_t microseconds(const timeval& time) {
    return int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
}

volatile pid_t command_group = 0; // 0: not started yet

// SIGTERM, which is blocked until there is a command.
void end_command(int) {
    const int saved = errno;
    kill(-command_group, SIGKILL);
    errno = saved;
}

void pin(const char* processors) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const char* at = processors; *at != '\0';) {
        char* end = nullptr;
        const long processor = std::strtol(at, &end, 10);
        if (end == at || processor < 0 || processor >= CPU_SETSIZE) {
            errno = EINVAL;
            fail(std::string("processors ") + processors);
        }
        CPU_SET(static_cast<size_t>(processor), &set);
        at = *end == ',' ? end + 1 : end;
    }
    if (sched_setaffinity(0, sizeof set, &set) != 0) fail(std::string("cannot be pinned to processors ") + processors);
}

struct Counter {
    const char* name;
    uint32_t type;
    uint64_t config;
};

constexpr Counter kCounters[] = {{"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
                                 {"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
                                 {"cache_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
                                 {"branch_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
                                 {"page_faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS}};

// Counts from the child's exec on, and in what it starts.
int open_counter(const std::string& name, pid_t child) {
    for (const Counter& counter : kCounters) {
        if (name != counter.name) continue;
        perf_event_attr what{};
        what.size = sizeof what;
        what.type = counter.type;
        what.config = counter.config;
        what.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
        what.disabled = what.enable_on_exec = what.inherit = 1;
        what.exclude_kernel = what.exclude_hv = 1;
        const long opened = syscall(SYS_perf_event_open, &what, child, -1, -1, PERF_FLAG_FD_CLOEXEC);
        return opened < 0 ? -errno : static_cast<int>(opened);
    }
    return -EINVAL;
}

// Counters that take turns are scaled to the whole time.
int64_t count_of(int counter) {
    if (counter < 0) return counter;
    uint64_t values[3] = {}; // count, time enabled, time running
    if (read(counter, values, sizeof values) != static_cast<ssize_t>(sizeof values)) return -EIO;
    if (values[2] == 0) return values[1] == 0 ? 0 : -EBUSY;
    return static_cast<int64_t>(static_cast<double>(values[0]) * static_cast<double>(values[1]) /
                                static_cast<double>(values[2]));
}

void redirect(const std::string& file, int descriptor) {
    const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (opened < 0 || dup2(opened, descriptor) < 0) fail(file);
}

} // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        std::fprintf(stderr, "usage: %s FILE PROCESSORS COUNTERS COMMAND\n", arguments[0]);
        return 1;
    }
    const std::string file = arguments[1];
    sigset_t ending, before;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigprocmask(SIG_BLOCK, &ending, &before);
    std::signal(SIGTERM, end_command);
    const pid_t parent = getppid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) return 1;
    setsid();
    const int usage_file = open((file + ".usage").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (usage_file < 0) fail(file + ".usage");
    if (arguments[2][0] != '\0') pin(arguments[2]);
    int ready[2]; // the child waits until its counters are there
    if (pipe2(ready, O_CLOEXEC) != 0) fail("cannot be started");
    const pid_t child = fork();
    if (child < 0) fail("cannot be started");
    if (child == 0) {
        std::signal(SIGTERM, SIG_DFL);
        sigprocmask(SIG_SETMASK, &before, nullptr);
        close(ready[1]); // or it would wait for itself, were its parent gone
        int64_t began = 0;
        if (read(ready[0], &began, sizeof began) != static_cast<ssize_t>(sizeof began)) std::exit(1);
        redirect(file + ".err", STDERR_FILENO);
        redirect(file + ".out", STDOUT_FILENO);
        const int nothing = open("/dev/null", O_RDONLY);
        if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) fail("/dev/null");
        char started[64];
        std::snprintf(started, sizeof started, "%" PRId64, began);
        setenv("TRACEFAST_STARTED_NS", started, 1);
        execl("/bin/sh", "sh", "-c", arguments[4], static_cast<char*>(nullptr));
        fail("/bin/sh");
    }
    // All that the command starts is one group, which can be stopped and killed whole.
    if (setpgid(child, child) != 0) fail("cannot be started");
    command_group = child;
    if (dprintf(usage_file, "%d\n", child) < 0) fail(file + ".usage");
    std::vector<int> counters;
    std::istringstream names(arguments[3]);
    for (std::string name; std::getline(names, name, ',');)
        counters.push_back(open_counter(name, child));
    const int64_t began = nanoseconds();
    if (write(ready[1], &began, sizeof began) != static_cast<ssize_t>(sizeof began)) fail("cannot be started");
    sigprocmask(SIG_UNBLOCK, &ending, nullptr);
    int status = 0;
    rusage usage{};
    while (wait4(child, &status, 0, &usage) < 0)
        if (errno != EINTR) fail("wait4");
    const int64_t wall = nanoseconds() - began;
    std::string counts;
    for (const int counter : counters)
        counts += " " + std::to_string(count_of(counter));
    if (dprintf(usage_file, "%" PRId64 " %" PRId64 " %" PRId64 " %ld %d%s\n", wall, microseconds(usage.ru_utime),
                microseconds(usage.ru_stime), usage.ru_maxrss, status, counts.c_str()) < 0)
        fail(file + ".usage");
    return 0;
}
