#include <cstdio>

#include "common/run_arguments.hpp"
#include "config/error.hpp"
#include "exec_torch.hpp"
#include "plugin/catalog.hpp"
#include "plugin/held_file.hpp"
#include "plugin/lock.hpp"
#include "plugin_commands.hpp"

namespace {

ph::RunOptions options;

/// Without a config: every plugin that can be used, the best file of each id.
int lock_all() {
  if (!options.overrides.set.empty() || !options.overrides.cfg_options.empty()) {
    throw ph::Error(ph::ErrorKind::usage, "plugin lock: changes to a config, and no config", {},
                    "posehost plugin lock CFG --set ...");
  }
  const auto catalog = ph::PluginCatalog::scan(ph::plugin_folders(options.plugin_dirs, nullptr));
  const auto file = ph::lock_file_of(std::filesystem::path{});
  ph::PluginLock lock;
  std::vector<std::string> seen;
  for (const auto& entry : catalog.entries()) {
    if (entry.error || std::find(seen.begin(), seen.end(), entry.note.id) != seen.end()) continue;
    seen.push_back(entry.note.id);
    const auto hash = ph::file_sha256(entry.file);
    lock.set(entry.note, hash);
    std::printf("locked     %s  %s %s\n", hash.c_str(), entry.note.id.c_str(), entry.note.version.c_str());
  }
  lock.write(file);
  std::printf("%s: %zu plugins\n", file.c_str(), lock.entries().size());
  return 0;
}

}  // namespace

void add_plugin_lock(CLI::App& plugin, Action& action, const std::vector<std::string>& args) {
  auto* command = plugin.add_subcommand("lock", "Record the hashes of the plugins that a config uses");
  add_lock_arguments(*command, options);
  command->callback([&action, &args] {
    action = [&args]() -> int {
      if (options.config.empty()) return lock_all();
      exec_torch(args);
    };
  });
}
