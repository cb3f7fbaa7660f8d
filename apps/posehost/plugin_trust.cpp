#include <cstdio>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "config/node.hpp"
#include "log/log.hpp"
#include "plugin/trust.hpp"
#include "plugin_commands.hpp"

namespace {

struct Options {
  std::string dir;
  bool list = false, remove = false, json = false;
};
Options options;

int list() {
  const auto dirs = ph::trusted_directories();
  if (options.json) {
    ph::Json all = ph::Json::array();
    for (const auto& dir : dirs) all.push_back(dir.string());
    const ph::Json answer{{"file", ph::trust_file().string()}, {"dirs", all}};
    std::puts(answer.dump(2, ' ', false, ph::Json::error_handler_t::replace).c_str());
    return 0;
  }
  if (dirs.empty()) std::printf("no trusted folders\n");
  for (const auto& dir : dirs) std::printf("%s\n", dir.c_str());
  return 0;
}

int trust() {
  if (options.list == !options.dir.empty()) {
    throw ph::Error(ph::ErrorKind::usage, "plugin trust: one thing at a time",
                    options.list ? "a folder and --list" : "neither a folder nor --list",
                    "DIR, --remove DIR or --list", "posehost plugin trust --help");
  }
  if (options.list) return list();
  if (options.remove) {
    ph::distrust_directory(options.dir);
    std::printf("no longer trusted: %s\n", options.dir.c_str());
    return 0;
  }
  const auto real = ph::trust_directory(options.dir);
  for (const auto& warning : ph::check_not_writable_by_others(real)) ph::log_warn(warning);
  std::printf("trusted: configs may name %s in plugins.dirs; plugins in it run with all your rights\n",
              real.c_str());
  return 0;
}

}  // namespace

void add_plugin_trust(CLI::App& plugin, Action& action) {
  auto* command = plugin.add_subcommand("trust", "Let configs name plugins in a folder (plugins.dirs)");
  command->add_option("dir", options.dir, "Folder; not those within it")->type_name("DIR");
  command->add_flag("--remove", options.remove, "Take the folder from the list");
  command->add_flag("--list", options.list, "Print the list");
  command->add_flag("--json", options.json, "--list as JSON");
  command->footer(
      "Plugins are programs: what is loaded can do all that you can. A config that came from elsewhere may\n"
      "therefore only choose among folders that you trust.\n"
      "Examples:\n"
      "  posehost plugin trust ~/my-plugins\n"
      "  posehost plugin trust --list\n"
      "  posehost plugin trust --remove ~/my-plugins");
  command->callback([&action] { action = trust; });
}
