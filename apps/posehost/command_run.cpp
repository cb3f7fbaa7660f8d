#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "commands.hpp"
#include "common/run_arguments.hpp"
#include "config/error.hpp"
#include "program_paths.hpp"

namespace {

// LibTorch takes 0.2 s to start: it lives in a program of its own, which takes over this process.
int exec_torch(const std::vector<std::string>& args) {
  const auto program = torch_program();
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  throw ph::Error(ph::ErrorKind::environment, program.string() + ": cannot be started", std::strerror(errno),
                  "the program that computes, installed beside posehost", "posehost doctor");
}

}  // namespace

void add_run(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  auto* command = app.add_subcommand("run", "Train, and evaluate on the way, by a config");
  static ph::RunOptions parsed;  // only checked here; posehost-torch parses the same words
  add_run_arguments(*command, parsed);
  command->callback([&action, &args] { action = [&args] { return exec_torch(args); }; });
}
