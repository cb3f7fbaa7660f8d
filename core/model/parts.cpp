#include "model/parts.hpp"

#include "model/joints_mse_loss.hpp"
#include "model/resnet.hpp"
#include "model/simple_head.hpp"
#include "model/top_down.hpp"

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
    return all;
  }();
  return registry;
}

std::shared_ptr<PoseModel> make_model(const Node& model, const Compat& compat) {
  return models().make(model, compat);
}

}  // namespace ph
