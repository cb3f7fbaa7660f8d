// SPDX-License-Identifier: Apache-2.0
#include <posehost/plugin.hpp>

POSEHOST_PLUGIN("org.posehost.param_groups", "0.9.0", "Apache-2.0", "posehost authors", Default, LayerDecay);
