#include "model/parts.hpp"

#include "model/adaptive_wing_loss.hpp"
#include "model/combined_target_loss.hpp"
#include "model/coordinate_loss.hpp"
#include "model/deeppose_head.hpp"
#include "model/global_average_pooling.hpp"
#include "model/hrnet.hpp"
#include "model/joints_mse_loss.hpp"
#include "model/joints_ohkm_loss.hpp"
#include "model/mobilenet_v2.hpp"
#include "model/resnet.hpp"
#include "model/rle_loss.hpp"
#include "model/simple_head.hpp"
#include "model/top_down.hpp"
#include "model/wing_loss.hpp"

namespace ph {

const ModelRegistry& models() {
  static const ModelRegistry registry = [] {
    ModelRegistry all("model");
    all.add<TopDownArgs>("TopDown", [](const TopDownArgs& args, const Compat& compat) {
      return std::make_shared<TopDown>(args, compat);
    });
    return all;
  }();
  return registry;
}

const BackboneRegistry& backbones() {
  static const BackboneRegistry registry = [] {
    BackboneRegistry all("backbone");
    all.add<ResNetArgs>("ResNet", [](const ResNetArgs& args) { return std::make_shared<ResNet>(args); });
    all.add<ResNetArgs>("ResNetV1d",
                        [](const ResNetArgs& args) { return std::make_shared<ResNet>(args.of_v1d()); });
    all.add<ResNetArgs>("ResNeXt",
                        [](const ResNetArgs& args) { return std::make_shared<ResNet>(args.of_resnext()); });
    all.add<HrNetArgs>("HRNet", [](const HrNetArgs& args) { return std::make_shared<HrNet>(args); });
    all.add<MobileNetV2Args>("MobileNetV2",
                             [](const MobileNetV2Args& args) { return std::make_shared<MobileNetV2>(args); });
    return all;
  }();
  return registry;
}

const NeckRegistry& necks() {
  static const NeckRegistry registry = [] {
    NeckRegistry all("neck");
    all.add<GlobalAveragePoolingArgs>("GlobalAveragePooling", [](const GlobalAveragePoolingArgs&) {
      return std::make_shared<GlobalAveragePooling>();
    });
    return all;
  }();
  return registry;
}

const HeadRegistry& heads() {
  static const HeadRegistry registry = [] {
    HeadRegistry all("keypoint head");
    all.add<SimpleHeadArgs>("TopdownHeatmapSimpleHead",
                            [](const SimpleHeadArgs& args, const HeadContext& context) {
                              return std::make_shared<SimpleHead>(args, context);
                            });
    all.alias("TopDownSimpleHead", "TopdownHeatmapSimpleHead");
    all.add<DeepposeHeadArgs>("DeepposeRegressionHead",
                              [](const DeepposeHeadArgs& args, const HeadContext& context) {
                                return std::make_shared<DeepposeHead>(args, context);
                              });
    all.alias("FcHead", "DeepposeRegressionHead");
    return all;
  }();
  return registry;
}

const LossRegistry& losses() {
  static const LossRegistry registry = [] {
    LossRegistry all("loss");
    all.add<JointsMseArgs>("JointsMSELoss", [](const JointsMseArgs& args, const Compat& compat) {
      return std::make_shared<JointsMseLoss>(args, compat);
    });
    // These are the same in all versions.
    const auto add = [&all]<class Loss, class Args>(const char* name) {
      all.add<Args>(name, [](const Args& args, const Compat&) { return std::make_shared<Loss>(args); });
    };
    add.operator()<JointsOhkmLoss, JointsOhkmArgs>("JointsOHKMMSELoss");
    add.operator()<CombinedTargetLoss, CombinedTargetLossArgs>("CombinedTargetMSELoss");
    add.operator()<AdaptiveWingLoss, AdaptiveWingArgs>("AdaptiveWingLoss");
    add.operator()<WingLoss, WingArgs>("WingLoss");
    add.operator()<SoftWingLoss, SoftWingArgs>("SoftWingLoss");
    add.operator()<RleLoss, RleLossArgs>("RLELoss");
    for (const auto& [name, make] : {std::pair{"SmoothL1Loss", &CoordinateLoss::smooth_l1},
                                     {"L1Loss", &CoordinateLoss::l1},
                                     {"MSELoss", &CoordinateLoss::mse}}) {
      all.add<CoordinateLossArgs>(
          name, [make](const CoordinateLossArgs& args, const Compat&) { return make(args); });
    }
    return all;
  }();
  return registry;
}

std::shared_ptr<PoseModel> make_model(const Node& model, const Compat& compat) {
  return models().make(model, compat);
}

}  // namespace ph
