#include "train/session.hpp"

#include <torch/version.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <ctime>

#include "log/log.hpp"
#include "run/place.hpp"
#include "system/resource_error.hpp"
#include "tensor/safetensors.hpp"
#include "tools/picture.hpp"
#include "train/run_control.hpp"
#include "train/run_summary.hpp"
#include "train/runner.hpp"

namespace ph {
namespace {

// mmcv's name for the files of one start: "20261124_083000".
std::string timestamp() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d_%H%M%S", localtime_r(&now, &local));
  return text;
}

// "20261124_083000.log", also with a number behind.
bool is_log_of_run(const std::string& file) {
  if (file.size() < 19 || file.compare(file.size() - 4, 4, ".log") != 0) return false;
  for (std::size_t i = 0; i < 15; ++i) {
    if (i == 8 ? file[i] != '_' : std::isdigit(static_cast<unsigned char>(file[i])) == 0) return false;
  }
  return true;
}

// Two starts within a second, or two runs, must not share their logs. Logs are read in the order of their
// names: after the clock was set back, a new one goes on from the name of the last.
std::string free_run_name(const std::filesystem::path& dir) {
  auto base = timestamp();
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(dir, none)) {
    const auto other = entry.path().filename().string();
    if (is_log_of_run(other)) base = std::max(base, other.substr(0, base.size()));
  }
  auto name = base;
  for (int i = 1; std::filesystem::exists(dir / (name + ".log")); ++i) {
    char count[16];
    std::snprintf(count, sizeof count, "_%03d", i);  // "_10" would come before "_2"
    name = base + count;
  }
  return name;
}

void make_work_dir(const RunPlan& plan) {
  std::error_code failed;
  std::filesystem::create_directories(plan.work_dir, failed);
  if (failed || access(plan.work_dir.c_str(), W_OK) != 0) {
    throw Error(ErrorKind::environment, plan.work_dir.string() + ": the work dir cannot be written",
                failed ? failed.message() : "no permission to write", "a folder that can be made and written",
                "--work-dir DIR");
  }
}

void describe_start(const RunPlan& plan) {
  const auto& length = plan.length;
  log_info("posehost " POSEHOST_VERSION ", LibTorch " TORCH_VERSION ", " +
           std::to_string(plan.compute.threads) + " threads, device " + plan.compute.device.str() +
           ", precision " + name_of_precision(plan.compute.precision) + ", seed " +
           std::to_string(plan.seed));
  for (const auto& line : describe_environment(plan)) log_info(line);
  for (const auto& note : plan.compute.notes) log_info(note);
  for (const auto* loader : {plan.train.get(), plan.val.get()}) {
    if (!loader) continue;
    for (const auto& line : loader->dataset().report())
      log_info(std::string(loader == plan.train.get() ? "train: " : "val: ") + line);
  }
  if (plan.images)
    log_info("images: decoded once and kept, up to " + std::to_string(plan.images->capacity() >> 20) + " MB");
  for (const auto& assumption : plan.train->dataset().info().assumptions) log_info("assumed: " + assumption);
  for (const auto& metric : plan.metrics) {
    for (const auto& assumption : metric->assumptions()) log_info("assumed: " + assumption);
  }
  for (const auto& line : plan.weights_report) log_info(line);
  for (const auto& line : plan.hooks.listing()) log_info(line);
  std::string flow;
  for (const auto& entry : plan.workflow) {
    flow += (flow.empty() ? "('" : ", ('") + std::string(entry.train ? "train" : "val") + "', " +
            std::to_string(entry.times) + ")";
  }
  log_info("workflow: [" + flow + "], max: " +
           (length.by_epoch ? std::to_string(length.max_epochs) + " epochs"
                            : std::to_string(length.max_iters) + " iters"));
}

void summarize(const RunPlan& plan, const RunOptions& options, const RunResult& result) {
  if (result.finished && !result.stop_reason.empty()) log_info("ended   by " + result.stop_reason);
  const auto command = "posehost run " + options.config.string() + " --work-dir " + plan.work_dir.string() +
                       (options.locked ? " --locked" : "");
  log_info(result.finished ? "next    " + command + " --resume --set total_epochs=" +
                                 std::to_string(plan.length.max_epochs + plan.length.max_epochs / 2 + 1) +
                                 "   (train longer)"
                           : "next    " + command + " --resume");
}

// Everything once the work dir is this run's alone.
int run_controlled(RunPlan& plan, const RunOptions& options, const std::string& name, RunControl& control) {
  const auto before = state_of_folder(plan.work_dir);
  write_file_atomically(plan.work_dir / "config.json", pretty_config(plan.config, true) + "\n");
  describe_start(plan);

  Runner runner(plan, name, options.stop_after_s);
  runner.attach(control);
  if (!plan.resume.empty()) {
    runner.resume(plan.resume);
  } else if (options.resume == "auto") {
    log_info("--resume: nothing saved in " + plan.work_dir.string() + " yet, starting anew");
  }
  const auto result = runner.run();
  std::filesystem::path picture;
  if (result.finished && plan.val && !result.predictions.empty()) {
    picture = plan.work_dir / "val_samples.png";
    write_samples_picture(picture, plan.val->dataset(), result.predictions);
  }
  for (const auto& line : describe_end(plan, result, picture, before)) log_info(line);
  summarize(plan, options, result);
  control.end(result.finished ? "finished" : "stopped", result.stop_reason,
              result.finished ? 0 : kExitRequeue);
  return result.finished ? 0 : kExitRequeue;
}

}  // namespace

int run_session(const RunOptions& options) {
  auto plan = make_plan(options);
  if (options.dry_run) {
    for (const auto& line : describe_plan(plan)) std::printf("%s\n", line.c_str());
    return 0;
  }
  make_work_dir(plan);
  const auto name = free_run_name(plan.work_dir);
  RunControl control(plan, name, options.config.string());
  log_to_file(plan.work_dir / (name + ".log"));
  try {
    return run_controlled(plan, options, name, control);
  } catch (const Error& error) {
    control.end("failed", error.summary(), error.exit_code());
    throw;
  } catch (const std::exception& error) {
    const auto iteration = place().iteration.load();
    const auto resource = resource_error(
        error, iteration > 0 ? "in iteration " + std::to_string(iteration) : "before the first iteration");
    control.end("failed", resource ? resource->summary() : error.what(),
                resource ? resource->exit_code() : 5);
    if (resource) throw Error(*resource);
    throw;
  }
}

}  // namespace ph
