// SPDX-License-Identifier: Apache-2.0
#include "custom_keys.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include <posehost/failure.hpp>

#include "names.hpp"

namespace {

using Json = nlohmann::ordered_json;

CustomKey read_key(const std::string& pattern, const Json& entry) {
  CustomKey key{pattern, {}, {}, {}};
  for (const auto& [name, value] : entry.items()) {
    if (name == "lr_mult")
      key.lr_mult = value.get<double>();
    else if (name == "decay_mult")
      key.decay_mult = value.get<double>();
    else
      key.values.emplace_back(name, value.get<double>());
  }
  return key;
}

void check_values(const CustomKey& key, const RuleInput& input) {
  for (const auto& [name, value] : key.values) {
    const auto place = "custom_keys \"" + key.pattern + "\": ";
    if (!input.has_hyper(name)) {
      auto known = input.hypers;
      known.insert(known.begin(), {"lr_mult", "decay_mult"});
      std::string all;
      for (const auto& word : known) all += (all.empty() ? "" : ", ") + word;
      const auto near = nearest_word(name, known);
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        place + "the optimizer has no \"" + name + "\"; expected one of " + all +
                            (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    }
    if ((name == "lr" && key.lr_mult) || (name == "weight_decay" && key.decay_mult))
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        place + name + " and a multiplier of it; expected one of the two");
  }
}

}  // namespace

CustomKeys::CustomKeys(std::string_view arguments) {
  const auto json = Json::parse(arguments);
  const auto found = json.find("custom_keys");
  if (found == json.end() || found->is_null()) return;
  for (const auto& [pattern, entry] : found->items()) keys_.push_back(read_key(pattern, entry));
  std::sort(keys_.begin(), keys_.end(), [](const auto& a, const auto& b) {
    if (a.pattern.size() != b.pattern.size()) return a.pattern.size() > b.pattern.size();
    return a.pattern < b.pattern;
  });
}

const CustomKey* CustomKeys::find(std::string_view parameter) const {
  for (const auto& key : keys_)
    if (contains(parameter, key.pattern)) return &key;
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

void CustomKeys::check(const RuleInput& input, const ph::Host& host) const {
  const auto names = input.names();
  for (const auto& key : keys_) {
    check_values(key, input);
    if (!check_used("custom_keys", key.pattern, names)) {
      host.warning("custom_keys \"" + key.pattern + "\" is in the name of no parameter");
      continue;
    }
    const bool decides =
        std::any_of(names.begin(), names.end(), [&](const auto& name) { return find(name) == &key; });
    if (!decides)
      host.warning("custom_keys \"" + key.pattern +
                   "\" never decides: longer keys do for all its parameters");
  }
}
