// What the machine gives a run: folder, memory, processors, text encoding, preloaded libraries.
#include <langinfo.h>
#include <locale.h>
#include <sched.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "doctor.hpp"
#include "system/limits.hpp"

namespace {

std::string gigabytes(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GB", bytes / 1e9);
  return text;
}

// "MemAvailable" of /proc/meminfo in bytes; 0 when unknown.
double meminfo(const std::string& key) {
  std::ifstream stream("/proc/meminfo");
  std::string word;
  double kilobytes = 0;
  while (stream >> word) {
    if (word == key + ":" && stream >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

Finding examine_folder() {
  std::error_code failure;
  const auto here = std::filesystem::current_path(failure);
  if (failure) return {"work folder", Finding::error, "the current folder is gone", "change to another one"};
  struct statvfs space {};
  const double free = statvfs(here.c_str(), &space) == 0 ? 1.0 * space.f_bavail * space.f_frsize : 0;
  const auto text = here.string() + ": " + gigabytes(free) + " free";
  if (access(here.c_str(), W_OK) != 0) {
    return {"work folder", Finding::warning, here.string() + ": not writable",
            "give runs a --work-dir elsewhere"};
  }
  // A checkpoint of ResNet-50 with Adam's state is 0.4 GB, and a new one is written before the old goes.
  if (free < 1e9)
    return {"work folder", Finding::warning, text, "checkpoints need more; use a --work-dir elsewhere"};
  return {"work folder", Finding::ok, text + ", writable", {}};
}

Finding examine_memory() {
  const double available = meminfo("MemAvailable");
  const double limit = std::atof(ph::cgroup_line("memory.max").c_str());
  auto text = gigabytes(available) + " available of " + gigabytes(meminfo("MemTotal"));
  double usable = available;
  if (limit > 0) {
    usable = std::min(usable, limit - std::atof(ph::cgroup_line("memory.current").c_str()));
    text += ", cgroup limit " + gigabytes(limit);
  }
  if (usable < 2e9) {
    return {"memory", Finding::warning, text,
            "a small training run takes 1 to 2 GB; `posehost run --dry-run` estimates"};
  }
  return {"memory", Finding::ok, text, {}};
}

Finding examine_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const long all = sysconf(_SC_NPROCESSORS_ONLN);
  const int allowed = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : static_cast<int>(all);
  auto text = std::to_string(allowed) + " of " + std::to_string(all) + " usable";
  if (const double quota = ph::cpu_quota(); quota > 0) {
    char share[64];
    std::snprintf(share, sizeof share, ", cgroup gives the time of %.1f", quota);
    text += share;
  }
  return {"processors", Finding::ok, text, {}};
}

Finding examine_locale() {
  const locale_t locale = newlocale(LC_ALL_MASK, "", nullptr);
  if (locale == nullptr) {
    return {"locale", Finding::warning, "LANG or LC_ALL names a locale that is not installed",
            "export LC_ALL=C.UTF-8"};
  }
  const std::string encoding = nl_langinfo_l(CODESET, locale);
  freelocale(locale);
  if (encoding != "UTF-8") {
    return {"locale", Finding::warning, encoding + ": names with other letters may look wrong",
            "export LC_ALL=C.UTF-8"};
  }
  return {"locale", Finding::ok, encoding, {}};
}

}  // namespace

std::vector<Finding> examine_machine() {
  std::vector<Finding> findings{examine_folder(), examine_memory(), examine_processors(), examine_locale()};
  if (const char* preload = std::getenv("LD_PRELOAD"); preload && std::strstr(preload, "blas")) {
    findings.push_back({"LD_PRELOAD", Finding::warning, preload,
                        "unset it: LibTorch would use that BLAS, often many times slower"});
  }
  return findings;
}
