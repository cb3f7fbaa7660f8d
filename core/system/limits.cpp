#include "system/limits.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>

namespace ph {

namespace {

constexpr auto no_limit = std::numeric_limits<std::int64_t>::max();

std::int64_t limit_of(__rlimit_resource resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return no_limit;
  return static_cast<std::int64_t>(std::min<rlim_t>(limit.rlim_cur, no_limit));
}

// Without what a file cache would give up.
std::int64_t machine_memory_left() {
  std::ifstream info("/proc/meminfo");
  std::int64_t kilobytes = 0;
  for (std::string line; std::getline(info, line);) {
    if (std::sscanf(line.c_str(), "MemAvailable: %ld kB", &kilobytes) == 1) return kilobytes << 10;
  }
  return no_limit;
}

}  // namespace

std::string cgroup_line(const char* name) {
  std::ifstream groups("/proc/self/cgroup");
  std::string line, path;
  while (std::getline(groups, line)) {
    if (line.rfind("0::", 0) == 0) path = line.substr(3);
  }
  for (const auto& dir : {"/sys/fs/cgroup" + path, std::string("/sys/fs/cgroup")}) {
    std::ifstream file(dir + "/" + name);
    if (std::getline(file, line)) return line;
  }
  return {};
}

double cpu_quota() {
  // "max 100000" or "150000 100000": microseconds of CPU per period.
  double used = 0, period = 0;
  const bool limited = std::sscanf(cgroup_line("cpu.max").c_str(), "%lf %lf", &used, &period) == 2;
  return limited && used > 0 && period > 0 ? used / period : 0;
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                          : static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  if (const double quota = cpu_quota(); quota > 0)
    cores = std::min(cores, static_cast<int>(std::ceil(quota)));
  return std::max(1, cores);
}

std::int64_t usable_memory() {
  const auto total = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  const auto limit = std::strtoll(cgroup_line("memory.max").c_str(), nullptr, 10);  // "max" gives 0
  return limit > 0 ? std::min<std::int64_t>(total, limit) : total;
}

std::int64_t limited_memory() {
  return std::min({usable_memory(), limit_of(RLIMIT_AS), limit_of(RLIMIT_DATA)});
}

std::int64_t memory_left() {
  // Pages: size, resident, shared, text, 0, data.
  std::int64_t addresses = 0, resident = 0, data = 0;
  std::ifstream("/proc/self/statm") >> addresses >> resident >> data >> data >> data >> data;
  const auto page = static_cast<std::int64_t>(sysconf(_SC_PAGESIZE));
  return std::min({usable_memory() - resident * page, machine_memory_left(),
                   limit_of(RLIMIT_AS) - addresses * page, limit_of(RLIMIT_DATA) - data * page});
}

#if defined(__x86_64__)
bool cpu_has_avx2() noexcept { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool cpu_has_avx512() noexcept {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}
#else
bool cpu_has_avx2() noexcept { return false; }
bool cpu_has_avx512() noexcept { return false; }
#endif

bool cpu_has_bf16() {
  std::ifstream info("/proc/cpuinfo");
  std::string line;
  while (std::getline(info, line)) {
    if (line.rfind("flags", 0) == 0) {
      return line.find(" avx512_bf16") != std::string::npos || line.find(" amx_bf16") != std::string::npos;
    }
  }
  return false;
}

}  // namespace ph
