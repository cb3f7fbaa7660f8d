#include "model/simple_head.hpp"

namespace ph {
namespace {

void check_extra(SimpleHeadExtra& args, const Node& node) {
  if (args.num_conv_kernels.empty()) {
    args.num_conv_kernels.assign(static_cast<std::size_t>(args.num_conv_layers), 1);
  }
  if (args.num_conv_kernels.size() != static_cast<std::size_t>(args.num_conv_layers)) {
    throw node.at("num_conv_kernels")
        .error(std::to_string(args.num_conv_kernels.size()) + " kernels for " +
                   std::to_string(args.num_conv_layers) + " layers",
               "one kernel for each of num_conv_layers");
  }
}

void check_inputs(const SimpleHeadArgs& args, const Node& node) {
  const auto channels = args.in_channels.values.size(), indices = args.in_index.values.size();
  if (!args.input_transform) {
    if (channels != 1) {
      throw node.at("in_channels")
          .error("several inputs need an input_transform", "one number",
                 "\"input_transform\": \"resize_concat\"");
    }
    if (indices != 1) {
      throw node.at("in_index")
          .error("several inputs need an input_transform", "one number",
                 "\"input_transform\": \"resize_concat\"");
    }
    return;
  }
  if (channels != indices) {
    throw node.at("in_channels")
        .error(std::to_string(channels) + " channels for " + std::to_string(indices) + " entries of in_index",
               "as many of one as of the other");
  }
  if (*args.input_transform == "multiple_select" && channels != 1) {
    throw node.at("input_transform")
        .error("this head takes one map, multiple_select gives several", "\"resize_concat\" or null",
               "\"resize_concat\" joins the maps");
  }
}

void check_deconvs(const SimpleHeadArgs& args, const Node& node) {
  const auto layers = static_cast<std::size_t>(args.num_deconv_layers);
  // mmpose leaves the lists unread when there is no deconvolution.
  if (layers == 0) return;
  const auto check_length = [&](const char* key, const std::vector<std::int64_t>& list) {
    if (list.size() == layers) return;
    throw member_or_self(node, key).error(
        std::string(key) + " has " + std::to_string(list.size()) + " entries",
        std::to_string(layers) + ", one for each of num_deconv_layers");
  };
  check_length("num_deconv_filters", args.num_deconv_filters);
  check_length("num_deconv_kernels", args.num_deconv_kernels);
}

void check_head(SimpleHeadArgs& args, const Node& node) {
  check_inputs(args, node);
  check_deconvs(args, node);
  if (args.extra && args.extra->final_conv_kernel == 0) {
    std::int64_t channels = 0;
    for (const auto each : args.in_channels.values) channels += each;
    if (args.num_deconv_layers > 0) channels = args.num_deconv_filters.back();
    if (channels != args.out_channels) {
      throw node.at("out_channels")
          .error("without a last convolution (final_conv_kernel 0) the output has " +
                     std::to_string(channels) + " channels",
                 std::to_string(channels));
    }
  }
}

}  // namespace

const CheckedArgs<SimpleHeadExtra>& SimpleHeadExtra::table() {
  using A = SimpleHeadExtra;
  static const CheckedArgs<A> table(
      ArgTable<A>("the last convolutions of a heatmap head")
          .arg("final_conv_kernel", &A::final_conv_kernel, "of the last convolution; 0: none",
               one_of(std::vector<std::int64_t>{0, 1, 3}))
          .arg("num_conv_layers", &A::num_conv_layers, "convolutions before the last one", range(0, 64))
          .arg("num_conv_kernels", &A::num_conv_kernels, "of these; all 1 when left out", at_least(1)),
      check_extra);
  return table;
}

const CheckedArgs<SimpleHeadArgs>& SimpleHeadArgs::table() {
  using A = SimpleHeadArgs;
  static const CheckedArgs<A> table(
      ArgTable<A>("heatmap head of top-down models")
          .required("in_channels", &A::in_channels, "channels of the backbone's map or maps", at_least(1))
          .required("out_channels", &A::out_channels, "number of keypoints", at_least(1))
          .arg("num_deconv_layers", &A::num_deconv_layers, "each doubles the size of the map", range(0, 8))
          .arg("num_deconv_filters", &A::num_deconv_filters, "channels after each", at_least(1))
          .arg("num_deconv_kernels", &A::num_deconv_kernels, "kernel of each",
               one_of(std::vector<std::int64_t>{2, 3, 4}))
          .arg("extra", &A::extra, "the last convolutions")
          .arg("in_index", &A::in_index, "which of the backbone's maps", at_least(0))
          .arg("input_transform", &A::input_transform, "what is done with several maps",
               one_of(std::vector<std::string>{"resize_concat", "multiple_select"}))
          .arg("align_corners", &A::align_corners, "of the resizing in resize_concat")
          .arg("loss_keypoint", &A::loss_keypoint, "the loss")
          .arg("train_cfg", &A::train_cfg, "of the model, when it has none")
          .arg("test_cfg", &A::test_cfg, "of the model, when it has none"),
      check_head);
  return table;
}

}  // namespace ph
