#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "config/error.hpp"
#include "plugin/new_project.hpp"
#include "program_paths.hpp"

namespace {

struct Options {
  ph::NewProject project;
  bool json = false;
};
Options options;

/// In single quotes, as a shell takes it.
std::string quoted(const std::string& text) {
  const bool plain =
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@") ==
      text.npos;
  if (plain && !text.empty()) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

int create() {
  const auto sdk = ph::sdk_folder();
  const auto project = ph::complete(options.project, sdk);
  const auto configs = (program_folder().parent_path() / "share" / "posehost" / "configs").string();
  const auto files = ph::write_project(project, sdk, configs);
  const auto prefix = sdk.parent_path().parent_path().string();
  if (options.json) {
    nlohmann::ordered_json json{{"dir", std::filesystem::absolute(project.dir).lexically_normal().string()},
                                {"id", project.id},
                                {"name", project.name},
                                {"lang", project.lang},
                                {"kind", project.kind},
                                {"sdk_prefix", prefix},
                                {"files", nlohmann::ordered_json::array()}};
    for (const auto& file : files) json["files"].push_back(file.string());
    std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
    return 0;
  }
  std::printf("%s %s, a plugin with the %s %s, in %s:\n", project.id.c_str(), "0.1.0", project.kind.c_str(),
              project.name.c_str(), project.dir.c_str());
  for (const auto& file : files) std::printf("  %s\n", file.c_str());
  std::printf("next:\n  cd %s\n  PREFIX=%s ./build.sh\n  posehost run try.json --plugin-dir build\n",
              quoted(project.dir.string()).c_str(), quoted(prefix).c_str());
  return 0;
}

}  // namespace

void add_plugin_new(CLI::App& plugin, Action& action) {
  auto* command = plugin.add_subcommand("new", "Write a plugin to begin with: it builds and works as it is");
  command->add_option("name", options.project.name, "Name of the component, such as MySgd")->required();
  command->add_option("--lang", options.project.lang, "c, cpp, rust or cuda")->required();
  command->add_option("--kind", options.project.kind, "optimizer, schedule, param_groups or hook")
      ->required();
  command->add_option("--id", options.project.id,
                      "Id of the plugin, reverse DNS (default org.example.<name>)");
  command->add_option("--dir", options.project.dir, "Folder to write to (default: the name in lower case)");
  command->add_flag("--json", options.json, "Answer as JSON");
  command->footer(
      "Writes source, build files, a config to try it with, a script for CI and a README. Nothing is\n"
      "overwritten. In Rust there are templates of optimizers and schedules, in CUDA of optimizers.\n"
      "Exit code: 0 written, 2 a name that cannot be or a file that exists, 6 no SDK or no permission.\n"
      "Examples:\n"
      "  posehost plugin new MySgd --lang cpp --kind optimizer\n"
      "  posehost plugin new Ramp --lang c --kind schedule --id com.acme.ramp --dir ~/src/ramp --json");
  command->callback([&action] { action = create; });
}
