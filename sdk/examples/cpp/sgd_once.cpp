// SPDX-License-Identifier: MIT
// SGD with momentum, its rule written once: compiled here for the CPU, kept as text for other devices.
#include <posehost/rule.hpp>

PH_RULE(sgd_rule, (momentum_buffer), (lr, momentum, decay), {
  momentum_buffer = momentum * momentum_buffer + (g + decay * p);
  p -= lr * momentum_buffer;
})

struct SgdOnce final : ph::RuleOptimizer<sgd_rule> {
  static constexpr auto info = ph::component("SgdOnce", "SGD with momentum, as a rule for any device");
  static constexpr auto args = ph::args(
      ph::arg<double>("lr", ph::required, ph::at_least(0), ph::role::lr, "step size"),
      ph::arg<double>("momentum", 0.0, ph::range(0, 1), ph::role::momentum, "share of the last step kept"),
      ph::arg<double>("weight_decay", 0.0, ph::at_least(0), ph::role::weight_decay, "L2 penalty"));

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t) const {
    return {h["lr"], h["momentum"], h["weight_decay"]};
  }
};

POSEHOST_COMPONENT(SgdOnce);
POSEHOST_PLUGIN("org.example.sgd_once", "1.0.0", "MIT", "", SgdOnce);
