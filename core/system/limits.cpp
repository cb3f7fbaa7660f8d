#include "system/limits.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace ph {

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
