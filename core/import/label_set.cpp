#include "import/label_set.hpp"

#include <algorithm>
#include <cmath>

#include "config/error.hpp"
#include "import/image_size.hpp"

namespace ph {
namespace {

// As the boxes of configs/data/mirror_mouse: a tenth of the extent on each side, at least 4 pixels.
constexpr double kPadding = 0.1, kLeastPadding = 4;

struct Extent {
  double left, top, right, bottom;
};

std::optional<Extent> extent_of(const std::vector<LabelledPoint>& points) {
  std::optional<Extent> all;
  for (const auto& point : points) {
    if (point.v == 0) continue;
    if (!all) all = Extent{point.x, point.y, point.x, point.y};
    all->left = std::min(all->left, point.x);
    all->right = std::max(all->right, point.x);
    all->top = std::min(all->top, point.y);
    all->bottom = std::max(all->bottom, point.y);
  }
  return all;
}

// The part of it that lies in the picture.
std::array<double, 4> cut(const Extent& box, const LabelledImage& image) {
  const auto width = static_cast<double>(image.width), height = static_cast<double>(image.height);
  const double left = std::clamp(box.left, 0.0, width), top = std::clamp(box.top, 0.0, height);
  return {left, top, std::clamp(box.right, 0.0, width) - left, std::clamp(box.bottom, 0.0, height) - top};
}

std::array<double, 4> around(const Extent& points, const LabelledImage& image) {
  const double x = std::max(kLeastPadding, kPadding * (points.right - points.left));
  const double y = std::max(kLeastPadding, kPadding * (points.bottom - points.top));
  return cut({points.left - x, points.top - y, points.right + x, points.bottom + y}, image);
}

// What exporters (CVAT's) write where nobody drew a box: ears and tail would stick out of it.
bool is_extent(const std::array<double, 4>& box, const Extent& points) {
  constexpr double near = 0.51;
  return std::abs(box[0] - points.left) < near && std::abs(box[1] - points.top) < near &&
         std::abs(box[0] + box[2] - points.right) < near && std::abs(box[1] + box[3] - points.bottom) < near;
}

bool finite(const std::array<double, 4>& box) {
  return std::all_of(box.begin(), box.end(), [](double v) { return std::isfinite(v) && std::abs(v) < 1e9; });
}

void check_points(LabelSet& labels, LabelledObject& object, const LabelledImage& image) {
  object.points.resize(labels.keypoints.size());
  for (std::size_t k = 0; k < object.points.size(); ++k) {
    auto& point = object.points[k];
    if (point.v == 0) {
      point = {};
      continue;
    }
    const bool number = std::isfinite(point.x) && std::isfinite(point.y);
    // A click on the border is half a pixel outside, or a whole one with rounding.
    const bool inside = number && point.x >= -1 && point.y >= -1 &&
                        point.x <= static_cast<double>(image.width) &&
                        point.y <= static_cast<double>(image.height);
    if (inside) continue;
    labels.left_out.add(number ? "points outside the picture" : "points that are no numbers",
                        image.name + ", " + labels.keypoints[k]);
    point = {};
  }
}

// Whether it can be trained on.
bool complete(LabelSet& labels, LabelledObject& object, const LabelledImage& image) {
  check_points(labels, object, image);
  const auto points = extent_of(object.points);
  if (!points) {
    labels.left_out.add("objects without a labelled point", image.name);
    return false;
  }
  if (object.box && !finite(*object.box)) {
    labels.left_out.add("boxes that are no numbers (made from the points instead)", image.name);
    object.box.reset();
  }
  if (object.box) {
    const auto& b = *object.box;
    object.box = cut({b[0], b[1], b[0] + b[2], b[1] + b[3]}, image);
    if ((*object.box)[2] < 1 || (*object.box)[3] < 1) {
      labels.left_out.add("boxes without area in the picture (made from the points instead)", image.name);
      object.box.reset();
    }
  }
  if (object.box && is_extent(*object.box, *points)) {
    labels.left_out.add("boxes that are but the extent of the points (made anew, with room)", image.name);
    object.box.reset();
  }
  if (!object.box) object.box = around(*points, image);
  const double whole = (*object.box)[2] * (*object.box)[3];
  if (!object.area || !std::isfinite(*object.area) || *object.area <= 0) object.area = whole;
  return true;
}

// Sizes; 0 stays where the picture cannot be used.
void measure(LabelSet& labels) {
  for (auto& image : labels.images) {
    const auto size = image_size(labels.root / image.name);
    if (!size) {
      labels.left_out.add("pictures that are missing or no JPEG, PNG, BMP, TIFF or WebP", image.name);
      image.width = image.height = 0;
      continue;
    }
    if (image.width > 0 && (image.width != size->width || image.height != size->height))
      labels.left_out.add("sizes that differ from the picture's (the picture's is taken)", image.name);
    image.width = size->width;
    image.height = size->height;
  }
}

void drop_unused_images(LabelSet& labels) {
  std::vector<std::size_t> uses(labels.images.size()), place(labels.images.size());
  for (const auto& object : labels.objects) ++uses[object.image];
  std::vector<LabelledImage> kept;
  for (std::size_t i = 0; i < labels.images.size(); ++i) {
    place[i] = kept.size();
    if (uses[i] > 0) {
      kept.push_back(std::move(labels.images[i]));
    } else if (labels.images[i].width > 0) {
      labels.left_out.add("pictures without an object", labels.images[i].name);
    }
  }
  labels.images = std::move(kept);
  for (auto& object : labels.objects) object.image = place[object.image];
}

}  // namespace

void LeftOut::add(const std::string& what, const std::string& example) {
  const auto known =
      std::find_if(reasons_.begin(), reasons_.end(), [&](const auto& r) { return r.what == what; });
  if (known != reasons_.end()) {
    ++known->count;
  } else {
    reasons_.push_back({what, 1, example});
  }
}

void tidy_labels(LabelSet& labels) {
  measure(labels);
  std::erase_if(labels.objects, [&](LabelledObject& object) {
    const auto& image = labels.images[object.image];
    return image.width == 0 || !complete(labels, object, image);
  });
  drop_unused_images(labels);
  if (!labels.objects.empty()) return;
  std::string found;
  for (const auto& reason : labels.left_out.reasons())
    found +=
        (found.empty() ? "" : "; ") + std::to_string(reason.count) + " " + reason.what + ": " + reason.first;
  throw Error(ErrorKind::data, labels.root.string() + ": nothing that can be trained on",
              found.empty() ? "no labelled object" : found, "pictures with labelled keypoints",
              "posehost init --help says which layout is expected");
}

}  // namespace ph
