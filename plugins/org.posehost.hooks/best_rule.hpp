// SPDX-License-Identifier: Apache-2.0
//
// Whether more or less of a metric is better.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

enum class Better { greater, less };

// Parts of metrics' names, compared without regard to case; the longest that fits decides.
struct BestRule {
  std::optional<Better> fixed;  // said by the user
  std::vector<std::string> greater_keys{"acc", "ap", "ar", "pck", "auc"};
  std::vector<std::string> less_keys{"loss", "epe", "nme", "mpjpe"};

  // Throws a Failure that asks for a rule where the name does not tell.
  Better of(std::string_view metric) const;
};
