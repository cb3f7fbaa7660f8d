// SPDX-License-Identifier: Apache-2.0
#include "custom_keys.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include <posehost/failure.hpp>

namespace {

using Json = nlohmann::ordered_json;

std::optional<double> number(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return found->get<double>();
}

// Fewest edits that turn `pattern` into some part of `text` (Sellers): a row of the table per character.
std::size_t edits_to_a_part(std::string_view pattern, std::string_view text) {
  std::vector<std::size_t> row(pattern.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
  std::size_t best = row.back();
  for (const char c : text) {
    std::size_t diagonal = 0;  // a part may begin anywhere
    for (std::size_t i = 1; i < row.size(); ++i) {
      const std::size_t replaced = diagonal + (pattern[i - 1] == c ? 0 : 1);
      diagonal = row[i];
      row[i] = std::min({replaced, row[i] + 1, row[i - 1] + 1});
    }
    best = std::min(best, row.back());
  }
  return best;
}

std::string nearest(std::string_view pattern, std::vector<std::string> names) {
  constexpr std::size_t shown = 3;
  std::stable_sort(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return edits_to_a_part(pattern, a) < edits_to_a_part(pattern, b);
  });
  std::string all;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) all += (i ? ", " : "") + names[i];
  return all;
}

}  // namespace

CustomKeys::CustomKeys(std::string_view arguments) {
  const auto json = Json::parse(arguments);
  const auto found = json.find("custom_keys");
  if (found == json.end() || found->is_null()) return;
  for (const auto& [pattern, entry] : found->items()) {
    if (pattern.empty())
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "custom_keys has an empty key; expected part of a name");
    keys_.push_back({pattern, number(entry, "lr_mult"), number(entry, "decay_mult")});
  }
  std::sort(keys_.begin(), keys_.end(), [](const auto& a, const auto& b) {
    if (a.pattern.size() != b.pattern.size()) return a.pattern.size() > b.pattern.size();
    return a.pattern < b.pattern;
  });
}

const CustomKey* CustomKeys::find(std::string_view parameter) const {
  for (const auto& key : keys_)
    if (parameter.find(key.pattern) != std::string_view::npos) return &key;
  return nullptr;
}

const CustomKey* CustomKeys::first_with_lr() const {
  for (const auto& key : keys_)
    if (key.lr_mult) return &key;
  return nullptr;
}

const CustomKey* CustomKeys::first_with_decay() const {
  for (const auto& key : keys_)
    if (key.decay_mult) return &key;
  return nullptr;
}

void CustomKeys::check_used(const std::vector<std::string>& parameters) const {
  for (const auto& key : keys_) {
    const bool used = std::any_of(parameters.begin(), parameters.end(), [&](const auto& name) {
      return name.find(key.pattern) != std::string::npos;
    });
    if (!used)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "custom_keys \"" + key.pattern +
                            "\" is in the name of no parameter; expected part of a name, such as " +
                            nearest(key.pattern, parameters));
  }
}
