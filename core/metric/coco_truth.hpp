#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ph {

/// A kind of object that an annotation file knows.
struct CocoCategory {
  std::int64_t id = 0;
  std::string name;
  std::vector<std::string> keypoints;  ///< names; empty when the file has none
  std::vector<double> sigmas;          ///< OKS constants, where the file gives them; no part of COCO
};

/// An annotated object. Pixels.
struct CocoObject {
  std::int64_t id = 0;
  std::uint32_t image = 0, category = 0;  ///< indices into CocoTruth
  bool crowd = false;
  std::int64_t num_keypoints = 0;             ///< as given, else the number of labelled points
  std::optional<double> area;                 ///< at least 0
  std::optional<std::array<double, 4>> bbox;  ///< x, y, width, height; sizes at least 0
  double head_size = 0, box_size = 0;         ///< normalisers of some data sets; 0: not given
  std::optional<std::size_t> points;          ///< number of its set of points; nothing when it has none
};

/// The annotations that predictions are compared with. All of them, crowds and objects without points too.
struct CocoTruth {
  std::string name;                  ///< the file, for messages
  std::vector<std::int64_t> images;  ///< ids, ascending
  std::vector<double>
      crowd_index;  ///< of each image, NaN where the file gives none (CrowdPose's "crowdIndex")
  std::vector<CocoCategory> categories;  ///< by id, ascending
  std::size_t keypoints = 0;             ///< K of every set of points
  std::size_t spanning = 0;         ///< the first so many say how large a result is: those of the first list
  std::vector<CocoObject> objects;  ///< in the file's order
  std::vector<double> points;       ///< 2 K a set: x, y
  std::vector<std::uint8_t> labelled;  ///< K a set: v > 0

  [[nodiscard]] const double* points_of(const CocoObject& o) const {
    return &points[2 * keypoints * *o.points];
  }
  [[nodiscard]] const std::uint8_t* labels_of(const CocoObject& o) const {
    return &labelled[keypoints * *o.points];
  }

  /// Index of an id, or nothing.
  [[nodiscard]] std::optional<std::uint32_t> image(std::int64_t id) const;
  [[nodiscard]] std::optional<std::uint32_t> category(std::int64_t id) const;
  /// The first category with keypoints, else the first one.
  [[nodiscard]] const CocoCategory& main_category() const;
};

/// Reads a COCO keypoint file; members that evaluation does not need are skipped unread. Throws Error(data)
/// naming file, line and annotation: not JSON, no images, categories or annotations, ids that occur twice,
/// unknown images or categories, counts of keypoints that differ, numbers that are none or out of range.
/// `lists` are the members of an annotation that hold its points, one after the other: COCO-WholeBody has five, and with several
/// "num_keypoints" is not what the file says (of the body alone) but what is labelled.
[[nodiscard]] CocoTruth read_coco_truth(const std::filesystem::path& file,
                                        const std::vector<std::string>& lists = {"keypoints"});
/// The same from text; `name` stands for the file.
[[nodiscard]] CocoTruth parse_coco_truth(std::string_view text, const std::string& name,
                                         const std::vector<std::string>& lists = {"keypoints"});

}  // namespace ph
