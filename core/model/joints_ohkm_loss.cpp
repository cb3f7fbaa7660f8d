#include "model/joints_ohkm_loss.hpp"

#include <torch/types.h>

namespace ph {

const CheckedArgs<JointsOhkmArgs>& JointsOhkmArgs::table() {
  using A = JointsOhkmArgs;
  static const CheckedArgs<A> table(
      ArgTable<A>("mean squared error of the heatmaps that are furthest off")
          .arg("use_target_weight", &A::use_target_weight, "weight each joint by its target weight")
          .arg("topk", &A::topk, "how many heatmaps of a sample count", at_least(1))
          .arg("loss_weight", &A::loss_weight, "factor of the loss"),
      [](A& args, const Node& node) { args.self = node; });
  return table;
}

JointsOhkmLoss::JointsOhkmLoss(JointsOhkmArgs args)
    : KeypointLoss("JointsOHKMMSELoss"), args_(std::move(args)) {}

at::Tensor JointsOhkmLoss::forward(const at::Tensor& output, const at::Tensor& target,
                                   const at::Tensor& target_weight) {
  if (output.size(1) < args_.topk) {
    throw member_or_self(args_.self, "topk")
        .error("more keypoints are asked for than there are", "at most " + std::to_string(output.size(1)));
  }
  auto difference = precise(output) - target;
  if (args_.use_target_weight) difference = difference * target_weight.unsqueeze(-1);
  const auto each = difference.square().mean({2, 3});  // N x K
  return std::get<0>(each.topk(args_.topk, 1, /*largest=*/true, /*sorted=*/false)).mean() * args_.loss_weight;
}

}  // namespace ph
