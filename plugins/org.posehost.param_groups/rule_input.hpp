// SPDX-License-Identifier: Apache-2.0
//
// What the host tells a rule, and what the rule answers (abi.h, ph_param_groups_api).
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct Param {
  std::string name, module, module_class;
  std::size_t dims = 0;
  bool norm = false, bias = false, depthwise = false, dcn = false, requires_grad = true;
  std::string alias_of;  // "" for the first of its name
};

struct RuleInput {
  explicit RuleInput(std::string_view text);

  std::vector<Param> params;        // in depth-first order
  std::vector<std::string> hypers;  // of the optimizer
  nlohmann::ordered_json optimizer;
  bool mmengine = false;  // mmpose 1.x: mmengine's rules in place of mmcv's

  bool has_hyper(std::string_view name) const;
  // What the config says of the optimizer, if it is a number.
  std::optional<double> argument(const char* name) const;
  std::vector<std::string> names() const;
};

class RuleAnswer {
 public:
  // Values that differ from the optimizer's arguments, by name.
  void override_values(const std::string& param, const nlohmann::ordered_json& values,
                       const std::string& why);
  void freeze(const std::string& param, const std::string& why);
  std::string text() const;

 private:
  nlohmann::ordered_json params_ = nlohmann::ordered_json::array();
};
