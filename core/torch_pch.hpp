// Precompiled: LibTorch's headers take 17 s otherwise. Private to posehost_torch.
#pragma once
#include <torch/nn.h>
#include <torch/types.h>
#include <torch/utils.h>
