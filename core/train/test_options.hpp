#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "train/run_options.hpp"

namespace ph {

/// What `posehost test` was asked for.
struct TestOptions {
  RunOptions run;                    ///< config, overrides, device, seed, work dir
  std::filesystem::path checkpoint;  ///< safetensors, or a file of torch.save
  std::vector<std::string> metrics;  ///< instead of the config's evaluation.metric; empty: those
  std::filesystem::path out;         ///< COCO result list; empty: not wanted
  bool fuse = false;                 ///< norms into the convolutions before them
  bool by_keypoint = false;          ///< a table of the metrics by keypoint
  bool json = false;
};

}  // namespace ph
