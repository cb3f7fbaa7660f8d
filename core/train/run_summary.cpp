#include "train/run_summary.hpp"

#include <sys/utsname.h>
#include <torch/version.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/core/version.hpp>

#include "run/run_times.hpp"
#include "system/limits.hpp"
#include "tensor/file_mapping.hpp"
#include "tensor/sha256.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;

template <class... T>
std::string format(const char* pattern, T... values) {
  char text[256];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

std::string size_text(double bytes) {
  if (bytes < 1 << 10) return format("%.0f bytes", bytes);
  if (bytes < 1 << 20) return format("%.1f KiB", bytes / (1 << 10));
  return format("%.1f MiB", bytes / (1 << 20));
}

std::string processor() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

// Variables that change what a run computes or how fast, where they are set.
std::string environment() {
  std::string text;
  for (const char* name :
       {"OMP_NUM_THREADS", "OMP_WAIT_POLICY", "MKL_NUM_THREADS", "ONEDNN_MAX_CPU_ISA", "CUDA_VISIBLE_DEVICES",
        "POSEHOST_PLUGIN_PATH", "POSEHOST_WEIGHTS", "LD_PRELOAD"}) {
    const char* value = std::getenv(name);
    if (value != nullptr) text += std::string(text.empty() ? "" : ", ") + name + "=" + value;
  }
  return text;
}

std::string limits() {
  auto text = format("%d usable cores, %.1f GiB usable memory", usable_cores(),
                     static_cast<double>(usable_memory()) / (1 << 30));
  if (cpu_quota() > 0) text += format(", cgroup's CPU quota %.2f", cpu_quota());
  const auto memory = cgroup_line("memory.max");
  if (!memory.empty() && memory != "max") text += ", cgroup's memory limit " + memory + " bytes";
  return text;
}

// Where the time went: the host's parts, then each plugin with all its stages together.
void add_times(std::vector<std::string>& lines) {
  std::map<std::string, RunTimes::Sum> plugins;
  std::int64_t total = 0;
  const auto sums = run_times().sums();
  for (const auto& sum : sums) total += sum.ns;
  if (total == 0) return;
  const auto share = [&](std::int64_t ns) {
    return format("%.3f s (%.2f %%)", static_cast<double>(ns) * 1e-9,
                  100 * static_cast<double>(ns) / static_cast<double>(total));
  };
  for (const auto& sum : sums) {
    if (sum.who.empty()) {
      lines.push_back(format("time    %-28s ", sum.what.c_str()) + share(sum.ns) + " in " +
                      std::to_string(sum.calls) + " calls");
    } else {
      auto& plugin = plugins[sum.who];
      plugin.ns += sum.ns;
      plugin.calls += sum.calls;
    }
  }
  std::vector<std::pair<std::string, RunTimes::Sum>> sorted(plugins.begin(), plugins.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.ns > b.second.ns; });
  for (const auto& [who, sum] : sorted) {
    lines.push_back("plugin  " + who + " " + share(sum.ns) + " in " + std::to_string(sum.calls) + " calls");
  }
}

void add_files(const RunPlan& plan, const FolderState& before, std::vector<std::string>& lines) {
  std::error_code ignored;
  for (const auto& [name, changed] : state_of_folder(plan.work_dir)) {
    const auto old = before.find(name);
    if (name[0] == '.' || name == "run.lock" || name == "status.json" ||
        (old != before.end() && old->second == changed))
      continue;
    const auto bytes = fs::file_size(plan.work_dir / name, ignored);
    lines.push_back("made    " + (plan.work_dir / name).string() + ", " +
                    size_text(static_cast<double>(bytes)));
  }
}

}  // namespace

std::vector<std::string> describe_environment(const RunPlan& plan) {
  std::vector<std::string> lines;
  utsname system{};
  uname(&system);
  lines.push_back(std::string("host ") + system.nodename + ", " + system.sysname + " " + system.release +
                  ", " + processor() + ", " + limits());
  lines.push_back("built with gcc-compatible " __VERSION__ ", OpenCV " CV_VERSION
                  ", LibTorch " TORCH_VERSION);
  if (const auto variables = environment(); !variables.empty()) lines.push_back("environment " + variables);
  Json config = plan.config.json();
  for (const char* key : {"work_dir", "load_from", "resume_from"}) config.erase(key);
  lines.push_back("config SHA-256 " + sha256(config.dump()));
  for (const auto* entry : plan.plugins->loaded()) {
    lines.push_back("plugin " + entry->note.id + " " + entry->note.version + ", " + entry->file.string() +
                    ", SHA-256 " + sha256(FileMapping(entry->file, "a plugin").bytes()));
  }
  return lines;
}

FolderState state_of_folder(const fs::path& folder) {
  FolderState files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_regular_file(ignored) && !entry.is_symlink(ignored))
      files[entry.path().filename().string()] = entry.last_write_time(ignored);
  }
  return files;
}

std::vector<std::string> describe_end(const RunPlan& plan, const RunResult& result, const fs::path& picture,
                                      const FolderState& before) {
  std::vector<std::string> lines;
  add_times(lines);
  add_files(plan, before, lines);
  std::string metrics;
  for (const auto& [name, value] : result.metrics) metrics += format("  %s %.4f", name.c_str(), value);
  if (!metrics.empty()) lines.push_back("result  " + metrics.substr(2));
  if (!picture.empty()) lines.push_back("picture " + picture.string());
  if (!result.checkpoint.empty()) lines.push_back("weights " + result.checkpoint.string());
  lines.push_back("work dir " + plan.work_dir.string());
  return lines;
}

}  // namespace ph
