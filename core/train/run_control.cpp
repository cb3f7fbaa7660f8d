#include "train/run_control.hpp"

#include <unistd.h>

#include "log/log.hpp"
#include "schedule/read_schedules.hpp"

namespace ph {
namespace {

constexpr std::chrono::seconds kTellEvery{5};

std::chrono::milliseconds watchdog_limit(const RunPlan& plan) {
  const auto& runtime = plan.config.at("runtime");
  const double seconds = runtime.has("watchdog_s") ? runtime.at("watchdog_s").f64() : 0;
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

// What processes that were killed left of files that they were writing; only the lock's owner may.
void remove_unfinished(const std::filesystem::path& work_dir) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(work_dir, none)) {
    const auto name = entry.path().filename().string();
    if (name.size() > 5 && name[0] == '.' && name.substr(name.size() - 4) == ".tmp" &&
        entry.is_regular_file(none))
      std::filesystem::remove(entry.path(), none);
  }
}

}  // namespace

std::vector<std::pair<std::string, double>> hypers_now(const RunPlan& plan) {
  std::vector<std::pair<std::string, double>> all;
  for (const auto& hyper : plan.optimizers->hypers()) {
    const auto key = key_of(hyper);
    for (const auto& [part, optimizer, first] : plan.optimizers->members()) {
      const auto index = optimizer->hyper_index(key);
      if (index < 0) continue;
      all.emplace_back(hyper.name, optimizer->hyper(0, index));
      break;
    }
  }
  return all;
}

RunControl::RunControl(const RunPlan& plan, const std::string& name, const std::string& config)
    : work_dir_{plan.work_dir},
      prometheus_{plan.config.at("runtime").has("prometheus") &&
                  plan.config.at("runtime").at("prometheus").boolean()},
      lock_{work_dir_},
      crash_{work_dir_ / "crash.txt"},
      watchdog_{watchdog_limit(plan)},
      requests_{work_dir_} {
  remove_unfinished(work_dir_);
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  status.host = host;
  status.pid = getpid();
  status.name = name;
  status.config = config;
  status.max_epochs = plan.length.by_epoch ? plan.length.max_epochs : 0;
  status.max_iters = plan.length.max_iters;
  status.started = unix_time();
  // From the first moment: `posehost ctl set` goes by them.
  status.hypers = hypers_now(plan);
  if (const auto& dead = lock_.taken_from())
    log_warn(work_dir_.string() + ": taken over from a run that died (" + dead->describe() + ")");
  tell();
}

bool RunControl::due() const { return std::chrono::steady_clock::now() - told_ >= kTellEvery; }

void RunControl::tell() {
  told_ = std::chrono::steady_clock::now();
  status.updated = unix_time();
  if (write_status(work_dir_, status, prometheus_) || warned_) return;
  warned_ = true;
  log_warn("cannot write " + (work_dir_ / "status.json").string() + "; posehost status shows an old one");
}

void RunControl::end(const std::string& state, const std::string& why, int exit_code) {
  status.state = state;
  status.why = why;
  status.exit_code = exit_code;
  status.times = run_times().sums();
  tell();
}

}  // namespace ph
