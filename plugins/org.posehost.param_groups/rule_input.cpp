// SPDX-License-Identifier: Apache-2.0
#include "rule_input.hpp"

#include <algorithm>

using Json = nlohmann::ordered_json;

RuleInput::RuleInput(std::string_view text) {
  const auto json = Json::parse(text);
  optimizer = json.at("optimizer");
  hypers = json.at("hypers").get<std::vector<std::string>>();
  mmengine = json.value("compat", "") == "1.x";  // older hosts do not say
  for (const auto& p : json.at("params")) {
    Param param;
    param.name = p.at("name").get<std::string>();
    param.module = p.at("module").get<std::string>();
    param.module_class = p.at("module_class").get<std::string>();
    param.dims = p.at("shape").size();
    param.norm = p.at("is_norm").get<bool>();
    param.bias = p.at("is_bias").get<bool>();
    param.depthwise = p.at("is_depthwise").get<bool>();
    param.dcn = p.at("is_dcn").get<bool>();
    param.requires_grad = p.at("requires_grad").get<bool>();
    const auto alias = p.find("alias_of");
    if (alias != p.end() && alias->is_string()) param.alias_of = alias->get<std::string>();
    params.push_back(std::move(param));
  }
}

bool RuleInput::has_hyper(std::string_view name) const {
  return std::find(hypers.begin(), hypers.end(), name) != hypers.end();
}

std::optional<double> RuleInput::argument(const char* name) const {
  const auto found = optimizer.find(name);
  if (found == optimizer.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

std::vector<std::string> RuleInput::names() const {
  std::vector<std::string> all;
  for (const auto& param : params) all.push_back(param.name);
  return all;
}

void RuleAnswer::override_values(const std::string& param, const Json& values, const std::string& why) {
  params_.push_back({{"name", param}, {"overrides", values}, {"why", why}});
}

void RuleAnswer::freeze(const std::string& param, const std::string& why) {
  params_.push_back({{"name", param}, {"overrides", Json::object()}, {"freeze", true}, {"why", why}});
}

std::string RuleAnswer::text() const { return Json{{"params", params_}}.dump(); }
