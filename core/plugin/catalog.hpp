#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.hpp"
#include "plugin/library.hpp"
#include "plugin/note.hpp"

namespace ph {

/// Where plugins are looked for, in the order of precedence (abi.md, "Names").
enum class PluginTier { named, installed, bundled };  ///< named: command line, environment, trusted dirs

struct PluginFolder {
  std::filesystem::path dir;
  PluginTier tier;
  bool must_exist;
};

/// A file that was found, with its note or the reason why it cannot be used.
struct CatalogEntry {
  std::filesystem::path file;
  PluginTier tier;
  PluginNote note;      ///< valid when problem is empty
  std::string problem;  ///< what() of the Error
};

/// A component found by name; its file is not loaded yet.
struct ComponentRef {
  const CatalogEntry* entry = nullptr;
  const ComponentNote* note = nullptr;
  [[nodiscard]] std::string qualified_name() const;  ///< "org.posehost.optimizers/Adam"
};

/// All plugin files that can be seen, indexed by their notes; loads a file when something of it is
/// wanted. Main thread.
class PluginCatalog {
 public:
  /// Reads the notes of every *.so in `folders`. Never throws for a bad file: it becomes an entry
  /// with a problem. World-writable files and folders are entries with a problem too.
  [[nodiscard]] static PluginCatalog scan(const std::vector<PluginFolder>& folders);

  [[nodiscard]] const std::vector<CatalogEntry>& entries() const noexcept;

  /// Resolves `name`, bare or "vendor.id/Name", for `kind`. `asked` is where the config asks for it.
  /// Throws Error(plugin): unknown (nearest names, folders searched, broken files), ambiguous in a tier.
  [[nodiscard]] ComponentRef resolve(std::string_view kind, std::string_view name, const Node& asked) const;
  /// All components of a kind, best tier first.
  [[nodiscard]] std::vector<ComponentRef> components(std::string_view kind) const;

  /// The loaded component; opens its library on first use.
  [[nodiscard]] const LoadedComponent& load(const ComponentRef& ref) const;

  /// `plugins.require` and `custom_imports` (design section 2): loads what they name. `all_resolved`
  /// tells whether every type of the config was found without them.
  void require(const Node& config, bool all_resolved) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// The folders for a run: --plugin-dir, POSEHOST_PLUGIN_PATH, trusted `plugins.dirs` of the config,
/// $XDG_DATA_HOME/posehost/plugins, PREFIX/lib/posehost/plugins-local (installed), bundled ones.
/// Untrusted `plugins.dirs` are an error that shows `posehost plugin trust DIR`.
[[nodiscard]] std::vector<PluginFolder> plugin_folders(const std::vector<std::string>& command_line,
                                                       const Node* config);

}  // namespace ph
