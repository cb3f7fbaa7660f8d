#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/instance.hpp"

namespace ph {

/// One line of a COCO result list.
struct ResultRow {
  std::int64_t image_id = 0, category_id = 0;
  const Prediction* prediction = nullptr;
  double score = 0;
  std::string file_name = {};  ///< no part of COCO; empty: left out
};

/// Writes [{"category_id", "center", "image_id", "keypoints": [x, y, score, …], "scale", "score"}, …], the
/// members of mmpose's result_keypoints.json, a result a line; "file_name" too where a row has one. The file appears whole or not at all. Throws
/// Error(environment).
void write_coco_results(const std::filesystem::path& file, const std::vector<ResultRow>& rows);

}  // namespace ph
