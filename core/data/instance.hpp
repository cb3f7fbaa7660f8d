#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ph {

/// One person, hand, animal …: an annotated object of an image. Pixel coordinates, the centre of the
/// top left pixel being (0, 0).
struct Instance {
  std::string image_file;                          ///< path that can be opened
  std::int64_t image_width = 0, image_height = 0;  ///< as the annotation file says; 0: it does not
  std::int64_t image_id = 0;
  std::int64_t annotation_id = 0;
  std::array<double, 4> bbox{};  ///< x, y, width, height
  double area = 0;
  double bbox_score = 1;
  bool detected = false;               ///< a detector's box: nothing is labelled, annotation_id means nothing
  double head_size = 0, box_size = 0;  ///< pixels, by which some data sets divide distances; 0: not given
  std::vector<float> joints;           ///< 2 K: x, y
  std::vector<float> visible;          ///< K: 0 = not labelled, else 1
};

/// A network's answer for one instance, in the pixels of its image.
struct Prediction {
  std::size_t instance = 0;                ///< index into the data set's instances
  std::vector<float> keypoints;            ///< 3 K: x, y, score
  std::array<float, 2> center{}, scale{};  ///< of the crop; scale in units of 200 pixels, as mmpose 0.x
};

}  // namespace ph
