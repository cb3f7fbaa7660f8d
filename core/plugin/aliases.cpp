#include "plugin/aliases.hpp"

#include <nlohmann/json.hpp>

#include "embedded.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

/// The table of one kind; null when it has none.
const nlohmann::ordered_json* table_of(std::string_view kind) {
  static const auto& all = *new nlohmann::ordered_json(nlohmann::ordered_json::parse(embedded::ALIASES));
  const auto found = all.find(short_kind(kind));
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> components_for_alias(std::string_view kind, std::string_view name) {
  const auto* table = table_of(kind);
  if (table == nullptr) return {};
  const auto found = table->find(name);
  return found == table->end() ? std::vector<std::string>{} : found->get<std::vector<std::string>>();
}

std::vector<std::string> alias_names(std::string_view kind) {
  std::vector<std::string> names;
  if (const auto* table = table_of(kind)) {
    for (const auto& [name, components] : table->items()) names.push_back(name);
  }
  return names;
}

}  // namespace ph
