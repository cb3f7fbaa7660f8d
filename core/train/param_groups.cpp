#include "train/param_groups.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "plugin/sink.hpp"

namespace ph {
namespace {

Json describe(const std::vector<ParamDescription>& params) {
  Json all = Json::array();
  for (const auto& p : params) {
    all.push_back({{"name", p.name},
                   {"shape", p.shape},
                   {"numel", p.numel},
                   {"module", p.module},
                   {"module_class", p.module_class},
                   {"is_norm", p.is_norm},
                   {"is_bias", p.is_bias},
                   {"is_depthwise", p.is_depthwise},
                   {"is_dcn", p.is_dcn},
                   {"requires_grad", p.requires_grad},
                   {"alias_of", nullptr}});
  }
  return all;
}

// Runs the plugin: JSON in, JSON out.
Json ask(const PluginInstance& rule, const Json& input) {
  const auto text = input.dump();
  StringSink sink;
  const auto table = sink.table();
  rule.check(rule.api<ph_param_groups_api>().build(rule.self(), to_ph(text), &table), "build");
  auto output = Json::parse(sink.text, nullptr, false);
  if (!output.is_object() || !output.contains("params") || !output["params"].is_array()) {
    throw Error(ErrorKind::plugin, rule.qualified_name() + ": its answer is not what was asked for",
                sink.text.substr(0, 80), "{\"params\": [{\"name\", \"overrides\", \"why\"}, …]}",
                "report this to the plugin's author");
  }
  return output;
}

class Answer {
 public:
  Answer(const PluginInstance& rule, const Json& output, const std::vector<ParamDescription>& params)
      : rule_{rule} {
    for (const auto& entry : output["params"]) {
      const auto name = entry.value("name", std::string{});
      const bool known =
          std::any_of(params.begin(), params.end(), [&](const auto& p) { return p.name == name; });
      if (!known || !entries_.emplace(name, entry).second)
        refuse(name, known ? "named twice" : "no such parameter");
    }
  }
  // The values of `param`, and the reason in `why`.
  std::vector<double> values(const ParamDescription& param, const std::vector<HyperInfo>& hypers,
                             std::string& why) const {
    std::vector<double> values;
    for (const auto& hyper : hypers) values.push_back(hyper.initial);
    const auto found = entries_.find(param.name);
    if (found == entries_.end()) return values;
    why = found->second.value("why", std::string{});
    const auto overrides = found->second.value("overrides", Json::object());
    for (const auto& [key, value] : overrides.items()) {
      const auto at =
          std::find_if(hypers.begin(), hypers.end(), [&](const auto& h) { return h.name == key; });
      if (at == hypers.end())
        refuse(param.name, "overrides \"" + key + "\", which the optimizer does not have");
      if (!at->per_group) refuse(param.name, "overrides \"" + key + "\", which is one for all groups");
      if (!value.is_number() || !std::isfinite(value.get<double>()))
        refuse(param.name, key + " is no finite number");
      values[static_cast<std::size_t>(at - hypers.begin())] = value.get<double>();
    }
    return values;
  }

 private:
  [[noreturn]] void refuse(const std::string& name, const std::string& what) const {
    throw Error(ErrorKind::plugin, rule_.qualified_name() + ": parameter \"" + name + "\": " + what, {}, {},
                "report this to the plugin's author");
  }
  const PluginInstance& rule_;
  std::map<std::string, Json> entries_;
};

}  // namespace

std::vector<ParamGroup> make_param_groups(const PluginCatalog& catalog, const Node& optimizer_config,
                                          const std::vector<HyperInfo>& hypers,
                                          const std::vector<ParamDescription>& params) {
  std::string name = "DefaultOptimizerConstructor";
  Node asked = optimizer_config;
  if (const auto constructor = optimizer_config.find("constructor")) {
    name = constructor->string();
    asked = *constructor;
  }
  const auto ref = catalog.resolve(PH_KIND_PARAM_GROUPS, name, asked);
  const auto paramwise = optimizer_config.find("paramwise_cfg");
  const auto& component = catalog.load(ref);
  const PluginInstance rule(component, paramwise ? *paramwise : optimizer_config.with(Json::object()));

  Json arguments = optimizer_config.json();
  arguments.erase("paramwise_cfg");
  arguments.erase("constructor");
  std::vector<std::string> names;
  for (const auto& hyper : hypers) names.push_back(hyper.name);
  const auto output = ask(rule, {{"optimizer", arguments}, {"hypers", names}, {"params", describe(params)}});
  const Answer answer(rule, output, params);

  std::vector<ParamGroup> groups;
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (!params[i].requires_grad) continue;
    std::string why;
    const auto values = answer.values(params[i], hypers, why);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.base == values; });
    if (group == groups.end()) group = groups.insert(groups.end(), ParamGroup{values, {}, why, 0});
    group->params.push_back(i);
    group->numel += params[i].numel;
  }
  if (groups.empty()) {
    throw Error(ErrorKind::config, optimizer_config.where() + ": nothing to train",
                "no parameter of the model needs a gradient", "at least one", "lower frozen_stages");
  }
  return groups;
}

}  // namespace ph
