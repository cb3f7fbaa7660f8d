// SPDX-License-Identifier: Apache-2.0
//
// paramwise_cfg.custom_keys: multipliers for parameters whose names contain a text.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct CustomKey {
  std::string pattern;
  std::optional<double> lr_mult, decay_mult;
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

  // Throws, with the names that come nearest, if no name contains one of the texts: a spelling mistake
  // would go unnoticed otherwise.
  void check_used(const std::vector<std::string>& parameters) const;

 private:
  std::vector<CustomKey> keys_;  // in the order in which they are tried
};
