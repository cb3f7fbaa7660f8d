#include <algorithm>
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

}  // namespace ph
