#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "common/converted_text.hpp"
#include "config/load.hpp"
#include "weights/convert_weights.hpp"
#include "weights/norm_eps.hpp"

namespace {

struct Options {
  ph::ConvertRequest request;
  std::string to;
  std::filesystem::path config;
  bool fp16 = false, bf16 = false, fp32 = false, json = false, quiet = false;
};

ph::WeightsFormat format_of(const Options& options) {
  const auto asked = options.to.empty() ? options.request.out.filename().string() : options.to;
  if (const auto format = ph::weights_format(asked)) return *format;
  throw ph::Error(ph::ErrorKind::usage, asked + ": not known which format to write",
                  options.to.empty() ? "no --to, and a name without its suffix" : options.to,
                  "safetensors or pth", "--to safetensors, or a name that ends in .safetensors or .pth");
}

int convert(Options& options) {
  auto& request = options.request;
  request.format = format_of(options);
  if (options.fp16) request.type = ph::TensorType::f16;
  if (options.bf16) request.type = ph::TensorType::bf16;
  if (options.fp32) request.type = ph::TensorType::f32;
  if (!options.config.empty()) request.eps = ph::norm_eps(ph::load_config(options.config));
  const auto done = ph::convert_weights(request);
  if (options.json) {
    auto json = converted_json(done);
    json["file"] = request.out.string();
    std::cout << json.dump(2, ' ', false, ph::Json::error_handler_t::replace) << "\n";
  } else {
    print_converted(done, !options.quiet);
    std::printf("written   %s\n", request.out.c_str());
  }
  return 0;
}

}  // namespace

void add_convert(CLI::App& app, Action& action) {
  static Options options;
  auto& request = options.request;
  auto* command =
      app.add_subcommand("convert", "Write weights in another format, with other names, another type");
  command->add_option("in", request.in, "safetensors, or a file of torch.save")->required()->type_name("IN");
  command->add_option("out", request.out, "The file to write")->required()->type_name("OUT");
  command->add_option("--to", options.to, "Format to write (default: what OUT ends in)")
      ->check(CLI::IsMember({"safetensors", "pth"}));
  command
      ->add_option("--names", request.names,
                   "Names of tensors: mmpose0, mmpose1, hrnet (its repository), torchvision (a backbone)")
      ->check(CLI::IsMember(ph::known_namings()));
  auto* fuse = command->add_flag("--fuse-conv-bn", request.fuse,
                                 "Make batch norms part of the convolutions before them");
  command->add_option("--cfg", options.config, "Config whose norm_cfg has the norms' eps (default 1e-5)")
      ->needs(fuse)
      ->type_name("CFG");
  auto* fp16 = command->add_flag("--fp16", options.fp16, "Floating numbers as float16");
  auto* bf16 = command->add_flag("--bf16", options.bf16, "As bfloat16")->excludes(fp16);
  command->add_flag("--fp32", options.fp32, "As float32")->excludes(fp16)->excludes(bf16);
  command->add_flag("--ema", request.averaged, "The averaged weights (EMA, SWA) of a file that has both");
  command->add_flag("--force", request.overwrite, "OUT may be there");
  command->add_flag("--quiet", options.quiet, "Leave the map of names out");
  command->add_flag("--json", options.json, "Answer as JSON");
  command->footer(
      "A .pth that is written can be read by torch.load(OUT, weights_only=True)[\"state_dict\"]. The state "
      "of a\n"
      "training (optimizer, hooks) is left out; the config in a checkpoint of posehost goes along.\n"
      "Examples:\n"
      "  posehost convert best_AP.safetensors model.pth --names mmpose1\n"
      "  posehost convert hrnet_w32-36af842e.pth hrnet_w32.safetensors --names mmpose0\n"
      "  posehost convert epoch_210.pth small.safetensors --fuse-conv-bn --cfg cfg.json --fp16 --json");
  command->callback([&action] { action = [] { return convert(options); }; });
}
