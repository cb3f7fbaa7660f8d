#include "model/head_loss.hpp"

#include "model/parts.hpp"

namespace ph {
namespace {

struct InputText {
  const char *what, *losses;
};

InputText text_of(LossInput input) {
  switch (input) {
    case LossInput::heatmaps:
      return {"heatmaps", "JointsMSELoss, JointsOHKMMSELoss or AdaptiveWingLoss"};
    case LossInput::combined:
      return {"the discs and offsets of CombinedTarget", "CombinedTargetMSELoss"};
    case LossInput::points:
      return {"coordinates", "SmoothL1Loss, L1Loss, MSELoss, WingLoss or SoftWingLoss"};
    case LossInput::spread:
      return {"coordinates with deviations (out_sigma)", "RLELoss"};
  }
  return {"", ""};
}

}  // namespace

std::shared_ptr<KeypointLoss> make_head_loss(const std::optional<Node>& own, const HeadContext& context,
                                             LossInput wanted) {
  const auto node = own ? own : context.loss_keypoint;
  const auto want = text_of(wanted);
  if (!node) {
    const bool points = wanted == LossInput::points, combined = wanted == LossInput::combined;
    const std::string usual = points                        ? "SmoothL1Loss"
                              : combined                    ? "CombinedTargetMSELoss"
                              : wanted == LossInput::spread ? "RLELoss"
                                                            : "JointsMSELoss";
    throw context.node.error("no loss_keypoint", std::string("a loss: ") + want.losses,
                             "\"loss_keypoint\": {\"type\": \"" + usual + "\"}");
  }
  const auto loss = losses().make(*node, context.compat);
  if (loss->input() == wanted) return loss;
  const bool either_combined = wanted == LossInput::combined || loss->input() == LossInput::combined;
  throw node->at("type").error(
      std::string("it compares ") + text_of(loss->input()).what + ", the head gives " + want.what,
      want.losses,
      either_combined ? "target_type in test_cfg says which of the two a heatmap head gives" : "");
}

}  // namespace ph
