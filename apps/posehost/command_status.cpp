#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "config/error.hpp"
#include "run/file_clock.hpp"
#include "run/run_lock.hpp"
#include "run/run_state.hpp"
#include "run/run_status.hpp"

namespace {

using Json = nlohmann::ordered_json;
std::filesystem::path work_dir;
bool as_json = false;

std::string duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "?";
  const auto s = static_cast<std::int64_t>(seconds);
  char text[64];
  if (s >= 86400) {
    std::snprintf(text, sizeof text, "%lld d %lld h", static_cast<long long>(s / 86400),
                  static_cast<long long>(s / 3600 % 24));
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", static_cast<long long>(s / 3600),
                  static_cast<long long>(s / 60 % 60), static_cast<long long>(s % 60));
  }
  return text;
}

// Of status.json: by the clock of the disk that it lies on, whatever this machine's or the run's say. 0 after
// that one was set back.
double age() {
  struct stat info {};
  if (stat((work_dir / "status.json").c_str(), &info) != 0) return 0;
  return std::max(0.0, ph::file_time(work_dir) - ph::change_time(info));
}

// status.json with what only somebody outside knows.
Json answer(const ph::RunStatus& s, const std::string& state) {
  Json json{{"work_dir", work_dir.string()}};
  json.update(ph::to_json(s));
  json["state"] = state;
  json["age_s"] = age();
  if (s.exit_code < 0) json["exit_code"] = nullptr;
  return json;
}

std::string list(const std::vector<std::pair<std::string, double>>& values) {
  std::string text;
  for (const auto& [name, value] : values) {
    char one[300];
    std::snprintf(one, sizeof one, "  %.200s %.6g", name.c_str(), value);
    text += one;
  }
  return text.empty() ? text : text.substr(2);
}

void print(const ph::RunStatus& s, const std::string& state, const std::optional<ph::LockHolder>& holder) {
  const auto line = [](const char* label, const std::string& text) {
    if (!text.empty()) std::printf("  %-10s %s\n", label, text.c_str());
  };
  std::printf("%s: %s\n", work_dir.c_str(), state.c_str());
  line("why", s.why);
  auto progress = "iteration " + std::to_string(s.iter) + " of " + std::to_string(s.max_iters);
  if (s.max_epochs > 0)
    progress = "epoch " + std::to_string(s.epoch) + " of " + std::to_string(s.max_epochs) + ", " + progress;
  line("done", progress);
  if (s.loss) line("loss", list({{"loss", *s.loss}}).substr(5));
  line("now", list(s.hypers));
  line("metrics", list(s.metrics));
  if (state == "running") {
    char speed[64];
    std::snprintf(speed, sizeof speed, "%.1f images/s, %s to go", s.samples_per_s, duration(s.eta_s).c_str());
    line("speed", speed);
  }
  line("process", holder ? holder->describe() : "pid " + std::to_string(s.pid) + " on " + s.host + ", gone");
  line("updated", duration(age()) + " ago");
  line("checkpoint", s.checkpoint);
  if (state == "died" || state == "stopped")
    line("next", "posehost run " + s.config + " --work-dir " + work_dir.string() + " --resume");
}

int show() {
  const auto status = ph::read_status(work_dir);
  const auto holder = ph::lock_holder(work_dir);
  const auto state = ph::true_state(status, work_dir);
  if (as_json) {
    std::cout << answer(status, state).dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    print(status, state, holder);
  }
  return state == "died" || state == "failed" ? 1 : 0;
}

}  // namespace

void add_status(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("status", "What a run is doing, or how it ended");
  command->add_option("work_dir", work_dir, "Work dir of the run")->required()->type_name("WORKDIR");
  command->add_flag("--json", as_json, "Answer as JSON");
  command->footer(
      "State: running, finished, stopped (saved, to be resumed), failed, died (killed: it could not say "
      "so).\n"
      "Exit code: 0 running, finished or stopped; 1 failed or died; 4 no run was here.\n"
      "Examples:\n"
      "  posehost status work_dirs/res50\n"
      "  posehost status work_dirs/res50 --json | jq .metrics");
  command->callback([&action] { action = show; });
}
