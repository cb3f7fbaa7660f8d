#include <cstdio>

#include "plugin/lock.hpp"
#include "train/session.hpp"

namespace ph {

int lock_plugins(RunOptions options) {
  const auto file = lock_file_of(options.config);
  auto lock = std::filesystem::exists(file) ? PluginLock::read(file) : PluginLock{};
  std::string changes;
  const auto record = [&](const PluginNote& note, const std::string& sha256) {
    const bool changed = lock.set(note, sha256);
    changes +=
        (changed ? "locked     " : "unchanged  ") + sha256 + "  " + note.id + " " + note.version + "\n";
  };
  options.dry_run = options.no_data = true;
  // Schedules check that they fit into the run; how long it is does not matter here.
  if (options.iters_per_epoch == 0) options.iters_per_epoch = 1000000;
  static_cast<void>(make_plan(options, record));
  lock.write(file);
  std::printf("%s%s: %zu plugins\n", changes.c_str(), file.c_str(), lock.entries().size());
  return 0;
}

}  // namespace ph
