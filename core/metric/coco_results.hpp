#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metric/coco_truth.hpp"

namespace ph {

/// One predicted object.
struct CocoResult {
  std::uint32_t image = 0, category = 0;      ///< indices into the CocoTruth it belongs to
  double score = 0;                           ///< finite
  double area = 0;                            ///< of its box, else the extent of its points; square pixels
  std::optional<std::int64_t> annotation_id;  ///< the object that it answers, where the writer knew it
};

/// Predictions for the images of a CocoTruth.
struct CocoResults {
  std::string name;                 ///< the file, for messages
  std::vector<CocoResult> results;  ///< in the file's order
  std::vector<double> points;       ///< 2 K a result: x, y
  std::size_t skipped = 0;          ///< of unknown images or categories
};

struct ReadResultsOptions {
  bool skip_unknown = false;  ///< leave results of unknown images and categories out instead of failing
};

/// Reads a COCO result list: [{"image_id", "category_id", "keypoints": [x, y, score, …], "score"}, …]. As in
/// pycocotools, the first result decides whether areas are those of boxes ("bbox") or of the points.
/// Without a "category_id" a result belongs to the truth's main category. Throws Error(data) naming file,
/// line and result: not a list, an empty list, not JSON, unknown images or categories, a count of keypoints
/// other than the truth's, scores that are no finite numbers.
[[nodiscard]] CocoResults read_coco_results(const std::filesystem::path& file, const CocoTruth& truth,
                                            const ReadResultsOptions& options = {});
/// The same from text; `name` stands for the file.
[[nodiscard]] CocoResults parse_coco_results(std::string_view text, const std::string& name,
                                             const CocoTruth& truth, const ReadResultsOptions& options = {});

/// Width times height of what `count` points (x, y) span.
[[nodiscard]] double extent_of(const double* points, std::size_t count);

}  // namespace ph
