#include "commands.hpp"
#include "common/export_arguments.hpp"
#include "exec_torch.hpp"

void add_export(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  static ExportArguments arguments;
  auto* command = app.add_subcommand("export", "Write a network as an ONNX file");
  add_export_arguments(*command, arguments);
  command->callback([&action, &args] {
    action = [&args]() -> int {
      require_weights(arguments.network);
      exec_torch(args);
    };
  });
}
