// SPDX-License-Identifier: Apache-2.0
#include "best_rule.hpp"

#include <algorithm>

#include <posehost/failure.hpp>

namespace {

std::string lower(std::string_view text) {
  std::string all(text);
  for (char& c : all)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return all;
}

std::size_t longest_part(const std::vector<std::string>& keys, const std::string& name) {
  std::size_t longest = 0;
  for (const auto& key : keys)
    if (name.find(lower(key)) != std::string::npos) longest = std::max(longest, key.size());
  return longest;
}

}  // namespace

Better BestRule::of(std::string_view metric) const {
  if (fixed) return *fixed;
  const auto name = lower(metric);
  const auto greater = longest_part(greater_keys, name), less = longest_part(less_keys, name);
  if (greater == less)
    throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "save_best \"" + std::string(metric) +
                                                   "\": the name does not tell what is better; expected "
                                                   "rule \"greater\" or \"less\" beside it");
  return greater > less ? Better::greater : Better::less;
}
