#include "model/hrnet.hpp"

namespace ph {
namespace {

void check_stage(HrStageArgs& args, const Node& node) {
  const auto branches = static_cast<std::size_t>(args.num_branches);
  for (const auto& [key, list] :
       {std::pair{"num_blocks", args.num_blocks}, std::pair{"num_channels", args.num_channels}}) {
    if (list.size() == branches) continue;
    throw node.at(key).error(std::to_string(list.size()) + " entries",
                             std::to_string(branches) + ", one for each of num_branches");
  }
}

void check_extra(HrExtra& args, const Node& node) {
  const std::pair<const char*, const HrStageArgs*> stages[] = {
      {"stage1", &args.stage1}, {"stage2", &args.stage2}, {"stage3", &args.stage3}, {"stage4", &args.stage4}};
  std::int64_t before = 0;
  for (const auto& [key, stage] : stages) {
    const auto own = node.at(key);
    if (stage == &args.stage1 && stage->num_branches != 1)
      throw own.at("num_branches").error("the first stage has one branch", "1");
    // Each new branch is half as large as the one before it; a run with fewer would throw maps away.
    if (stage->num_branches < before)
      throw own.at("num_branches")
          .error("fewer branches than the stage before", std::to_string(before) + " or more");
    if (stage->multiscale_output && stage != &args.stage4)
      throw own.at("multiscale_output")
          .error("only the last stage's output can be one map or all", "no such key");
    before = stage->num_branches;
  }
}

void check_hrnet(HrNetArgs& args, const Node& node) {
  if (args.with_cp) {
    throw node.at("with_cp").error("activation checkpointing is not available", "false",
                                   "false: the same numbers, with more memory");
  }
  if (args.conv_cfg) {
    const auto kind = args.conv_cfg->find("type");
    if (!kind || (kind->string() != "Conv2d" && kind->string() != "Conv"))
      throw kind.value_or(*args.conv_cfg)
          .error("this convolution is not available", "null or {\"type\": \"Conv2d\"}");
  }
}

}  // namespace

std::vector<std::int64_t> HrStageArgs::widths() const {
  auto widths = num_channels;
  for (auto& width : widths) width *= bottleneck() ? 4 : 1;
  return widths;
}

const CheckedArgs<HrStageArgs>& HrStageArgs::table() {
  using A = HrStageArgs;
  static const CheckedArgs<A> table(
      ArgTable<A>("a stage of HRNet")
          .required("num_modules", &A::num_modules, "modules one after the other", range(1, 64))
          .required("num_branches", &A::num_branches, "resolutions", range(1, 8))
          .required("block", &A::block, "residual blocks of the branches", one_of({"BASIC", "BOTTLENECK"}))
          .required("num_blocks", &A::num_blocks, "blocks of each branch", range(1, 64))
          .required("num_channels", &A::num_channels, "inner width of each branch's blocks", at_least(1))
          .arg("multiscale_output", &A::multiscale_output,
               "of stage 4: all branches come out, not the finest alone"),
      check_stage);
  return table;
}

const CheckedArgs<HrExtra>& HrExtra::table() {
  using A = HrExtra;
  static const CheckedArgs<A> table(
      ArgTable<A>("the stages of HRNet")
          .required("stage1", &A::stage1, "one branch")
          .required("stage2", &A::stage2, "two branches, usually")
          .required("stage3", &A::stage3, "three")
          .required("stage4", &A::stage4, "four")
          .arg("upsample", &A::upsample, "how coarser maps come to finer branches"),
      check_extra);
  return table;
}

const CheckedArgs<HrNetArgs>& HrNetArgs::table() {
  using A = HrNetArgs;
  static const CheckedArgs<A> table(
      ArgTable<A>("HRNet backbone")
          .required("extra", &A::extra, "its stages")
          .arg("in_channels", &A::in_channels, "channels of the image", at_least(1))
          .arg("conv_cfg", &A::conv_cfg, "null: plain convolutions")
          .arg("norm_cfg", &A::norm_cfg, "batch norm")
          .arg("norm_eval", &A::norm_eval, "batch norms keep their running figures in training")
          .arg("with_cp", &A::with_cp, "activation checkpointing: false only")
          .arg("zero_init_residual", &A::zero_init_residual, "the last norm of each block starts at 0")
          .arg("frozen_stages", &A::frozen_stages, "-1 none, 0 the stem, n the stem and n stages",
               range(-1, 4)),
      check_hrnet);
  return table;
}

}  // namespace ph
