#include "model/combined_target_loss.hpp"

#include <torch/types.h>

namespace ph {

const ArgTable<CombinedTargetLossArgs>& CombinedTargetLossArgs::table() {
  using A = CombinedTargetLossArgs;
  static const auto table =
      ArgTable<A>("squared errors of discs and offsets")
          .arg("use_target_weight", &A::use_target_weight, "weight each joint by its target weight")
          .arg("loss_weight", &A::loss_weight, "factor of the loss");
  return table;
}

CombinedTargetLoss::CombinedTargetLoss(const CombinedTargetLossArgs& args)
    : KeypointLoss("CombinedTargetMSELoss"), args_(args) {}

at::Tensor CombinedTargetLoss::forward(const at::Tensor& output, const at::Tensor& target,
                                       const at::Tensor& target_weight) {
  // N x K x 3 x h x w: disc, offset in x, offset in y.
  const auto p = precise(output).unflatten(1, {-1, 3}), t = target.unflatten(1, {-1, 3});
  auto disc = p.select(2, 0), expected = t.select(2, 0);
  if (args_.use_target_weight) {
    const auto weight = target_weight.unsqueeze(-1);
    disc = disc * weight;
    expected = expected * weight;
  }
  const auto offsets = (p - t).narrow(2, 1, 2) * expected.unsqueeze(2);
  // The offsets have twice as many elements as the discs: the sum of two means is twice their mean.
  const auto sum = (disc - expected).square().mean() * 0.5 + offsets.square().mean();
  return sum * args_.loss_weight;
}

}  // namespace ph
