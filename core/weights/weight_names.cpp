#include "weights/weight_names.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "embedded.hpp"
#include "weights/final_layers.hpp"

namespace ph {
namespace {

using Json = nlohmann::ordered_json;

const Json& table() {
  static const auto& all = *new Json(Json::parse(embedded::WEIGHT_NAMES));
  return all;
}

/// What stands in files before the names of the part to which `name` belongs, the best guess first; and
/// the part itself.
std::pair<std::string, std::vector<std::string>> forms_of(const std::string& name) {
  for (const auto& row : table()["parts"]) {
    const auto part = row["network"].get<std::string>();
    if (name.starts_with(part)) return {part, row["file"].get<std::vector<std::string>>()};
  }
  return {"", {""}};
}

/// `name` as mmpose 1.x's heatmap head has it, when it is of a head with convolutions before the last one: 0.x numbers all of them
/// below final_layer, 1.x has conv_layers and a last layer by itself. `last`: the last one's number.
std::string name_in_1x(const std::string& name, int last) {
  const auto [number, before, rest] = numbered_name(name, "final_layer.");
  if (number < 0) return {};
  return number == last ? "final_layer." + rest : "conv_layers." + std::to_string(number) + "." + rest;
}

}  // namespace

bool is_volatile(const std::string& fact) {
  const auto& names = table()["volatile"];
  return std::find(names.begin(), names.end(), fact.substr(fact.rfind('.') + 1)) != names.end();
}

std::string what_is_not_used(const std::string& name) {
  for (const auto& row : table()["not_used"]) {
    if (name.starts_with(row["begins"].get<std::string>())) return row["what"];
  }
  return {};
}

std::string without_wrappers(std::string name) {
  const auto& wrappers = table()["wrappers"];
  for (bool again = true; again;) {
    again = false;
    for (const auto& item : wrappers) {
      const auto wrapper = item.get<std::string>();
      if (!name.starts_with(wrapper) || name.size() == wrapper.size()) continue;
      name.erase(0, wrapper.size());
      again = true;
    }
  }
  return name;
}

bool is_averaged(const std::string& key) {
  const auto& keys = table()["averaged"];
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

NameMatch match_names(const std::vector<std::string>& network, const std::vector<std::string>& file,
                      const std::string& part, const std::string& prefix) {
  NameMatch match;
  std::set<std::string> left(file.begin(), file.end());
  std::string used = "?";  // the form of `part` that the file has
  int last = -1;
  for (const auto& name : network) last = std::max(last, numbered_name(name, "final_layer.").number);
  for (const auto& name : network) {
    auto [own, forms] = forms_of(part + name);
    if (!prefix.empty()) own = part, forms = {prefix};
    bool found = false;
    for (const auto& form : forms) {
      auto in_file = form + (part + name).substr(own.size());
      if (left.erase(in_file) == 0) {
        const auto newer = name_in_1x(name, last);
        in_file = form + newer;
        if (newer.empty() || left.erase(in_file) == 0) continue;
      }
      match.in_file[name] = in_file;
      if (used == "?" || form.size() > used.size()) used = form;
      found = true;
      break;
    }
    if (!found) match.missing.push_back(name);
  }
  for (const auto& name : left) {
    const auto what = what_is_not_used(name);
    if (!part.empty() && (used == "?" || !name.starts_with(used))) continue;
    if (what.empty()) {
      match.unexpected.push_back(name);
    } else {
      ++match.not_used[what];
    }
  }
  return match;
}

}  // namespace ph
