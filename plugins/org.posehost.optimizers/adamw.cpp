// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.AdamW: Adam with decoupled weight decay, 0.01 by default.
#include "adam_rule.hpp"

namespace {

class AdamW final : public AdamRule {
 public:
  static constexpr auto info = ph::component("AdamW", "Adam with decoupled weight decay");
  static constexpr auto args =
      ph::args(adam_lr, adam_betas, adam_eps,
               ph::arg<double>("weight_decay", 1e-2, ph::at_least(0), ph::role::weight_decay,
                               "share by which parameters shrink, times lr"),
               adam_amsgrad, adam_maximize, execution_switch("foreach"), execution_switch("capturable"),
               execution_switch("differentiable"), execution_switch("fused"));

  explicit AdamW(const ph::Config& config) : AdamRule{config, true} {}
};

}  // namespace

POSEHOST_COMPONENT(AdamW);
