// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.Adam: weight decay goes into the gradient, unless it is decoupled.
#include "adam_rule.hpp"

namespace {

class Adam final : public AdamRule {
 public:
  static constexpr auto info = ph::component("Adam", "adaptive moments; weight decay as an L2 penalty");
  static constexpr auto args =
      ph::args(lr_arg(1e-3), betas_arg(), eps_arg(1e-8), l2_arg(), amsgrad_arg(), maximize_arg(),
               decoupled_arg(), execution_switch("foreach"), execution_switch("capturable"),
               execution_switch("differentiable"), execution_switch("fused"));

  explicit Adam(const ph::Config& config) : AdamRule{config, config.get<bool>("decoupled_weight_decay")} {}
};

}  // namespace

POSEHOST_COMPONENT(Adam);
