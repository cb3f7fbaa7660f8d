#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/instance.hpp"

namespace ph {

/// A pose that was found.
struct FoundPose {
  std::string name;           ///< the picture's path, or the video's
  std::int64_t image_id = 0;  ///< of a frame: its number, from 0
  std::int64_t object = 0;    ///< number within the picture
  Prediction prediction;
  double score = 0;
};

/// As a COCO result list with "file_name", a pose a line.
void write_pose_json(const std::filesystem::path& file, const std::vector<FoundPose>& poses);

/// As DeepLabCut writes its predictions: header rows scorer, bodyparts, coords (x, y, likelihood), a row a picture; with
/// several poses in one picture, as its multi-animal files: a row individuals below scorer. `by_frame`: rows begin with the
/// frame's number instead of the picture's path. Numbers are empty where a picture has fewer poses than others. Throws Error(environment).
void write_pose_csv(const std::filesystem::path& file, const std::vector<FoundPose>& poses,
                    const std::vector<std::string>& keypoints, const std::string& scorer, bool by_frame);

}  // namespace ph
