#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "analyze/training_log.hpp"
#include "embedded.hpp"

namespace ph {

std::vector<std::string> key_aliases(std::string_view key) {
  static const auto& groups = *new nlohmann::json(nlohmann::json::parse(embedded::KEY_ALIASES));
  std::vector<std::string> others;
  for (const auto& [meaning, names] : groups.items()) {
    if (std::find(names.begin(), names.end(), key) == names.end()) continue;
    for (const auto& name : names) {
      const auto& text = name.get_ref<const std::string&>();
      if (text != key && std::find(others.begin(), others.end(), text) == others.end())
        others.push_back(text);
    }
  }
  return others;
}

std::vector<std::pair<std::string, double>> with_aliases(std::vector<std::pair<std::string, double>> values) {
  std::map<std::string, std::vector<double>> others;
  for (const auto& [name, value] : values) {
    for (const auto& alias : key_aliases(name)) others[alias].push_back(value);
  }
  for (const auto& [name, value] : values) others.erase(name);
  for (const auto& [alias, meant] : others) {
    if (meant.size() == 1) values.emplace_back(alias, meant.front());
  }
  return values;
}

}  // namespace ph
