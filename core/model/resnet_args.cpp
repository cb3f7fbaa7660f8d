#include <algorithm>

#include "model/resnet.hpp"

namespace ph {
namespace {

void check_stages(const ResNetArgs& args, const Node& node) {
  const auto stages = static_cast<std::size_t>(args.num_stages);
  const auto check_length = [&](const char* key, const std::vector<std::int64_t>& list) {
    if (list.size() == stages) return;
    throw member_or_self(node, key).error(
        std::string(key) + " has " + std::to_string(list.size()) + " entries",
        std::to_string(stages) + ", one for each of num_stages", "leave num_stages out, or give both");
  };
  check_length("strides", args.strides);
  check_length("dilations", args.dilations);
  if (args.out_indices.empty())
    throw node.at("out_indices").error("empty list", "at least one stage, from 0");
  for (const auto index : args.out_indices) {
    if (index >= 0 && index < args.num_stages) continue;
    throw member_or_self(node, "out_indices")
        .error("there is no stage " + std::to_string(index), "0 to " + std::to_string(args.num_stages - 1));
  }
  if (!std::is_sorted(args.out_indices.begin(), args.out_indices.end(), std::less_equal<>())) {
    throw node.at("out_indices").error("not in rising order", "each stage once, from the finest on");
  }
  if (args.frozen_stages > args.num_stages) {
    throw node.at("frozen_stages")
        .error("more stages than there are", "-1 to " + std::to_string(args.num_stages));
  }
}

void check_dcn(const ResNetArgs& args, const Node& node) {
  const auto& with = args.stage_with_dcn;
  const bool any = std::find(with.begin(), with.end(), true) != with.end();
  if (!with.empty() && with.size() != static_cast<std::size_t>(args.num_stages)) {
    throw node.at("stage_with_dcn")
        .error("it has " + std::to_string(with.size()) + " entries",
               std::to_string(args.num_stages) + ", one for each of num_stages");
  }
  if (any && !args.dcn)
    throw node.at("stage_with_dcn")
        .error("there is no dcn", "\"dcn\": {\"type\": \"DCNv2\", \"deform_groups\": 1}");
  if (!args.dcn) return;
  if (!any) {
    throw node.at("dcn").error("no stage has it", "\"stage_with_dcn\": [false, true, true, true]");
  }
  if (args.depth < 50) {
    throw node.at("dcn").error(
        "ResNet-" + std::to_string(args.depth) + " has basic blocks, which cannot have it",
        "a depth of 50 or more");
  }
  if (args.groups.value_or(1) > 1) throw node.at("dcn").error("given beside groups", "one of them");
  const auto type = node.find("type");
  if (type && type->string() == "ResNeXt") {
    throw node.at("dcn").error("ResNeXt's 3x3 convolutions have groups", "ResNet or ResNetV1d");
  }
  for (std::size_t i = 0; i < with.size(); ++i) {
    if (with[i] && (args.base_channels << i) % args.dcn->deform_groups != 0) {
      throw node.at("dcn").error(std::to_string(args.base_channels << i) + " channels of stage " +
                                     std::to_string(i + 1) + " cannot be shared by " +
                                     std::to_string(args.dcn->deform_groups) + " deform_groups",
                                 "a divisor of the channels");
    }
  }
}

void check_resnet(ResNetArgs& args, const Node& node) {
  check_stages(args, node);
  check_dcn(args, node);
  const bool basic = args.depth < 50;
  const auto expansion = args.expansion.value_or(basic ? 1 : 4);
  if (basic && expansion != 1) {
    throw node.at("expansion")
        .error("ResNet-" + std::to_string(args.depth) + " has basic blocks, which do not expand",
               "1 or null");
  }
  if (basic && (args.groups || args.width_per_group)) {
    throw node.at(args.groups ? "groups" : "width_per_group")
        .error("ResNet-" + std::to_string(args.depth) + " has basic blocks, which have no groups",
               "a depth of 50 or more");
  }
  const auto type = node.find("type");
  const bool is_v1d = type && type->string() == "ResNetV1d";
  if (args.deep_stem.value_or(is_v1d) && args.stem_channels % 2 != 0) {
    throw member_or_self(node, "stem_channels").error("a deep stem halves its channels", "an even number");
  }
  args.expansion = expansion;
  if (args.conv_cfg) {
    const auto kind = args.conv_cfg->find("type");
    if (!kind || (kind->string() != "Conv2d" && kind->string() != "Conv")) {
      throw kind.value_or(*args.conv_cfg)
          .error("this convolution is not available", "null or {\"type\": \"Conv2d\"}");
    }
  }
  if (args.with_cp) {
    throw node.at("with_cp").error("activation checkpointing is not available", "false",
                                   "false: the same numbers, with more memory");
  }
}

}  // namespace

const CheckedArgs<ResNetArgs>& ResNetArgs::table() {
  using A = ResNetArgs;
  static const CheckedArgs<A> table(
      ArgTable<A>("ResNet backbone")
          .required("depth", &A::depth, "number of layers",
                    one_of(std::vector<std::int64_t>{18, 34, 50, 101, 152}))
          .arg("in_channels", &A::in_channels, "channels of the image", at_least(1))
          .arg("stem_channels", &A::stem_channels, "channels after the stem", at_least(1))
          .arg("base_channels", &A::base_channels, "width of the first stage", at_least(1))
          .arg("expansion", &A::expansion, "output over inner width of a block", at_least(1))
          .arg("num_stages", &A::num_stages, "number of stages", range(1, 4))
          .arg("strides", &A::strides, "of the first block of each stage", at_least(1))
          .arg("dilations", &A::dilations, "of each stage", at_least(1))
          .arg("out_indices", &A::out_indices, "stages whose maps are given to the head, from 0")
          .arg("style", &A::style, "where a bottleneck has its stride: 3x3 (pytorch) or first 1x1 (caffe)",
               one_of(std::vector<std::string>{"pytorch", "caffe"}))
          .arg("deep_stem", &A::deep_stem, "three 3x3 convolutions in place of one 7x7")
          .arg("avg_down", &A::avg_down, "pool, then convolve, in the shortcut of a block with a stride")
          .arg("groups", &A::groups, "of a bottleneck's 3x3 convolution", at_least(1))
          .arg("width_per_group", &A::width_per_group, "channels of each group in the first stage",
               at_least(1))
          .arg("dcn", &A::dcn, "deformable 3x3 convolutions in stages with stage_with_dcn")
          .arg("stage_with_dcn", &A::stage_with_dcn, "of each stage")
          .arg("frozen_stages", &A::frozen_stages, "-1 none, 0 the stem, n the stem and n stages",
               at_least(-1))
          .arg("conv_cfg", &A::conv_cfg, "null: plain convolutions")
          .arg("norm_cfg", &A::norm_cfg, "batch norm")
          .arg("norm_eval", &A::norm_eval, "batch norms keep their running figures in training")
          .arg("with_cp", &A::with_cp, "activation checkpointing: false only")
          .arg("zero_init_residual", &A::zero_init_residual, "the last norm of each block starts at 0"),
      check_resnet);
  return table;
}

ResNetArgs ResNetArgs::of_v1d() const {
  auto args = *this;
  args.deep_stem = deep_stem.value_or(true);
  args.avg_down = avg_down.value_or(true);
  return args;
}

ResNetArgs ResNetArgs::of_resnext() const {
  constexpr std::int64_t usual_groups = 32, usual_width = 4;
  auto args = *this;
  args.groups = groups.value_or(usual_groups);
  args.width_per_group = width_per_group.value_or(usual_width);
  return args;
}

}  // namespace ph
