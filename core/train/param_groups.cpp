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
                   {"alias_of", p.alias_of.empty() ? Json() : Json(p.alias_of)}});
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
      const auto name = text(entry, "name", {});
      const bool known =
          std::any_of(params.begin(), params.end(), [&](const auto& p) { return p.name == name; });
      if (!known || !entries_.emplace(name, entry).second)
        refuse(name, known ? "named twice" : "no such parameter");
    }
  }
  [[nodiscard]] bool frozen(const ParamDescription& param) const {
    const auto found = entries_.find(param.name);
    if (found == entries_.end() || !found->second.contains("freeze")) return false;
    if (!found->second["freeze"].is_boolean()) refuse(param.name, "\"freeze\" is not true or false");
    return found->second["freeze"].get<bool>();
  }
  [[nodiscard]] std::string why(const ParamDescription& param) const {
    const auto found = entries_.find(param.name);
    return found == entries_.end() ? std::string{} : text(found->second, "why", param.name);
  }
  [[nodiscard]] std::vector<double> values(const ParamDescription& param,
                                           const std::vector<HyperInfo>& hypers) const {
    std::vector<double> values;
    for (const auto& hyper : hypers) values.push_back(hyper.initial);
    const auto found = entries_.find(param.name);
    if (found == entries_.end()) return values;
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
  [[nodiscard]] std::string text(const Json& entry, const char* key, const std::string& name) const {
    const auto found = entry.is_object() ? entry.find(key) : entry.end();
    if (found == entry.end()) return {};
    if (!found->is_string()) refuse(name, std::string("\"") + key + "\" is no text");
    return found->get<std::string>();
  }
  [[noreturn]] void refuse(const std::string& name, const std::string& what) const {
    throw Error(ErrorKind::plugin, rule_.qualified_name() + ": parameter \"" + name + "\": " + what, {}, {},
                "report this to the plugin's author");
  }
  const PluginInstance& rule_;
  std::map<std::string, Json> entries_;
};

// By equal values, in the order of first appearance.
std::vector<ParamGroup> merge(const Answer& answer, const std::vector<HyperInfo>& hypers,
                              std::vector<ParamDescription>& params) {
  std::vector<ParamGroup> groups;
  for (std::size_t i = 0; i < params.size(); ++i) {
    auto& param = params[i];
    if (answer.frozen(param) || !param.alias_of.empty()) param.requires_grad = false;
    if (!param.requires_grad) continue;
    const auto values = answer.values(param, hypers);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.base == values; });
    if (group == groups.end()) group = groups.insert(groups.end(), ParamGroup{values, {}, {}, 0});
    group->params.push_back(i);
    group->numel += param.numel;
    const auto why = answer.why(param);
    if (!why.empty() && std::find(group->why.begin(), group->why.end(), why) == group->why.end())
      group->why.push_back(why);
  }
  return groups;
}

}  // namespace

std::vector<ParamGroup> make_param_groups(const PluginCatalog& catalog, const Node& optimizer_config,
                                          const std::string& compat, const std::vector<HyperInfo>& hypers,
                                          std::vector<ParamDescription>& params) {
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
  const auto output = ask(
      rule, {{"optimizer", arguments}, {"hypers", names}, {"compat", compat}, {"params", describe(params)}});
  const Answer answer(rule, output, params);

  auto groups = merge(answer, hypers, params);
  if (groups.empty()) {
    throw Error(ErrorKind::config, optimizer_config.where() + ": nothing to train",
                "no parameter of the model needs a gradient", "at least one",
                "lower frozen_stages, or freeze less");
  }
  return groups;
}

}  // namespace ph
