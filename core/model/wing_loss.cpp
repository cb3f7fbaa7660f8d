#include "model/wing_loss.hpp"

#include <torch/types.h>

#include <cmath>

namespace ph {
namespace {

at::Tensor distance(const at::Tensor& p, const at::Tensor& target, const at::Tensor& weight, bool weighted) {
  const auto difference = (target - p).abs();
  return weighted ? difference * weight.abs() : difference;
}

at::Tensor sum_of_each(const at::Tensor& losses) { return losses.sum({1, 2}).mean(0); }

}  // namespace

const ArgTable<WingArgs>& WingArgs::table() {
  using A = WingArgs;
  static const auto table =
      ArgTable<A>("wing loss of coordinates")
          .arg("omega", &A::omega, "up to where the loss is a logarithm, and its height", above(0))
          .arg("epsilon", &A::epsilon, "width of the logarithm", above(0))
          .arg("use_target_weight", &A::use_target_weight, "weight each joint by its target weight")
          .arg("loss_weight", &A::loss_weight, "factor of the loss");
  return table;
}

WingLoss::WingLoss(const WingArgs& args) : KeypointLoss("WingLoss"), args_(args) {}

at::Tensor WingLoss::forward(const at::Tensor& output, const at::Tensor& target,
                             const at::Tensor& target_weight) {
  const double constant = args_.omega * (1 - std::log(1 + args_.omega / args_.epsilon));
  const auto d = distance(precise(output), target, target_weight, args_.use_target_weight);
  const auto curve = (d / args_.epsilon + 1).log() * args_.omega;
  return sum_of_each(at::where(d < args_.omega, curve, d - constant)) * args_.loss_weight;
}

const ArgTable<SoftWingArgs>& SoftWingArgs::table() {
  using A = SoftWingArgs;
  static const auto table =
      ArgTable<A>("soft wing loss of coordinates")
          .arg("omega1", &A::omega1, "up to where the loss is the distance", above(0))
          .arg("omega2", &A::omega2, "height of the logarithm beyond", above(0))
          .arg("epsilon", &A::epsilon, "width of the logarithm", above(0))
          .arg("use_target_weight", &A::use_target_weight, "weight each joint by its target weight")
          .arg("loss_weight", &A::loss_weight, "factor of the loss");
  return table;
}

SoftWingLoss::SoftWingLoss(const SoftWingArgs& args) : KeypointLoss("SoftWingLoss"), args_(args) {}

at::Tensor SoftWingLoss::forward(const at::Tensor& output, const at::Tensor& target,
                                 const at::Tensor& target_weight) {
  const double constant = args_.omega1 - args_.omega2 * std::log(1 + args_.omega1 / args_.epsilon);
  const auto d = distance(precise(output), target, target_weight, args_.use_target_weight);
  const auto curve = (d / args_.epsilon + 1).log() * args_.omega2 + constant;
  return sum_of_each(at::where(d < args_.omega1, d, curve)) * args_.loss_weight;
}

}  // namespace ph
