// SPDX-License-Identifier: Apache-2.0
#include <posehost/plugin.hpp>

POSEHOST_PLUGIN("org.posehost.schedules", "0.9.0", "Apache-2.0", "posehost authors", Fixed, Step, Exp, Poly,
                Inv, CosineAnnealing, FlatCosineAnnealing, CosineRestart, Cyclic, OneCycle, LinearAnnealing,
                CyclicLR, CosineAnnealingWarmRestarts, ReduceLROnPlateau, Warmup);
