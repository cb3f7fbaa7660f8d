#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "plugin/trust.hpp"
#include "rule/replay.hpp"
#include "service/services.hpp"
#include "system/limits.hpp"

namespace {

struct Options {
  ph::ReplayOptions replay;
  std::string args = "{}";
  std::vector<std::string> dirs;
  int threads = 1;
  bool json = false;
};

int replay(Options& options) {
  options.replay.args = ph::Node::parse(options.args, "--args");
  const ph::WithThreads threads(options.threads);
  const auto catalog = ph::PluginCatalog::scan(ph::plugin_folders(options.dirs, nullptr));
  const auto made = ph::replay(catalog, options.replay);
  if (options.json) {
    std::cout << ph::Json{{"optimizer", made.rule},
                          {"steps", made.steps},
                          {"params", made.params},
                          {"state", made.state},
                          {"out", options.replay.out.string()}}
                     .dump(2)
              << "\n";
  } else {
    std::printf("%s: %lld steps over %zu parameters, %zu tensors of state; wrote %s\n", made.rule.c_str(),
                static_cast<long long>(made.steps), made.params, made.state, options.replay.out.c_str());
  }
  return 0;
}

}  // namespace

void add_plugin_replay(CLI::App& plugin, Action& action) {
  static Options options;
  auto* command = plugin.add_subcommand(
      "replay", "Run an optimizer over recorded gradients, to compare it with another implementation");
  command->add_option("--type", options.replay.type, "The optimizer: Adam, org.x.y/Adam")->required();
  command->add_option("--args", options.args, "Its arguments, a JSON object");
  command->add_option("--in", options.replay.in, "safetensors: param.<name>, grad.<step>.<name>")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--out", options.replay.out, "safetensors: step<step>.<name> and the state")
      ->required();
  command->add_option("--steps", options.replay.steps, "After which steps to write the parameters; the last")
      ->delimiter(',');
  command->add_option("--piece", options.replay.piece, "Elements that one call gets, at most")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
  command->add_option("--threads", options.threads, "Threads to share the work among")
      ->check(CLI::Range(1, 1024));
  command->add_option("--plugin-dir", options.dirs, "Look here first")->type_name("DIR");
  command->add_flag("--json", options.json, "Answer as JSON");
  command->footer(
      "Metadata of the input: set.<step> = {\"lr\": 0.01}, groups = [{\"names\": [\"a\"], \"overrides\": "
      "{\"lr\": 1}}]\n"
      "Example: posehost plugin replay --type Adam --args '{\"lr\": 0.01}' --in steps.safetensors "
      "--out result.safetensors --steps 1,25");
  command->callback([&action] { action = [] { return replay(options); }; });
}
