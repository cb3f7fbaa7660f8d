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
  std::filesystem::path file;  ///< a folder when the folder itself cannot be used
  PluginTier tier;
  PluginNote note;                      ///< valid when problem is empty; else as much of it as could be read
  std::string problem;                  ///< what() of `error`
  std::shared_ptr<const Error> error;   ///< why the file cannot be used; null when it can
  std::vector<std::string> warnings{};  ///< what is dangerous about the file, one line each
};

/// A component found by name; its file is not loaded yet. Points into the catalog: valid as long as the
/// catalog or a copy of it lives.
struct ComponentRef {
  const CatalogEntry* entry = nullptr;
  const ComponentNote* note = nullptr;
  [[nodiscard]] std::string qualified_name() const;  ///< "org.posehost.optimizers/Adam"
};

/// All plugin files that can be seen, indexed by their notes; loads a file when something of it is
/// wanted. Main thread.
class PluginCatalog {
 public:
  /// Reads the notes of every *.so in `folders` and judges them; runs no code of theirs. Never throws
  /// for a bad file: it becomes an entry with a problem. World-writable files and folders are entries
  /// with a problem too. Throws Error(plugin) for a missing folder that must exist.
  /// A `check` sees every file before it is loaded; see PluginLibrary::open().
  [[nodiscard]] static PluginCatalog scan(const std::vector<PluginFolder>& folders, HashCheck check = {});

  [[nodiscard]] const std::vector<CatalogEntry>& entries() const noexcept;

  [[nodiscard]] const std::vector<PluginFolder>& folders() const noexcept;

  /// The files that have been loaded so far.
  [[nodiscard]] std::vector<const CatalogEntry*> loaded() const;

  /// Resolves `name`, bare or "vendor.id/Name", for `kind` (PH_KIND_*). `asked` is where the config asks
  /// for it. A bare name that no plugin has may be an alias (aliases.hpp) of one component. Throws
  /// Error(plugin): unknown (nearest names, folders searched, broken files), ambiguous in a tier, offered
  /// only by a file that cannot be used.
  [[nodiscard]] ComponentRef resolve(std::string_view kind, std::string_view name, const Node& asked) const;
  /// The same where an alias may stand for several components: mmcv's TextLoggerHook is [TextLogger,
  /// JsonLogger].
  [[nodiscard]] std::vector<ComponentRef> resolve_all(std::string_view kind, std::string_view name,
                                                      const Node& asked) const;
  /// All usable components of a kind, best tier first.
  [[nodiscard]] std::vector<ComponentRef> components(std::string_view kind) const;

  /// The loaded component; opens its library on first use. Lives until the process ends. Throws
  /// Error(plugin).
  [[nodiscard]] const LoadedComponent& load(const ComponentRef& ref) const;

  /// `plugins.require` and `custom_imports` of a whole config (its root): loads what they name. A name
  /// is a plugin id, or its last part is the last part of exactly one plugin's id. `all_resolved` tells
  /// whether every type of the config was found: then a name of custom_imports that no plugin has is
  /// only worth a warning, which goes to the log, as with allow_failed and allow_failed_imports. Throws
  /// Error(plugin): no such plugin, two of them, or it cannot be loaded.
  void require(const Node& config, bool all_resolved) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// The folders for a run, best first, each once: --plugin-dir, POSEHOST_PLUGIN_PATH (folders joined with
/// ":"), `plugins.dirs` of the config (relative to the current folder; must be trusted, see trust.hpp),
/// which are "named"; $XDG_DATA_HOME/posehost/plugins (or ~/.local/share), /usr/local/lib and /usr/lib
/// posehost/plugins, which are "installed"; then the bundled ones, found from where the program is or
/// in POSEHOST_BUNDLED_PLUGINS. Untrusted `plugins.dirs` are an Error(config) that shows
/// `posehost plugin trust DIR`; a folder that was asked for and is not there is an error.
[[nodiscard]] std::vector<PluginFolder> plugin_folders(const std::vector<std::string>& command_line,
                                                       const Node* config);

}  // namespace ph
