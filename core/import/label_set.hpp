#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ph {

/// What an import left out, counted by reason; the first of each kind is kept as an example.
class LeftOut {
 public:
  struct Reason {
    std::string what;
    std::size_t count = 0;
    std::string first;
  };
  void add(const std::string& what, const std::string& example);
  [[nodiscard]] const std::vector<Reason>& reasons() const noexcept { return reasons_; }

 private:
  std::vector<Reason> reasons_;
};

/// Pixels, the centre of the top left one being (0, 0). v as in COCO: 0 not labelled, 1 hidden, 2 visible.
struct LabelledPoint {
  double x = 0, y = 0;
  int v = 0;
};

struct LabelledObject {
  std::size_t image = 0;                     ///< index into LabelSet::images
  std::vector<LabelledPoint> points;         ///< K, or fewer while a reader is still learning the names
  std::optional<std::array<double, 4>> box;  ///< x, y, width, height
  std::optional<double> area;
};

struct LabelledImage {
  std::string name;                    ///< path below LabelSet::root, with '/'
  std::int64_t width = 0, height = 0;  ///< 0: not known
  std::string side;                    ///< "train" or "val" where the data says so, else empty
};

/// Labels of somebody else's tool in the form that all readers give. What a reader cannot use is in `left_out`; what makes the
/// whole of no use is an Error(data).
struct LabelSet {
  std::string format;          ///< "DeepLabCut", "LabelMe", "YOLO-pose", "COCO"
  std::filesystem::path root;  ///< folder with everything, canonical
  std::string category = "object";
  std::vector<std::string> keypoints;
  std::vector<std::pair<int, int>> skeleton;                   ///< from 0
  std::optional<std::vector<std::pair<int, int>>> flip_pairs;  ///< where the data says them
  std::vector<double> sigmas;                                  ///< K where the data says them, else empty
  std::vector<LabelledImage> images;
  std::vector<LabelledObject> objects;
  LeftOut left_out;
  std::vector<std::string> notes;  ///< worth telling the user, a sentence each
};

/// Every object gets K points, sizes come from the pictures' headers, points that are no numbers or lie outside the picture count
/// as not labelled, boxes are cut to the picture or made of the points where there is none or an exporter did so without room. What is left without use goes, images
/// without an object too. Throws Error(data) when nothing remains.
void tidy_labels(LabelSet& labels);

}  // namespace ph
