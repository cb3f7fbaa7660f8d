// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.Adam: weight decay goes into the gradient, unless it is decoupled.
#include "adam_rule.hpp"

namespace {

class Adam final : public AdamRule {
 public:
  static constexpr auto info = ph::component("Adam", "adaptive moments; weight decay as an L2 penalty");
  static constexpr auto args =
      ph::args(adam_lr, adam_betas, adam_eps,
               ph::arg<double>("weight_decay", 0.0, ph::at_least(0), ph::role::weight_decay, "L2 penalty"),
               adam_amsgrad, adam_maximize,
               ph::arg<bool>("decoupled_weight_decay", false, "shrink parameters instead: AdamW"),
               execution_switch("foreach"), execution_switch("capturable"),
               execution_switch("differentiable"), execution_switch("fused"));

  explicit Adam(const ph::Config& config) : AdamRule{config, config.get<bool>("decoupled_weight_decay")} {}
};

}  // namespace

POSEHOST_COMPONENT(Adam);
