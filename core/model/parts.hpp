#pragma once
#include "config/registry.hpp"
#include "model/backbone.hpp"
#include "model/keypoint_loss.hpp"
#include "model/neck.hpp"
#include "model/pose_head.hpp"
#include "model/pose_model.hpp"

namespace ph {

// The parts that `model` in a config can name. A new one: a class with an argument struct in a file
// of its own, and a line in parts.cpp. Filled on first use; any thread.
using ModelRegistry = Registry<PoseModel, const Compat&>;
using BackboneRegistry = Registry<Backbone>;
using NeckRegistry = Registry<Neck>;
using HeadRegistry = Registry<PoseHead, const HeadContext&>;
using LossRegistry = Registry<KeypointLoss, const Compat&>;

[[nodiscard]] const ModelRegistry& models();
[[nodiscard]] const BackboneRegistry& backbones();
[[nodiscard]] const NeckRegistry& necks();
[[nodiscard]] const HeadRegistry& heads();
[[nodiscard]] const LossRegistry& losses();

}  // namespace ph
