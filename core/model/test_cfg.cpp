#include "model/test_cfg.hpp"

#include <algorithm>
#include <cctype>

#include "model/checked_args.hpp"

namespace ph {
namespace {

struct TestArgs {
  bool flip_test = true;
  Node post_process = Node::parse("\"default\"");
  bool shift_heatmap = false;
  std::int64_t modulate_kernel = 11;
  double valid_radius_factor = 0.0546875;
  std::string target_type = "GaussianHeatmap";
  bool unbiased_decoding = false, use_udp = false, regression_flip_shift = false;
  static const ArgTable<TestArgs>& table();
};

const ArgTable<TestArgs>& TestArgs::table() {
  using A = TestArgs;
  static const auto table =
      ArgTable<A>("testing of top-down models")
          .arg("flip_test", &A::flip_test, "average with the mirrored image")
          .arg("post_process", &A::post_process,
               "refinement of peaks: \"default\", \"unbiased\", \"megvii\" or null")
          .arg("shift_heatmap", &A::shift_heatmap, "move the mirrored heatmap right by a pixel")
          .arg("modulate_kernel", &A::modulate_kernel, "blur of the unbiased, megvii and UDP decoding",
               range(1, 255))
          .arg("valid_radius_factor", &A::valid_radius_factor,
               "CombinedTarget: radius of the disc over the heatmap's height", above(0))
          .arg("target_type", &A::target_type, "GaussianHeatmap or CombinedTarget")
          .arg("unbiased_decoding", &A::unbiased_decoding, "older spelling of post_process \"unbiased\"")
          .arg("use_udp", &A::use_udp, "unbiased data processing")
          .arg("regression_flip_shift", &A::regression_flip_shift,
               "regression heads: half a pixel to the left after averaging");
  return table;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// mmpose takes null and false for none, true for "default".
PostProcess read_post_process(const Node& node) {
  if (node.is_null()) return PostProcess::none;
  if (node.is_bool()) return node.boolean() ? PostProcess::quarter : PostProcess::none;
  const auto name = node.string();
  if (name == "default") return PostProcess::quarter;
  if (name == "unbiased") return PostProcess::unbiased;
  if (name == "megvii") return PostProcess::megvii;
  throw node.error("there is no post_process \"" + name + "\"",
                   "\"default\", \"unbiased\", \"megvii\" or null",
                   did_you_mean(name, {"default", "unbiased", "megvii"}));
}

bool read_combined(const Node& node, const std::string& target_type) {
  const auto name = lower(target_type);
  if (name == "combinedtarget") return true;
  if (name == "gaussianheatmap") return false;
  throw node.at("target_type")
      .error("there is no target_type \"" + target_type + "\"", "\"GaussianHeatmap\" or \"CombinedTarget\"",
             did_you_mean(target_type, {"GaussianHeatmap", "CombinedTarget"}));
}

void check_udp(const TestCfg& cfg, const Node& node) {
  if (cfg.combined && !cfg.use_udp) {
    throw node.at("target_type").error("CombinedTarget is decoded by UDP alone", "\"use_udp\": true");
  }
  if (cfg.use_udp && cfg.post_process == PostProcess::megvii) {
    throw node.at("post_process").error("UDP has a decoding of its own", "\"default\"");
  }
  if (cfg.use_udp && cfg.shift_heatmap) {
    throw node.at("shift_heatmap")
        .error("the shift makes up for a misalignment that UDP does not have", "false with \"use_udp\": true",
               "\"shift_heatmap\": false");
  }
}

}  // namespace

TestCfg read_test_cfg(const Node& node) {
  TestCfg cfg;
  if (node.is_null()) return cfg;
  const auto args = TestArgs::table().read(node);
  cfg.flip_test = args.flip_test;
  cfg.shift_heatmap = args.shift_heatmap;
  cfg.use_udp = args.use_udp;
  cfg.modulate_kernel = args.modulate_kernel;
  cfg.valid_radius_factor = args.valid_radius_factor;
  cfg.regression_flip_shift = args.regression_flip_shift;
  cfg.post_process = read_post_process(args.post_process);
  cfg.combined = read_combined(node, args.target_type);
  check_udp(cfg, node);
  if (args.unbiased_decoding) {
    if (cfg.post_process == PostProcess::none || cfg.post_process == PostProcess::megvii) {
      throw node.at("unbiased_decoding").error("post_process asks for another decoding", "one of them");
    }
    cfg.post_process = PostProcess::unbiased;
  }
  const bool blurs =
      cfg.use_udp || cfg.post_process == PostProcess::unbiased || cfg.post_process == PostProcess::megvii;
  if (blurs && cfg.modulate_kernel % 2 == 0) {
    throw node.at("modulate_kernel").error("a kernel without a middle", "an odd number");
  }
  return cfg;
}

}  // namespace ph
