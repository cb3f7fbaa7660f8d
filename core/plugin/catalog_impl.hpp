#pragma once
// Shared by the .cpp files of PluginCatalog.
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/catalog.hpp"

namespace ph {

struct PluginCatalog::Impl {
  std::vector<PluginFolder> folders;
  std::vector<CatalogEntry> entries;  // by tier; never changed after the scan: refs point into it
  std::map<const CatalogEntry*, PluginLibrary> libraries;
  std::set<std::string> warned;
  HashCheck check;

  [[nodiscard]] const PluginLibrary& open(const CatalogEntry& entry);
  /// Logs a warning the first time.
  void warn_once(const std::string& text);
};

/// "named", "installed", "bundled".
[[nodiscard]] const char* name_of(PluginTier tier) noexcept;

/// Why a file cannot be used, on one line and without its name.
[[nodiscard]] std::string short_problem(const CatalogEntry& entry);

/// "a, b, c".
[[nodiscard]] std::string join(const std::vector<std::string>& items);

}  // namespace ph
