#include "model/test_cfg.hpp"

#include <algorithm>
#include <cctype>

#include "model/checked_args.hpp"

namespace ph {
namespace {

struct TestArgs {
  bool flip_test = true;
  std::optional<Node> post_process;
  bool shift_heatmap = false;
  std::int64_t modulate_kernel = 11;
  std::string target_type = "GaussianHeatmap";
  bool unbiased_decoding = false, use_udp = false;
  static const ArgTable<TestArgs>& table();
};

const ArgTable<TestArgs>& TestArgs::table() {
  using A = TestArgs;
  static const auto table =
      ArgTable<A>("testing of top-down models")
          .arg("flip_test", &A::flip_test, "average with the mirrored image")
          .arg("post_process", &A::post_process, "refinement of peaks: \"default\" or null")
          .arg("shift_heatmap", &A::shift_heatmap, "move the mirrored heatmap right by a pixel")
          .arg("modulate_kernel", &A::modulate_kernel, "blur of the unbiased decoding", at_least(1))
          .arg("target_type", &A::target_type, "GaussianHeatmap")
          .arg("unbiased_decoding", &A::unbiased_decoding, "older spelling of post_process \"unbiased\"")
          .arg("use_udp", &A::use_udp, "unbiased data processing")
          .ignored("valid_radius_factor", "only CombinedTarget has offset maps")
          .ignored("regression_flip_shift", "only regression heads use it");
  return table;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// mmpose takes null and false for none, true for "default".
bool read_post_process(const Node& node) {
  if (node.is_null()) return false;
  if (node.is_bool()) return node.boolean();
  const auto name = node.string();
  if (name == "default") return true;
  const std::vector<std::string> later{"unbiased", "megvii"};
  if (std::find(later.begin(), later.end(), name) != later.end()) {
    throw node.error("post_process \"" + name + "\" is not available yet", "\"default\" or null",
                     "\"default\": it decodes the same heatmaps a little less exactly");
  }
  throw node.error("there is no post_process \"" + name + "\"", "\"default\" or null",
                   did_you_mean(name, {"default"}));
}

}  // namespace

TestCfg read_test_cfg(const Node& node) {
  TestCfg cfg;
  if (node.is_null()) return cfg;
  const auto args = TestArgs::table().read(node);
  cfg.flip_test = args.flip_test;
  cfg.shift_heatmap = args.shift_heatmap;
  const auto keys = node.keys();
  if (std::find(keys.begin(), keys.end(), "post_process") != keys.end()) {
    cfg.refine = read_post_process(node.at("post_process"));
  }
  if (args.unbiased_decoding) {
    throw node.at("unbiased_decoding").error("unbiased decoding is not available yet", "false");
  }
  if (args.use_udp) throw node.at("use_udp").error("UDP is not available yet", "false");
  if (lower(args.target_type) != "gaussianheatmap") {
    throw node.at("target_type")
        .error("target_type \"" + args.target_type + "\" is not available", "\"GaussianHeatmap\"");
  }
  return cfg;
}

}  // namespace ph
