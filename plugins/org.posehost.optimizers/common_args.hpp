// SPDX-License-Identifier: Apache-2.0
//
// Arguments that many of torch's optimizers have.
#pragma once
#include <string>

#include <posehost/optimizer.hpp>

constexpr auto lr_arg(double value) {
  return ph::arg<double>("lr", value, ph::at_least(0), ph::role::lr, "step size");
}
constexpr auto l2_arg() {
  return ph::arg<double>("weight_decay", 0.0, ph::at_least(0), ph::role::weight_decay, "L2 penalty");
}
constexpr auto shrink_arg(double value) {
  return ph::arg<double>("weight_decay", value, ph::at_least(0), ph::role::weight_decay,
                         "share by which parameters shrink, times lr");
}
constexpr auto eps_arg(double value) {
  return ph::arg<double>("eps", value, ph::at_least(0), ph::role::none, "added to the denominator");
}
constexpr auto maximize_arg() { return ph::arg<bool>("maximize", false, "climb instead of descend"); }

// Arguments that choose how a step is computed, not what it computes: accepted, so that a config which
// names them runs, and without effect here.
constexpr auto execution_switch(std::string_view name) {
  return ph::arg<std::optional<bool>>(name, ph::null, "how torch computes a step; no effect here");
}

// -1 to climb.
inline double sign_of(const ph::Config& config) { return config.get<bool>("maximize") ? -1.0 : 1.0; }

// A run that began without momentum has no buffer for one.
inline void need_buffer(bool buffered, double momentum) {
  if (momentum != 0 && !buffered)
    throw ph::Failure(
        PH_ERR_INVALID_ARGUMENT,
        "momentum was set to " + std::to_string(momentum) +
            " in a run that began without; expected momentum above 0 in the optimizer's arguments");
}
