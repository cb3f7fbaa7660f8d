// A run is steered and observed from outside, between its iterations.
#include <nlohmann/json.hpp>

#include "log/log.hpp"
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
    view_.stop = "posehost ctl";
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

// As if the config had said so: groups keep their multipliers, schedules go on from the new value.
void Runner::steer(const std::string& name, double value) {
  auto& optimizer = *plan_.optimizer;
  const auto index = optimizer.hyper_index(name);
  const auto known = index >= 0 ? optimizer.hypers()[static_cast<std::size_t>(index)] : HyperInfo{};
  if (index < 0 || known.initial == 0) {
    log_warn("posehost ctl: " + name +
             (index < 0 ? " is no hyper-parameter of this run"
                        : " is 0 in the config, from which nothing can be scaled"));
    return;
  }
  steered_[index] = value / known.initial;
  for (std::size_t g = 0; g < optimizer.groups().size(); ++g)
    optimizer.set_hyper(g, index, base_of(g, index));
  for (const auto& chain : plan_.schedules) {
    if (optimizer.hyper_index(chain->role()) == index) apply_schedule(*chain);
  }
  log_info(known.name + " is " + std::to_string(value) + " from now on, in place of the config's " +
           std::to_string(known.initial));
}

double Runner::base_of(std::size_t group, int index) const {
  const auto base = plan_.optimizer->groups()[group].base[static_cast<std::size_t>(index)];
  const auto steered = steered_.find(index);
  return steered == steered_.end() ? base : base * steered->second;
}

// {"lr": {"value": 0.01, "config": 0.1}}: a config that has been edited since has the last word.
std::string Runner::steered_state() const {
  if (steered_.empty()) return {};
  Json json = Json::object();
  for (const auto& [index, factor] : steered_) {
    const auto& hyper = plan_.optimizer->hypers()[static_cast<std::size_t>(index)];
    json[hyper.name] = {{"value", hyper.initial * factor}, {"config", hyper.initial}};
  }
  return json.dump();
}

void Runner::load_steered(const std::string& text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return;
  for (const auto& [name, entry] : json.items()) {
    const auto index = plan_.optimizer->hyper_index(name);
    if (index < 0 || !entry.is_object() || !entry.contains("value") || !entry["value"].is_number()) continue;
    const auto& hyper = plan_.optimizer->hypers()[static_cast<std::size_t>(index)];
    if (entry.value("config", Json()) == Json(hyper.initial)) steer(hyper.name, entry["value"].get<double>());
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
  status.hypers.clear();
  const auto& hypers = plan_.optimizer->hypers();
  for (std::size_t i = 0; i < hypers.size(); ++i)
    status.hypers.emplace_back(hypers[i].name, plan_.optimizer->hyper(0, static_cast<int>(i)));
  status.metrics = view_.metrics;
  const auto written = writer_.written();
  status.checkpoint = (written.empty() ? resumed_from_ : written).string();
}

}  // namespace ph
