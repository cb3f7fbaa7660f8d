#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "common/run_arguments.hpp"
#include "component_default.hpp"
#include "config/diff.hpp"
#include "config/error.hpp"
#include "config/explain.hpp"
#include "config/load.hpp"
#include "config/run_config.hpp"

namespace {

struct Options {
  std::filesystem::path file, other;
  ph::ConfigOverrides overrides;
  std::vector<std::string> plugin_dirs;
  std::optional<std::string> key;
  bool unchecked = false, json = false;
};
Options options;

ph::Node prepared(const ph::Node& loaded) {
  return options.unchecked ? loaded : ph::check_run_config(loaded);
}

int print_diff() {
  const auto first = prepared(ph::load_config(options.file, options.overrides));
  const auto second = prepared(ph::load_config(options.other));
  ph::Json all = ph::Json::array();
  const auto changes = ph::diff_configs(first, second);
  for (const auto& change : changes) {
    if (options.json) {
      ph::Json one{{"path", change.path}};
      if (change.kind != ph::ConfigChange::added) one["before"] = ph::Json::parse(change.before);
      if (change.kind != ph::ConfigChange::removed) one["after"] = ph::Json::parse(change.after);
      all.push_back(std::move(one));
    } else if (change.kind == ph::ConfigChange::changed) {
      std::cout << "~ " << change.path << ": " << change.before << " -> " << change.after << "\n";
    } else {
      const bool added = change.kind == ph::ConfigChange::added;
      std::cout << (added ? "+ " : "- ") << change.path << ": " << (added ? change.after : change.before)
                << "\n";
    }
  }
  if (options.json) {
    std::cout << all.dump(2) << "\n";
  } else if (changes.empty()) {
    std::cout << "no differences\n";
  }
  return 0;
}

std::vector<ph::ValueOrigin> origins(const ph::Node& loaded) {
  const auto checked = prepared(loaded);
  try {
    return ph::explain_config(loaded, checked, *options.key);
  } catch (const ph::Error&) {
    // Not the host's: a component may have such an argument, with a default of its own.
    if (auto of_component = component_default(checked, *options.key, options.plugin_dirs))
      return {*of_component};
    throw;
  }
}

int print_origins() {
  ph::Json all = ph::Json::array();
  for (const auto& origin : origins(ph::load_config(options.file, options.overrides))) {
    if (options.json) {
      ph::Json one{{"path", origin.path}, {"kind", origin.kind}};
      if (!origin.value.empty()) one["value"] = ph::Json::parse(origin.value);
      if (!origin.source.empty()) one["source"] = origin.source;
      if (origin.line > 0) one["line"] = origin.line;
      if (!origin.doc.empty()) one["doc"] = origin.doc;
      all.push_back(std::move(one));
      continue;
    }
    std::cout << origin.path;
    if (!origin.value.empty()) std::cout << " = " << origin.value;
    std::cout << "\n    " << origin.kind;
    if (!origin.source.empty()) std::cout << (origin.kind == "default" ? " of " : ": ") << origin.source;
    if (origin.line > 0) std::cout << ":" << origin.line;
    std::cout << "\n";
    if (!origin.doc.empty()) std::cout << "    " << origin.doc << "\n";
  }
  if (options.json) std::cout << all.dump(2) << "\n";
  return 0;
}

int print() {
  if (options.key && !options.other.empty())
    throw ph::Error(ph::ErrorKind::usage, "print-config: --explain and --diff", {}, "one of them");
  if (!options.other.empty()) return print_diff();
  if (options.key) return print_origins();
  const auto config = prepared(ph::load_config(options.file, options.overrides));
  std::cout << ph::pretty_config(config, /*mask_environment=*/true) << "\n";
  return 0;
}

}  // namespace

void add_print_config(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "print-config", "Print the config that a run would use: bases merged, overrides applied, checked");
  add_config_file(*command, options.file, options.overrides);
  command
      ->add_option("--diff", options.other,
                   "What would have to change to get from CFG, overrides applied, to this")
      ->type_name("CFG2");
  command
      ->add_option("--explain", options.key,
                   "Where a value comes from: file and line, command line or default")
      ->type_name("KEY");
  command->add_option("--plugin-dir", options.plugin_dirs, "For --explain: look for plugins here first")
      ->type_name("DIR")
      ->expected(1)
      ->allow_extra_args(false);
  command->add_flag("--no-check", options.unchecked,
                    "Print without checking the host's sections or filling defaults");
  command->add_flag("--json", options.json, "--diff and --explain as JSON");
  command->footer(
      "Examples:\n"
      "  posehost print-config configs/quickstart.json --set optimizer.lr=0.001\n"
      "  posehost print-config a.json --diff b.json\n"
      "  posehost print-config cfg.json --explain optimizer.lr");
  command->callback([&action] { action = print; });
}
