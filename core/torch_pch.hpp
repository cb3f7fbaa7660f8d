// Precompiled: parsed once instead of in every file. Private to posehost_torch. Only what most files
// need; all of torch/nn.h would double what each compilation loads.
#pragma once
#include <torch/nn/init.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/types.h>
#include <torch/utils.h>
#include <nlohmann/json.hpp>
