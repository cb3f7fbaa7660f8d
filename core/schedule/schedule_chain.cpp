#include "schedule/schedule_chain.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "plugin/sink.hpp"

namespace ph {
namespace {

// mmcv gives warm-up as keys of the policy's own section; here it is a schedule of its own.
constexpr std::array<std::string_view, 4> kWarmupKeys{"warmup", "warmup_iters", "warmup_ratio",
                                                      "warmup_by_epoch"};

bool is_warmup_key(const std::string& key) {
  return std::find(kWarmupKeys.begin(), kWarmupKeys.end(), key) != kWarmupKeys.end();
}

bool has_argument(const ComponentRef& ref, std::string_view name) {
  const auto names = ref.note->arguments();
  return std::find(names.begin(), names.end(), name) != names.end();
}

ph_schedule_point point_of(const RunLength& length, const Progress& at, std::int64_t group, double base,
                           double prev, std::int32_t role) {
  ph_schedule_point point{};
  point.size = sizeof point;
  point.rev = 0;
  point.iter = at.iter;
  point.opt_step = at.opt_step;
  point.epoch = at.epoch;
  point.iters_per_epoch = length.iters_per_epoch;
  point.max_iters = length.max_iters;
  point.max_epochs = length.max_epochs;
  point.by_epoch = length.by_epoch ? 1 : 0;
  point.role = role;
  point.group = group;
  point.base = base;
  point.prev = prev;
  point.n_groups = length.n_groups;
  return point;
}

}  // namespace

const char* role_name(std::int32_t role) noexcept {
  switch (role) {
    case PH_ROLE_LR:
      return "lr";
    case PH_ROLE_MOMENTUM:
      return "momentum";
    case PH_ROLE_WEIGHT_DECAY:
      return "weight_decay";
    default:
      return "";
  }
}

ScheduleChain::ScheduleChain(const PluginCatalog& catalog, const Node& config, std::int32_t role,
                             bool iter_based, std::string hyper)
    : config_{config}, role_{role}, hyper_{hyper.empty() ? role_name(role) : std::move(hyper)} {
  const auto policy = config.find("policy") ? config.find("policy") : config.find("type");
  if (!policy) throw config.error("no policy given", "\"policy\": a schedule, such as \"step\"");

  const auto ref = catalog.resolve(PH_KIND_SCHEDULE, policy->string(), *policy);
  // A policy with an argument of that name keeps it.
  const auto of_warmup = [&](const std::string& key) {
    return is_warmup_key(key) && !has_argument(ref, key);
  };
  Json args = Json::object();
  for (const auto& key : config.keys()) {
    if (key != "policy" && key != "type" && !of_warmup(key)) args[key] = config.at(key).json();
  }
  // As mmcv's iteration-based runner does.
  if (iter_based && !args.contains("by_epoch") && has_argument(ref, "by_epoch")) args["by_epoch"] = false;
  add(catalog, ref, config.with(args));

  const auto mode = config.find("warmup");
  if (!mode) {
    // "warmup": null turns one off that a base config describes.
    const auto names = config.keys();
    if (std::find(names.begin(), names.end(), "warmup") != names.end()) return;
    for (const auto& key : names) {
      if (of_warmup(key) && config.has(key)) {
        throw config.at(key).error("there is no warm-up that it could belong to",
                                   "\"warmup\": constant, linear or exp beside it",
                                   "add warmup, or remove " + key);
      }
    }
    return;
  }
  add_warmup(catalog, *mode);
}

// What the component calls "iters" the config calls "warmup_iters", and so do its errors.
void ScheduleChain::add_warmup(const PluginCatalog& catalog, const Node& mode) {
  constexpr std::array<std::pair<const char*, const char*>, 4> names{{{"mode", "warmup"},
                                                                      {"iters", "warmup_iters"},
                                                                      {"ratio", "warmup_ratio"},
                                                                      {"by_epoch", "warmup_by_epoch"}}};
  Json warm{{"inverse", role_ == PH_ROLE_MOMENTUM}};
  for (const auto& [own, key] : names)
    if (config_.has(key)) warm[own] = config_.at(key).json();
  // mmcv's default ratio differs between the two.
  if (!warm.contains("ratio") && role_ == PH_ROLE_MOMENTUM) warm["ratio"] = 0.9;
  const auto args = config_.with(warm);
  if (!config_.has("warmup_iters"))
    throw mode.error("how long it takes is missing", "\"warmup_iters\" beside it: an integer, above 0",
                     "\"warmup_iters\": 500");
  try {
    add(catalog, catalog.resolve(PH_KIND_SCHEDULE, "warmup", mode), args);
  } catch (const Error& error) {
    for (const auto& [own, key] : names) {
      if (!config_.has(key)) continue;
      const auto wrong = args.at(own).where() + ":";
      if (error.summary().compare(0, wrong.size(), wrong) != 0) continue;
      throw Error(error.kind(), config_.at(key).where() + error.summary().substr(wrong.size() - 1),
                  error.found(), error.expected(), error.advice());
    }
    throw;
  }
}

void ScheduleChain::add(const PluginCatalog& catalog, const ComponentRef& ref, const Node& args) {
  Link link{std::make_unique<PluginInstance>(catalog.load(ref), args), nullptr};
  link.api = &link.instance->api<ph_schedule_api>();
  links_.push_back(std::move(link));
}

std::string ScheduleChain::key() const {
  if (config_.path().empty()) return hyper_;
  auto path = config_.path().substr(1);
  std::replace(path.begin(), path.end(), '/', '.');
  return path;
}

void ScheduleChain::check(const RunLength& length) const {
  const auto point = point_of(length, {}, 0, 1.0, 1.0, role_);
  for (const auto& link : links_) {
    if (link.api->check) link.instance->check(link.api->check(link.instance->self(), &point), "check");
  }
}

double ScheduleChain::value(const RunLength& length, const Progress& at, std::int64_t group,
                            double base) const {
  double value = base;
  for (const auto& link : links_) {
    const auto point = point_of(length, at, group, base, value, role_);
    value = link.api->value(link.instance->self(), &point);
  }
  return value;
}

std::vector<std::pair<std::string, Node>> ScheduleChain::monitors() const {
  std::vector<std::pair<std::string, Node>> all;
  for (const auto& link : links_) {
    if (!link.api->observe) continue;
    const auto monitor = link.instance->args().find("monitor");
    if (monitor && monitor->is_string()) all.emplace_back(monitor->string(), *monitor);
  }
  return all;
}

bool ScheduleChain::observes() const noexcept {
  return std::any_of(links_.begin(), links_.end(), [](const Link& link) { return link.api->observe; });
}

void ScheduleChain::observe(std::int32_t source, const std::vector<std::pair<std::string, double>>& values) {
  std::vector<ph_str> names;
  std::vector<double> numbers;
  for (const auto& [name, value] : values) {
    names.push_back(to_ph(name));
    numbers.push_back(value);
  }
  ph_observation seen{};
  seen.size = sizeof seen;
  seen.source = source;
  seen.names = names.data();
  seen.values = numbers.data();
  seen.n = static_cast<std::int64_t>(names.size());
  for (const auto& link : links_) {
    if (link.api->observe) link.instance->check(link.api->observe(link.instance->self(), &seen), "observe");
  }
}

std::string ScheduleChain::state_name(const Link& link) const {
  return "@schedule/" + hyper_ + "/" + link.instance->qualified_name() + "/state";
}

std::map<std::string, std::string> ScheduleChain::state() const {
  std::map<std::string, std::string> all;
  for (const auto& link : links_) {
    if (!link.api->save_state) continue;
    StringSink sink;
    const auto table = sink.table();
    link.instance->check(link.api->save_state(link.instance->self(), &table), "save_state");
    all[state_name(link)] = std::move(sink.text);
  }
  return all;
}

void ScheduleChain::load_state(const std::map<std::string, std::string>& saved) {
  for (const auto& link : links_) {
    const auto found = saved.find(state_name(link));
    if (found == saved.end() || !link.api->load_state) continue;
    link.instance->check(link.api->load_state(link.instance->self(), to_ph(found->second)), "load_state");
  }
}

std::string ScheduleChain::description() const {
  std::string all;
  for (const auto& link : links_) all += (all.empty() ? "" : ", ") + link.instance->qualified_name();
  return all;
}

}  // namespace ph
