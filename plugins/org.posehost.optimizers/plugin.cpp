// SPDX-License-Identifier: Apache-2.0
#include <posehost/plugin.hpp>

POSEHOST_PLUGIN("org.posehost.optimizers", "0.9.0", "Apache-2.0", "posehost authors", SGD, Adam, AdamW, NAdam,
                RAdam, Adamax, RMSprop, Adagrad, Adadelta, ASGD, Rprop, Lion, Adan, SparseAdam, LARS, LAMB,
                LBFGS, Muon, Adafactor, ScheduleFreeSGD);
