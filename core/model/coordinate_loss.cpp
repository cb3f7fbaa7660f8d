#include "model/coordinate_loss.hpp"

#include <ATen/ops/l1_loss.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/smooth_l1_loss.h>

namespace ph {

const ArgTable<CoordinateLossArgs>& CoordinateLossArgs::table() {
  using A = CoordinateLossArgs;
  static const auto table =
      ArgTable<A>("mean error of coordinates")
          .arg("use_target_weight", &A::use_target_weight, "weight each coordinate by its target weight")
          .arg("loss_weight", &A::loss_weight, "factor of the loss");
  return table;
}

CoordinateLoss::CoordinateLoss(const char* name, Function function, const CoordinateLossArgs& args)
    : KeypointLoss(name), function_(function), args_(args) {}

at::Tensor CoordinateLoss::forward(const at::Tensor& output, const at::Tensor& target,
                                   const at::Tensor& target_weight) {
  const auto p = precise(output);
  if (!args_.use_target_weight) return function_(p, target) * args_.loss_weight;
  return function_(p * target_weight, target * target_weight) * args_.loss_weight;
}

std::shared_ptr<CoordinateLoss> CoordinateLoss::smooth_l1(const CoordinateLossArgs& args) {
  return std::make_shared<CoordinateLoss>(
      "SmoothL1Loss", [](const at::Tensor& p, const at::Tensor& t) { return at::smooth_l1_loss(p, t); },
      args);
}

std::shared_ptr<CoordinateLoss> CoordinateLoss::l1(const CoordinateLossArgs& args) {
  return std::make_shared<CoordinateLoss>(
      "L1Loss", [](const at::Tensor& p, const at::Tensor& t) { return at::l1_loss(p, t); }, args);
}

std::shared_ptr<CoordinateLoss> CoordinateLoss::mse(const CoordinateLossArgs& args) {
  return std::make_shared<CoordinateLoss>(
      "MSELoss", [](const at::Tensor& p, const at::Tensor& t) { return at::mse_loss(p, t); }, args);
}

}  // namespace ph
