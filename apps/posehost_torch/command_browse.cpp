#include <cstdio>

#include "commands.hpp"
#include "common/browse_arguments.hpp"
#include "tensor/safetensors.hpp"
#include "tools/browse.hpp"

void add_browse(CLI::App& app, Action& action) {
  static BrowseArguments arguments;
  auto* command = app.add_subcommand("browse", "Training samples with points and targets, as an HTML page");
  add_browse_arguments(*command, arguments);
  command->callback([&action] {
    action = [] {
      ph::write_file_atomically(arguments.out,
                                ph::browse_html({arguments.run, arguments.count, arguments.epoch}));
      std::printf("samples %s\n", arguments.out.c_str());
      return 0;
    };
  });
}
