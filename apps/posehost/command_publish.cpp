#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "common/converted_text.hpp"

namespace {

struct Options {
  ph::ConvertRequest request;
  std::string to;
  bool json = false;
};

// What OUT asks for, else what IN is.
ph::WeightsFormat format_of(const Options& options) {
  for (const auto& name :
       {options.to, options.request.out.filename().string(), options.request.in.filename().string()}) {
    if (const auto format = ph::weights_format(name)) return *format;
  }
  return ph::WeightsFormat::safetensors;
}

int publish(Options& options) {
  options.request.format = format_of(options);
  const auto published = ph::publish_weights(options.request);
  if (options.json) {
    auto json = converted_json(published.converted);
    json["file"] = published.file.string();
    json["sha256"] = published.sha256;
    json["was_there"] = published.was_there;
    std::cout << json.dump(2, ' ', false, ph::Json::error_handler_t::replace) << "\n";
    return 0;
  }
  print_converted(published.converted, false);
  std::printf("SHA-256   %s\n%-9s %s\n", published.sha256.c_str(), published.was_there ? "there" : "written",
              published.file.c_str());
  return 0;
}

}  // namespace

void add_publish(CLI::App& app, Action& action) {
  static Options options;
  auto& request = options.request;
  auto* command = app.add_subcommand("publish", "Weights alone, in a file that is named with its hash");
  command->add_option("in", request.in, "A checkpoint: safetensors, or a file of torch.save")
      ->required()
      ->type_name("IN");
  command->add_option("out", request.out, "Beginning of the file's name: OUT-19c8e357.safetensors")
      ->required()
      ->type_name("OUT");
  command->add_option("--to", options.to, "Format (default: what OUT ends in, else as IN)")
      ->check(CLI::IsMember({"safetensors", "pth"}));
  command->add_flag("--ema", request.averaged, "The averaged weights of a file that has both");
  command->add_flag("--json", options.json, "Answer as JSON");
  command->footer(
      "Left out: the optimizer's and hooks' state, the position in the run, times and hosts. Equal weights "
      "give\n"
      "equal files, whose names end in the first eight digits of their SHA-256, which posehost checks where "
      "a\n"
      "config names such a file by a URL. A file that is there is never written over.\n"
      "Example: posehost publish work_dirs/r50/best_AP.safetensors r50_coco_256x192");
  command->callback([&action] { action = [] { return publish(options); }; });
}
