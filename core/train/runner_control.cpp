// A run is steered and observed from outside, between its iterations.
#include "log/log.hpp"
#include "run/run_times.hpp"
#include "train/run_control.hpp"
#include "train/runner.hpp"

namespace ph {

void Runner::attach(RunControl& control) {
  control_ = &control;
  reported_ = {std::chrono::steady_clock::now(), iter_, 0};
}

void Runner::answer(const RunRequest& request) {
  log_info("posehost ctl: " + request.action + (request.name.empty() ? "" : " " + request.name));
  if (request.action == "stop") {
    asked_to_stop_ = true;
  } else if (request.action == "save") {
    save({"iter_" + std::to_string(iter_) + ".safetensors", true, true, {}});
  } else if (request.action == "evaluate") {
    if (plan_.val) {
      evaluate_now();
    } else {
      log_warn("posehost ctl: the run has nothing to evaluate on");
    }
  } else if (request.action == "set") {
    steer(request.name, request.value);
  }
}

void Runner::report() {
  reported_.samples += samples_done_;
  samples_done_ = 0;
  if (!control_ || !control_->due()) return;
  auto& status = control_->status;
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - reported_.at).count();
  const auto iters = iter_ - reported_.iter;
  if (iters > 0 && seconds > 0) {
    status.samples_per_s = static_cast<double>(reported_.samples) / seconds;
    status.eta_s = seconds / static_cast<double>(iters) * static_cast<double>(plan_.length.max_iters - iter_);
  }
  reported_ = {now, iter_, 0};
  fill_status();
  control_->tell();
}

void Runner::fill_status() {
  auto& status = control_->status;
  status.epoch = epoch_;
  status.iter = iter_;
  // On a GPU asking for it would wait for the device.
  if (plan_.compute.device.is_cpu()) status.loss = log_.current("loss");
  status.hypers = hypers_now(plan_);
  status.metrics = view_.metrics;
  status.times = run_times().sums();
  const auto written = writer_.written();
  status.checkpoint = (written.empty() ? resumed_from_ : written).string();
}

}  // namespace ph
