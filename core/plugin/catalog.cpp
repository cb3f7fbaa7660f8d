#include "plugin/catalog.hpp"

#include <algorithm>
#include <utility>

#include "config/error.hpp"
#include "log/log.hpp"
#include "plugin/catalog_impl.hpp"
#include "plugin/negotiation.hpp"
#include "plugin/trust.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

CatalogEntry entry_of(const fs::path& file, PluginTier tier) {
  CatalogEntry entry{file, tier, {}, {}, {}, {}};
  entry.note.file = file;
  try {
    entry.warnings = check_plugin_file(file);
    entry.note = read_note(file);
    judge_note(entry.note);
  } catch (const Error& error) {
    entry.error = std::make_shared<const Error>(error);
    entry.problem = error.what();
  }
  return entry;
}

/// The plugin files of a folder by name, so that every listing has one order.
std::vector<fs::path> files_of(const fs::path& dir) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::directory_iterator at{dir, failure}, end; !failure && at != end; at.increment(failure)) {
    if (at->path().extension() == ".so") files.push_back(at->path());
  }
  if (failure) {
    throw Error(ErrorKind::plugin, dir.string() + ": cannot be listed", failure.message(),
                "a folder that can be read");
  }
  std::sort(files.begin(), files.end());
  return files;
}

void scan_folder(const PluginFolder& folder, std::vector<CatalogEntry>& entries, std::set<fs::path>& seen) {
  std::error_code failure;
  if (!fs::is_directory(folder.dir, failure)) {
    if (!folder.must_exist) return;
    throw Error(ErrorKind::plugin, folder.dir.string() + ": no such plugin folder", {},
                "a folder with plugins");
  }
  try {
    check_not_writable_by_others(folder.dir);
    for (const auto& file : files_of(folder.dir)) {
      // A file that is reachable in two ways is one plugin, in its best tier.
      const auto real = fs::weakly_canonical(file, failure);
      if (seen.insert(failure ? file : real).second) entries.push_back(entry_of(file, folder.tier));
    }
  } catch (const Error& error) {
    CatalogEntry entry{folder.dir, folder.tier, {}, error.what(), std::make_shared<const Error>(error), {}};
    entries.push_back(std::move(entry));
  }
}

}  // namespace

const char* name_of(PluginTier tier) noexcept {
  switch (tier) {
    case PluginTier::named:
      return "named";
    case PluginTier::installed:
      return "installed";
    case PluginTier::bundled:
      return "bundled";
  }
  return "?";
}

std::string short_problem(const CatalogEntry& entry) {
  if (!entry.error) return {};
  const auto& summary = entry.error->summary();
  const auto prefix = entry.file.string() + ": ";
  auto text = summary.compare(0, prefix.size(), prefix) == 0 ? summary.substr(prefix.size()) : summary;
  if (!entry.error->found().empty()) text += ": " + entry.error->found();
  return text;
}

std::string join(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string ComponentRef::qualified_name() const { return entry->note.id + "/" + note->name; }

const PluginLibrary& PluginCatalog::Impl::open(const CatalogEntry& entry) {
  const auto known = libraries.find(&entry);
  if (known != libraries.end()) return known->second;
  for (const auto& warning : entry.warnings) warn_once(warning);
  return libraries.emplace(&entry, PluginLibrary::open(entry.file, check)).first->second;
}

void PluginCatalog::Impl::warn_once(const std::string& text) {
  if (warned.insert(text).second) log_warn(text);
}

PluginCatalog PluginCatalog::scan(const std::vector<PluginFolder>& folders, HashCheck check) {
  PluginCatalog catalog;
  catalog.impl_ = std::make_shared<Impl>();
  catalog.impl_->folders = folders;
  catalog.impl_->check = std::move(check);
  std::set<fs::path> seen;
  for (const auto& folder : folders) scan_folder(folder, catalog.impl_->entries, seen);
  std::stable_sort(catalog.impl_->entries.begin(), catalog.impl_->entries.end(),
                   [](const auto& a, const auto& b) { return a.tier < b.tier; });
  return catalog;
}

const std::vector<CatalogEntry>& PluginCatalog::entries() const noexcept { return impl_->entries; }
const std::vector<PluginFolder>& PluginCatalog::folders() const noexcept { return impl_->folders; }

std::vector<ComponentRef> PluginCatalog::components(std::string_view kind) const {
  std::vector<ComponentRef> all;
  for (const auto& entry : impl_->entries) {
    if (entry.error) continue;
    for (const auto& note : entry.note.components) {
      if (note.kind == kind) all.push_back({&entry, &note});
    }
  }
  return all;
}

std::vector<const CatalogEntry*> PluginCatalog::loaded() const {
  std::vector<const CatalogEntry*> files;
  for (const auto& entry : impl_->entries) {
    if (impl_->libraries.count(&entry) > 0) files.push_back(&entry);
  }
  return files;
}

const LoadedComponent& PluginCatalog::load(const ComponentRef& ref) const {
  for (const auto& component : impl_->open(*ref.entry).components()) {
    if (component.kind == ref.note->kind && component.name == ref.note->name) return component;
  }
  throw Error(ErrorKind::plugin,
              ref.entry->file.string() + ": the plugin changed while this program was running",
              "no component " + ref.qualified_name() + " any more", {}, "start again");
}

}  // namespace ph
