#include "schedule/scheduled_run.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace ph {
namespace {

std::string names_of(const std::vector<HyperInfo>& hypers) {
  std::string all;
  for (const auto& hyper : hypers) all += (all.empty() ? "" : ", ") + hyper.name;
  return all;
}

std::vector<double> with_overrides(const std::vector<HyperInfo>& hypers, const Node& overrides) {
  std::vector<double> values;
  for (const auto& hyper : hypers) values.push_back(hyper.initial);
  if (!overrides.is_object())
    throw overrides.error("no parameter group", "an object of hyper-parameters", "--group '{\"lr\": 0.1}'");
  for (const auto& key : overrides.keys()) {
    const int index = find_hyper(hypers, key);
    if (index < 0) {
      std::vector<std::string> known;
      for (const auto& hyper : hypers) known.push_back(hyper.name);
      throw overrides.at(key).error("the optimizer has no such hyper-parameter", names_of(hypers),
                                    did_you_mean(key, known));
    }
    const double value = overrides.at(key).f64();
    if (!std::isfinite(value)) throw overrides.at(key).error("not a finite number", "a number");
    values[static_cast<std::size_t>(index)] = value;
  }
  return values;
}

}  // namespace

std::vector<std::size_t> ScheduledRun::columns() const {
  std::vector<std::size_t> all;
  for (const auto role : {PH_ROLE_LR, PH_ROLE_MOMENTUM}) {
    for (std::size_t i = 0; i < hypers.size(); ++i) {
      if (hypers[i].role == role) all.push_back(i);
    }
  }
  for (const auto& chain : schedules) {
    const auto index = static_cast<std::size_t>(find_hyper(hypers, chain->hyper()));
    if (std::find(all.begin(), all.end(), index) == all.end()) all.push_back(index);
  }
  return all;
}

double ScheduledRun::value(std::int64_t iter, std::size_t group, std::size_t column) const {
  for (const auto& chain : schedules) {
    if (find_hyper(hypers, chain->hyper()) != static_cast<int>(column)) continue;
    const auto epoch = length.iters_per_epoch > 0 ? iter / length.iters_per_epoch : 0;
    return chain->value(length, {epoch, iter, iter}, static_cast<std::int64_t>(group), base[group][column]);
  }
  return base[group][column];
}

ScheduledRun read_scheduled_run(const Node& config, const PluginCatalog& catalog,
                                std::int64_t iters_per_epoch, const std::vector<Node>& groups) {
  ScheduledRun run;
  run.length = read_run_length(config, iters_per_epoch);
  const auto optimizer = config.at("optimizer"), type = optimizer.at("type");
  Json args = optimizer.json();
  for (const char* key : {"paramwise_cfg", "constructor", "others"}) args.erase(key);
  const PluginInstance rule{catalog.load(catalog.resolve(PH_KIND_OPTIMIZER, type.string(), type)),
                            optimizer.with(args)};
  run.hypers = hypers_of(rule);
  for (const auto& group : groups) run.base.push_back(with_overrides(run.hypers, group));
  if (groups.empty()) {
    run.base.push_back(with_overrides(run.hypers, Node::parse("{}")));
    if (optimizer.has("paramwise_cfg"))
      run.notes.emplace_back(
          "optimizer.paramwise_cfg makes groups of the model's parameters, which is not looked at: shown is "
          "one "
          "without overrides; --group stands for others");
  }
  if (optimizer.has("others")) run.notes.push_back("of several optimizers, that of " + type.string());
  run.length.n_groups = static_cast<std::int64_t>(run.base.size());
  run.schedules = read_schedules(catalog, config, run.hypers, rule.qualified_name());
  for (const auto& chain : run.schedules) chain->check(run.length);
  return run;
}

}  // namespace ph
