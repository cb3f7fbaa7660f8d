#pragma once
// Small networks and batches for the tests of this folder.
#include <torch/types.h>

#include <nlohmann/json.hpp>
#include <string>

#include "model/pose_model.hpp"
#include "support/error_of.hpp"
#include "support/fill_weights.hpp"

namespace test {

/// A TopDown ResNet-18 with deconvolutions of 8 channels and 4 keypoints.
inline ph::Json small_model() {
  return ph::Json::parse(R"({
    "type": "TopDown", "pretrained": null,
    "backbone": {"type": "ResNet", "depth": 18, "base_channels": 8, "stem_channels": 8},
    "keypoint_head": {
      "type": "TopdownHeatmapSimpleHead", "in_channels": 64, "out_channels": 4,
      "num_deconv_filters": [8, 8, 8],
      "loss_keypoint": {"type": "JointsMSELoss", "use_target_weight": true}},
    "train_cfg": {},
    "test_cfg": {"flip_test": true, "post_process": "default", "shift_heatmap": true, "modulate_kernel": 11}})");
}

/// small_model() with `patch` merged in (RFC 7396: null removes a key).
inline ph::Json small_model(const std::string& patch) {
  auto json = small_model();
  json.merge_patch(ph::Json::parse(patch));
  return json;
}

inline std::shared_ptr<ph::PoseModel> make(const ph::Json& json,
                                           const ph::Compat& compat = ph::default_compat()) {
  return ph::make_model(ph::Node::from_json(ph::Json{{"model", json}}, "cfg.json").at("model"), compat);
}

inline std::string model_error(const std::string& patch) {
  return error_of([&] { (void)make(small_model(patch)); });
}

/// `samples` random images of 64 x 64 with targets for `keypoints` points on 16 x 16 maps.
inline ph::Batch small_batch(std::int64_t samples = 2, std::int64_t keypoints = 4, std::int64_t width = 16) {
  ph::Batch batch;
  batch.img = random_tensor("images", {samples, 3, 64, 64}, 2);
  batch.target = random_tensor("targets", {samples, keypoints, 16, width}, 1).abs();
  batch.target_weight = at::ones({samples, keypoints, 1});
  for (std::int64_t i = 0; i < samples; ++i) {
    ph::SampleMeta meta;
    meta.index = 10 + i;
    meta.center = {100.0F + static_cast<float>(i), 80};
    meta.scale = {0.64F, 0.64F};
    batch.meta.push_back(meta);
  }
  return batch;
}

inline ph::DatasetInfo four_points() {
  ph::DatasetInfo info;
  info.name = "four";
  info.keypoints = {"nose", "left", "right", "tail"};
  info.flip_pairs = {{1, 2}};
  return info;
}

}  // namespace test
