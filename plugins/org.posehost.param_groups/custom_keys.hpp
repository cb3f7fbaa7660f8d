// SPDX-License-Identifier: Apache-2.0
//
// paramwise_cfg.custom_keys: values for parameters whose names contain a text.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <posehost/config.hpp>

#include "rule_input.hpp"

struct CustomKey {
  std::string pattern;
  std::optional<double> lr_mult, decay_mult;
  std::vector<std::pair<std::string, double>> values;  // hyper-parameters set outright
};

class CustomKeys {
 public:
  CustomKeys() = default;
  // Reads the object "custom_keys" of `arguments`, JSON text that has passed the schema.
  explicit CustomKeys(std::string_view arguments);

  // The key that decides for a parameter: the longest that its name contains, among equally long ones
  // the first by alphabet. Null if there is none.
  const CustomKey* find(std::string_view parameter) const;

  // A key with that multiplier, or null.
  const CustomKey* first_with_lr() const;
  const CustomKey* first_with_decay() const;

  // Throws if no name contains one of the texts, or a key sets what the optimizer does not have. Warns of
  // keys that never decide because longer ones do.
  void check(const RuleInput& input, const ph::Host& host) const;

 private:
  std::vector<CustomKey> keys_;  // in the order in which they are tried
};
