// Hyper-parameters that somebody sets while a run goes on, and where the next values come from.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "log/log.hpp"
#include "log/number_text.hpp"
#include "schedule/judge_schedules.hpp"
#include "schedule/read_schedules.hpp"
#include "train/run_schedules.hpp"
#include "train/runner.hpp"

namespace ph {
namespace {

// A run goes on as it was where it cannot do what it was asked.
void warn(const std::string& why) { log_warn("posehost ctl: " + why + "; nothing was set"); }

}  // namespace

void Runner::steer(const std::string& name, double value) {
  const auto* known = plan_.optimizers->find_hyper(name);
  if (known == nullptr) return warn(name + " is no hyper-parameter of this run");
  const auto* chain = chain_of(key_of(*known));
  try {
    if (chain != nullptr && ignores_base(*chain, plan_.length, known->initial))
      steer_schedule(*chain, *known, value);
    else
      steer_base(*known, value);
  } catch (const Error& error) {
    warn(error.summary() + ": " + error.found() + ", expected " + error.expected());
  }
}

// As if the config had said so: groups keep their multipliers, several optimizers their proportions, and
// schedules go on from the new value.
void Runner::steer_base(const HyperInfo& known, double value) {
  if (known.initial == 0) return warn(known.name + " is 0 in the config, from which nothing can be scaled");
  const auto key = key_of(known);
  const double factor = value / known.initial;
  for (const auto& member : plan_.optimizers->members()) {
    const auto index = member.optimizer->hyper_index(key);
    if (index < 0) continue;
    const auto& own = member.optimizer->hypers()[static_cast<std::size_t>(index)];
    member.optimizer->check_hyper(index, &own == &known ? value : own.initial * factor);
  }
  set_steered(key, factor, false);
  log_info(known.name + " is " + number_text(value) + " from now on, in place of the config's " +
           number_text(known.initial) + "; " + next_value(key));
}

// The value that holds now, and the schedule's later ones in proportion.
void Runner::steer_schedule(const ScheduleChain& chain, const HyperInfo& known, double value) {
  const auto key = key_of(known);
  const auto run = schedules_of(plan_);
  const auto column = static_cast<std::size_t>(find_hyper(run.hypers, key));
  std::size_t group = 0;
  while (!run.has(group, column)) ++group;
  const double now =
      chain.value(plan_.length, {epoch_, iter_, opt_step_}, static_cast<std::int64_t>(group), known.initial);
  if (now == 0)
    return warn(known.name + " is 0 at this point of " + chain.key() + ", from which nothing can be scaled");
  const double factor = value / now;
  for (const auto& member : plan_.optimizers->members()) {
    const auto index = member.optimizer->hyper_index(key);
    if (index < 0) continue;
    // Its whole way has to be one that a config could name: a momentum stays below 1.
    const auto [low, high] = range_of(run, column);
    if (known.role == PH_ROLE_MOMENTUM && high * factor >= 1)
      return warn(known.name + " would go on to " + number_text(high * factor) + " by " + chain.key());
    member.optimizer->check_hyper(index, low * factor);
    member.optimizer->check_hyper(index, high * factor);
  }
  set_steered(key, factor, true);
  log_info(known.name + " is " + number_text(value) + " now; " + chain.key() + " goes on with " +
           number_text(factor) + " of its values");
}

void Runner::set_steered(const std::string& key, double factor, bool of_schedule) {
  steered_[key] = {factor, of_schedule};
  for (const auto& [part, optimizer, first] : plan_.optimizers->members()) {
    const auto index = optimizer->hyper_index(key);
    if (index < 0) continue;
    for (std::size_t g = 0; g < optimizer->groups().size(); ++g)
      optimizer->set_hyper(g, index, base_of(*optimizer, g, index));
  }
  if (const auto* chain = chain_of(key)) apply_schedule(*chain);
}

const ScheduleChain* Runner::chain_of(const std::string& key) const {
  for (const auto& chain : plan_.schedules)
    if (chain->hyper() == key) return chain.get();
  return nullptr;
}

double Runner::base_of(const Optimizer& optimizer, std::size_t group, int index) const {
  const auto at = static_cast<std::size_t>(index);
  const auto base = optimizer.groups()[group].base[at];
  const auto steered = steered_.find(key_of(optimizer.hypers()[at]));
  return steered == steered_.end() || steered->second.of_schedule ? base : base * steered->second.factor;
}

// "next lr 0.0032, org.posehost.schedules/LinearAnnealing from 0.008": of the first group that has one.
std::string Runner::next_value(const std::string& key) const {
  for (const auto& [part, optimizer, first] : plan_.optimizers->members()) {
    const auto index = optimizer->hyper_index(key);
    if (index < 0) continue;
    const auto base = base_of(*optimizer, 0, index);
    const auto* chain = chain_of(key);
    if (chain == nullptr) return "next " + key + " " + number_text(base);
    const auto from = ignores_base(*chain, plan_.length, base) ? "by " + chain->key() + " alone"
                                                               : "from " + number_text(base);
    return "next " + key + " " + number_text(scheduled(*chain, first, base)) + ", " + chain->description() +
           " " + from;
  }
  return {};
}

// {"lr": {"value": 0.01, "config": 0.1}}, or {"lr": {"factor": 0.5, "schedule": "{…}"}}: a config that has been
// edited since has the last word.
std::string Runner::steered_state() const {
  if (steered_.empty()) return {};
  Json json = Json::object();
  for (const auto& [key, steered] : steered_) {
    const auto* hyper = plan_.optimizers->find_hyper(key);
    if (steered.of_schedule)
      json[key] = {{"factor", steered.factor}, {"schedule", chain_of(key)->text()}};
    else
      json[key] = {{"value", hyper->initial * steered.factor}, {"config", hyper->initial}};
  }
  return json.dump();
}

void Runner::load_steered(const std::string& text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return;
  for (const auto& [name, entry] : json.items()) {
    const auto* hyper = plan_.optimizers->find_hyper(name);
    if (hyper != nullptr && entry.is_object()) load_one_steered(*hyper, entry.dump());
  }
}

void Runner::load_one_steered(const HyperInfo& known, const std::string& text) {
  const auto entry = Json::parse(text);
  const auto is_number = [&](const char* key) { return entry.contains(key) && entry[key].is_number(); };
  const auto key = key_of(known);
  if (is_number("factor") && entry.contains("schedule")) {
    const auto* chain = chain_of(key);
    if (chain != nullptr && entry["schedule"] == Json(chain->text())) {
      set_steered(key, entry["factor"].get<double>(), true);
      log_info(key + " goes on with " + number_text(entry["factor"].get<double>()) + " of the values of " +
               chain->key() + ", as posehost ctl had set it");
      return;
    }
  } else if (is_number("value") && entry.value("config", Json()) == Json(known.initial)) {
    set_steered(key, entry["value"].get<double>() / known.initial, false);
    log_info(key + " goes on from " + number_text(entry["value"].get<double>()) +
             ", as posehost ctl had set it in place of the config's " + number_text(known.initial));
    return;
  }
  log_info(key + ": posehost ctl had set it, the config has been edited since and counts");
}

}  // namespace ph
