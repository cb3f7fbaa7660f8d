// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.AdamW: Adam with decoupled weight decay, 0.01 by default.
#include "adam_rule.hpp"

namespace {

class AdamW final : public AdamRule {
 public:
  static constexpr auto info = ph::component("AdamW", "Adam with decoupled weight decay");
  static constexpr auto args =
      ph::args(lr_arg(1e-3), betas_arg(), eps_arg(1e-8), shrink_arg(1e-2), amsgrad_arg(), maximize_arg(),
               execution_switch("foreach"), execution_switch("capturable"),
               execution_switch("differentiable"), execution_switch("fused"));

  explicit AdamW(const ph::Config& config) : AdamRule{config, true} {}
};

}  // namespace

POSEHOST_COMPONENT(AdamW);
