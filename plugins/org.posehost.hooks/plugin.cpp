// SPDX-License-Identifier: Apache-2.0
#include <posehost/plugin.hpp>

#include "version.hpp"

POSEHOST_PLUGIN("org.posehost.hooks", version, "Apache-2.0", "posehost authors", TextLogger, JsonLogger,
                Checkpoint, Evaluation, IterTimer, EMA, SWA, Lookahead, NaNGuard, TensorboardLogger,
                WandbLogger, EarlyStopping, PipelineSwitch, Profiler, VisualizeSamples);
