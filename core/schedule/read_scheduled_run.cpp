// What schedules need of a config, without model and data.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "schedule/scheduled_run.hpp"

namespace ph {
namespace {

/// An optimizer of the config, under the name of its part of the network; "" for the only one.
struct Named {
  std::string part;
  Node config;
  std::shared_ptr<PluginInstance> rule;
  std::vector<HyperInfo> hypers;
  std::vector<std::vector<double>> groups = {};
};

// "optimizer.backbone.paramwise_cfg"
std::string dotted(const Node& node) {
  auto path = node.path().substr(1);
  std::replace(path.begin(), path.end(), '/', '.');
  return path;
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

Named read_one(const PluginCatalog& catalog, const std::string& part, const Node& config) {
  Json args = config.json();
  for (const char* key : {"paramwise_cfg", "constructor", "others"}) args.erase(key);
  const auto type = config.at("type");
  auto rule = std::make_shared<PluginInstance>(
      catalog.load(catalog.resolve(PH_KIND_OPTIMIZER, type.string(), type)), config.with(args));
  auto hypers = hypers_of(*rule);
  return {part, config, std::move(rule), std::move(hypers)};
}

// An optimizer and the one that its "others" names, under the names that a run gives them.
void read_part(const PluginCatalog& catalog, const std::string& part, const Node& config,
               std::vector<Named>& all) {
  auto one = read_one(catalog, part, config);
  const auto others = config.find("others");
  if (others && part.empty()) one.part = one.rule->component().name;
  all.push_back(std::move(one));
  if (others) all.push_back(read_one(catalog, part.empty() ? "others" : part + ".others", *others));
}

std::vector<Named> read_optimizers(const PluginCatalog& catalog, const Node& optimizer) {
  std::vector<Named> all;
  if (optimizer.has("type")) {
    read_part(catalog, "", optimizer, all);
    return all;
  }
  for (const auto& part : optimizer.keys()) {
    if (optimizer.has(part)) read_part(catalog, part, optimizer.at(part), all);
  }
  return all;
}

std::vector<double> with_overrides(const std::vector<HyperInfo>& hypers, const Node& overrides) {
  std::vector<double> values;
  for (const auto& hyper : hypers) values.push_back(hyper.initial);
  for (const auto& key : overrides.keys()) {
    const int index = find_hyper(hypers, key);
    if (index < 0) {
      std::vector<std::string> known;
      for (const auto& hyper : hypers) known.push_back(hyper.name);
      throw overrides.at(key).error("the optimizer has no such hyper-parameter", joined(known),
                                    did_you_mean(key, known));
    }
    const double value = overrides.at(key).f64();
    if (!std::isfinite(value)) throw overrides.at(key).error("not a finite number", "a number");
    values[static_cast<std::size_t>(index)] = value;
  }
  return values;
}

// Whose group it is, and what it overrides.
std::pair<Named*, Node> owner_of(const Node& group, std::vector<Named>& optimizers) {
  if (!group.is_object())
    throw group.error("no parameter group", "an object of hyper-parameters", "--group '{\"lr\": 0.1}'");
  if (optimizers.size() == 1) return {&optimizers.front(), group};
  std::vector<std::string> parts;
  for (const auto& one : optimizers) parts.push_back(one.part);
  const auto part = group.find("optimizer");
  if (!part) {
    throw group.error("of which optimizer is this group? The config has several",
                      "\"optimizer\" in it: " + joined(parts),
                      "--group '{\"optimizer\": \"" + parts.front() + "\", \"lr\": 0.1}'");
  }
  const auto found = std::find_if(optimizers.begin(), optimizers.end(),
                                  [&](const auto& one) { return one.part == part->string(); });
  if (found == optimizers.end())
    throw part->error("no such optimizer", joined(parts), did_you_mean(part->string(), parts));
  Json rest = group.json();
  rest.erase("optimizer");
  return {&*found, group.with(rest)};
}

}  // namespace

ScheduledRun read_scheduled_run(const Node& config, const PluginCatalog& catalog,
                                std::int64_t iters_per_epoch, const std::vector<Node>& groups) {
  ScheduledRun run;
  run.length = read_run_length(config, iters_per_epoch);
  auto optimizers = read_optimizers(catalog, config.at("optimizer"));
  for (const auto& group : groups) {
    const auto [owner, overrides] = owner_of(group, optimizers);
    owner->groups.push_back(with_overrides(owner->hypers, overrides));
  }
  std::vector<std::vector<HyperInfo>> each;
  for (const auto& one : optimizers) each.push_back(one.hypers);
  run.hypers = shared_hypers(each);
  std::string description;
  for (auto& one : optimizers) {
    const auto prefix = one.part.empty() ? "" : one.part + ": ";
    description += (description.empty() ? "" : ", ") + prefix + one.rule->qualified_name();
    if (one.groups.empty()) {
      one.groups.push_back(with_overrides(one.hypers, Node::parse("{}")));
      for (const char* key : {"paramwise_cfg", "constructor"}) {
        if (!one.config.has(key)) continue;
        run.notes.push_back(dotted(one.config.at(key)) +
                            " makes groups of the model's parameters, which is not looked at: shown is one "
                            "without overrides; --group stands for others");
        break;
      }
    }
    run.add_groups(prefix + one.rule->component().name, one.hypers, one.groups);
  }
  run.length.n_groups = static_cast<std::int64_t>(run.groups.size());
  run.schedules = read_schedules(catalog, config, run.hypers, description);
  for (const auto& chain : run.schedules) chain->check(run.length);
  return run;
}

}  // namespace ph
