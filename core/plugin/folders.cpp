#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string>

#include "config/error.hpp"
#include "plugin/catalog.hpp"
#include "plugin/trust.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

bool is_folder(const fs::path& path) {
  std::error_code failure;
  return fs::is_directory(path, failure);
}

/// One spelling for a folder, so that the same one named twice is found once.
fs::path real(const fs::path& path) {
  std::error_code failure;
  const auto canonical = fs::weakly_canonical(fs::absolute(path), failure);
  return failure ? path : canonical;
}

std::optional<fs::path> environment_path(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return fs::path{value};
}

/// The plugins that came with the running program: the same distance from bin/ and libexec/posehost/ in
/// the build tree and in an installation.
std::optional<fs::path> bundled_folder() {
  if (auto named = environment_path("POSEHOST_BUNDLED_PLUGINS")) return named;
  std::error_code failure;
  const auto program = fs::read_symlink("/proc/self/exe", failure);
  if (failure) return std::nullopt;
  for (const char* way : {"../lib/posehost/plugins", "../../lib/posehost/plugins"}) {
    if (const auto dir = program.parent_path() / way; is_folder(dir)) return dir;
  }
  return std::nullopt;
}

std::vector<fs::path> installed_folders() {
  std::vector<fs::path> all;
  if (const auto data = environment_path("XDG_DATA_HOME"); data && data->is_absolute()) {
    all.push_back(*data / "posehost" / "plugins");
  } else if (const auto home = environment_path("HOME"); home && home->is_absolute()) {
    all.push_back(*home / ".local" / "share" / "posehost" / "plugins");
  }
  all.emplace_back("/usr/local/lib/posehost/plugins");
  all.emplace_back("/usr/lib/posehost/plugins");
  return all;
}

/// Folders in the order in which they were added; each once, in its best tier.
class FolderList {
 public:
  void add(const fs::path& dir, PluginTier tier, bool must_exist) {
    const auto path = real(dir);
    if (!has(path)) folders_.push_back({path, tier, must_exist});
  }
  [[nodiscard]] bool has(const fs::path& path) const {
    return std::any_of(folders_.begin(), folders_.end(),
                       [&](const auto& known) { return known.dir == path; });
  }
  [[nodiscard]] std::vector<PluginFolder> take() { return std::move(folders_); }

 private:
  std::vector<PluginFolder> folders_;
};

void add_command_line(const std::vector<std::string>& dirs, FolderList& list) {
  for (const auto& dir : dirs) {
    if (!is_folder(dir)) {
      throw Error(ErrorKind::usage, "--plugin-dir " + dir + ": no such folder", {}, "a folder with plugins");
    }
    list.add(dir, PluginTier::named, true);
  }
}

void add_environment(FolderList& list) {
  const char* value = std::getenv("POSEHOST_PLUGIN_PATH");
  std::string_view rest = value == nullptr ? "" : value;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    if (end > 0) list.add(std::string{rest.substr(0, end)}, PluginTier::named, false);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

/// `plugins.dirs`: a config may come from anywhere, so that it only chooses among what the user trusts.
void add_config(const Node& config, const std::vector<PluginFolder>& fixed, FolderList& list) {
  const auto plugins = config.find("plugins");
  const auto dirs = plugins ? plugins->find("dirs") : std::nullopt;
  if (!dirs) return;
  if (!dirs->is_array()) throw dirs->error("wrong type", "a list of folders");
  auto trusted = trusted_directories();
  for (const auto& folder : fixed) trusted.push_back(folder.dir);
  for (const auto& item : dirs->elements()) {
    const fs::path dir = item.string();
    if (!is_folder(dir))
      throw item.error("no such folder", "a folder with plugins (relative to where you are)");
    const auto path = real(dir);
    if (!list.has(path) && std::find(trusted.begin(), trusted.end(), path) == trusted.end()) {
      throw Error(ErrorKind::config, item.where() + ": you have not said that you trust this folder",
                  "\"" + path.string() + "\": plugins in it would run with your rights",
                  "a folder that you trust, or one of the plugin folders",
                  "posehost plugin trust '" + path.string() + "' if you know who wrote its plugins");
    }
    list.add(dir, PluginTier::named, true);
  }
}

}  // namespace

std::vector<PluginFolder> plugin_folders(const std::vector<std::string>& command_line, const Node* config) {
  FolderList named, rest;
  add_command_line(command_line, named);
  add_environment(named);
  const auto bundled = bundled_folder();
  for (const auto& dir : installed_folders()) {
    // A posehost installed below /usr/local has its own plugins there.
    if (!bundled || real(dir) != real(*bundled)) rest.add(dir, PluginTier::installed, false);
  }
  if (bundled) rest.add(*bundled, PluginTier::bundled, false);
  auto fixed = rest.take();
  if (config != nullptr) add_config(*config, fixed, named);
  auto all = named.take();
  for (auto& folder : fixed) {
    const auto same = [&](const PluginFolder& known) { return known.dir == folder.dir; };
    if (std::none_of(all.begin(), all.end(), same)) all.push_back(std::move(folder));
  }
  return all;
}

}  // namespace ph
