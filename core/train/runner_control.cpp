// A run is steered and observed from outside, between its iterations.
#include <nlohmann/json.hpp>

#include "log/log.hpp"
#include "run/run_times.hpp"
#include "train/run_control.hpp"
#include "train/runner.hpp"

namespace ph {
namespace {

// What a steered value is kept under: its role where it has one, which rules call differently.
std::string key_of(const HyperInfo& hyper) {
  return hyper.role == PH_ROLE_NONE ? hyper.name : role_name(hyper.role);
}

}  // namespace

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

// As if the config had said so: groups keep their multipliers, several optimizers their proportions, and
// schedules go on from the new value.
void Runner::steer(const std::string& name, double value) {
  const auto* known = plan_.optimizers->find_hyper(name);
  if (!known || known->initial == 0) {
    log_warn("posehost ctl: " + name +
             (!known ? " is no hyper-parameter of this run"
                     : " is 0 in the config, from which nothing can be scaled"));
    return;
  }
  const auto key = key_of(*known);
  steered_[key] = value / known->initial;
  for (const auto& [part, optimizer, first] : plan_.optimizers->members()) {
    const auto index = optimizer->hyper_index(key);
    if (index < 0) continue;
    for (std::size_t g = 0; g < optimizer->groups().size(); ++g)
      optimizer->set_hyper(g, index, base_of(*optimizer, g, index));
  }
  for (const auto& chain : plan_.schedules) {
    if (chain->hyper() == key) apply_schedule(*chain);
  }
  log_info(known->name + " is " + std::to_string(value) + " from now on, in place of the config's " +
           std::to_string(known->initial));
}

double Runner::base_of(const Optimizer& optimizer, std::size_t group, int index) const {
  const auto at = static_cast<std::size_t>(index);
  const auto base = optimizer.groups()[group].base[at];
  const auto steered = steered_.find(key_of(optimizer.hypers()[at]));
  return steered == steered_.end() ? base : base * steered->second;
}

// {"lr": {"value": 0.01, "config": 0.1}}: a config that has been edited since has the last word.
std::string Runner::steered_state() const {
  if (steered_.empty()) return {};
  Json json = Json::object();
  for (const auto& [key, factor] : steered_) {
    const auto* hyper = plan_.optimizers->find_hyper(key);
    json[key] = {{"value", hyper->initial * factor}, {"config", hyper->initial}};
  }
  return json.dump();
}

void Runner::load_steered(const std::string& text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return;
  for (const auto& [name, entry] : json.items()) {
    const auto* hyper = plan_.optimizers->find_hyper(name);
    if (!hyper || !entry.is_object() || !entry.contains("value") || !entry["value"].is_number()) continue;
    if (entry.value("config", Json()) == Json(hyper->initial)) steer(name, entry["value"].get<double>());
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
