#include "train/session.hpp"

#include <sys/utsname.h>
#include <torch/version.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "log/log.hpp"
#include "system/limits.hpp"
#include "tensor/file_mapping.hpp"
#include "tensor/safetensors.hpp"
#include "tensor/sha256.hpp"
#include "tools/picture.hpp"
#include "train/run_control.hpp"
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

// Two starts within a second, or two runs, must not share their logs.
std::string free_run_name(const std::filesystem::path& dir) {
  const auto base = timestamp();
  auto name = base;
  for (int i = 1; std::filesystem::exists(dir / (name + ".log")); ++i) name = base + "_" + std::to_string(i);
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

// What a run can be made again from.
void describe_environment(const RunPlan& plan) {
  utsname system{};
  uname(&system);
  char memory[64];
  std::snprintf(memory, sizeof memory, "%.1f GiB", static_cast<double>(usable_memory()) / (1 << 30));
  log_info(std::string("host ") + system.nodename + ", " + system.sysname + " " + system.release + ", " +
           std::to_string(usable_cores()) + " usable cores, " + memory + " usable memory" +
           (cpu_quota() > 0 ? ", cgroup's CPU quota " + std::to_string(cpu_quota()) : ""));
  Json config = plan.config.json();
  for (const char* key : {"work_dir", "load_from", "resume_from"}) config.erase(key);
  log_info("config SHA-256 " + sha256(config.dump()));
  for (const auto* entry : plan.plugins->loaded()) {
    log_info("plugin " + entry->note.id + " " + entry->note.version + ", " + entry->file.string() +
             ", SHA-256 " + sha256(FileMapping(entry->file, "a plugin").bytes()));
  }
}

void describe_start(const RunPlan& plan) {
  const auto& length = plan.length;
  log_info("posehost " POSEHOST_VERSION ", LibTorch " TORCH_VERSION ", " +
           std::to_string(plan.compute.threads) + " threads, device " + plan.compute.device.str() +
           ", precision " + (plan.compute.bf16 ? "bf16" : "fp32") + ", seed " + std::to_string(plan.seed));
  describe_environment(plan);
  for (const auto& note : plan.compute.notes) log_info(note);
  for (const auto* loader : {plan.train.get(), plan.val.get()}) {
    if (!loader) continue;
    for (const auto& line : loader->dataset().report())
      log_info(std::string(loader == plan.train.get() ? "train: " : "val: ") + line);
  }
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

void summarize(const RunPlan& plan, const RunOptions& options, const RunResult& result,
               const std::filesystem::path& picture) {
  std::string metrics;
  for (const auto& [name, value] : result.metrics) {
    char text[64];
    std::snprintf(text, sizeof text, "  %s %.4f", name.c_str(), value);
    metrics += text;
  }
  if (!metrics.empty()) log_info("result  " + metrics.substr(2));
  if (!picture.empty()) log_info("picture " + picture.string());
  if (!result.checkpoint.empty()) log_info("weights " + result.checkpoint.string());
  log_info("work dir " + plan.work_dir.string());
  const auto command = "posehost run " + options.config.string() + " --work-dir " + plan.work_dir.string() +
                       (options.locked ? " --locked" : "");
  log_info(result.finished ? "next    " + command + " --resume --set total_epochs=" +
                                 std::to_string(plan.length.max_epochs + plan.length.max_epochs / 2 + 1) +
                                 "   (train longer)"
                           : "next    " + command + " --resume");
}

// Everything once the work dir is this run's alone.
int run_controlled(RunPlan& plan, const RunOptions& options, const std::string& name, RunControl& control) {
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
  summarize(plan, options, result, picture);
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
    control.end("failed", error.what(), 5);
    throw;
  }
}

}  // namespace ph
