// SPDX-License-Identifier: Apache-2.0
//
// Arguments of torch's optimizers that choose how a step is computed, not what it computes: accepted, so
// that a config which names them runs, and without effect here.
#pragma once
#include <posehost/args.hpp>

constexpr auto execution_switch(std::string_view name) {
  return ph::arg<std::optional<bool>>(name, ph::null, "how torch computes a step; no effect here");
}
