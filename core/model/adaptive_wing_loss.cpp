#include "model/adaptive_wing_loss.hpp"

#include <torch/types.h>

namespace ph {

const ArgTable<AdaptiveWingArgs>& AdaptiveWingArgs::table() {
  using A = AdaptiveWingArgs;
  static const auto table =
      ArgTable<A>("adaptive wing loss of heatmaps")
          .arg("alpha", &A::alpha, "exponent for a target of 0; above 2 for smoothness", above(1))
          .arg("omega", &A::omega, "height of the logarithmic part", above(0))
          .arg("epsilon", &A::epsilon, "its width", above(0))
          .arg("theta", &A::theta, "where it goes over into a line", above(0))
          .arg("use_target_weight", &A::use_target_weight, "weight each joint by its target weight")
          .arg("loss_weight", &A::loss_weight, "factor of the loss");
  return table;
}

AdaptiveWingLoss::AdaptiveWingLoss(const AdaptiveWingArgs& args)
    : KeypointLoss("AdaptiveWingLoss"), args_(args) {}

at::Tensor AdaptiveWingLoss::forward(const at::Tensor& output, const at::Tensor& target,
                                     const at::Tensor& target_weight) {
  auto p = precise(output), t = target;
  if (args_.use_target_weight) {
    const auto weight = target_weight.unsqueeze(-1);
    p = p * weight;
    t = t * weight;
  }
  const auto distance = (t - p).abs(), exponent = args_.alpha - t;
  const double edge = args_.theta / args_.epsilon;
  const auto at_edge = at::pow(edge, exponent);
  const auto slope = exponent * at::pow(edge, exponent - 1) * (args_.omega / args_.epsilon) / (at_edge + 1);
  const auto curve = (at::pow(distance / args_.epsilon, exponent) + 1).log() * args_.omega;
  const auto line = slope * (distance - args_.theta) + (at_edge + 1).log() * args_.omega;
  return at::where(distance < args_.theta, curve, line).mean() * args_.loss_weight;
}

}  // namespace ph
