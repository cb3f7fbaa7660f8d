#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/load.hpp"

namespace ph {

/// What `posehost infer` was asked for.
struct InferOptions {
  std::filesystem::path checkpoint;
  std::vector<std::filesystem::path> inputs;  ///< images, folders of images, videos
  std::filesystem::path config;               ///< empty: the checkpoint's own
  ConfigOverrides overrides;                  ///< of either
  std::filesystem::path boxes;                ///< empty: whole images
  std::filesystem::path out;                  ///< folder for pictures and videos; empty: none are made
  std::filesystem::path json, csv;            ///< empty: not wanted
  std::int64_t batch = 1;
  std::string device;           ///< "" = the config's
  double keypoint_score = 0.3;  ///< keypoints below it are not drawn
  int radius = 4, thickness = 2;
  bool strict = false;  ///< the first broken image is an error
  bool plain = false;   ///< without fusing norms into convolutions
};

}  // namespace ph
