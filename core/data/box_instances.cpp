#include "data/box_instances.hpp"

#include <algorithm>
#include <cstdio>
#include <unordered_map>

#include "config/error.hpp"
#include "data/coco_instances.hpp"

namespace ph {
namespace {

Instance instance_of(const DetectedBox& box, const CocoImage& image, const std::string& folder,
                     std::size_t keypoints) {
  Instance instance = instance_in(image, folder);
  instance.bbox = box.bbox;
  instance.area = box.bbox[2] * box.bbox[3];
  instance.bbox_score = box.score;
  instance.detected = true;
  instance.joints.assign(2 * keypoints, 0);
  instance.visible.assign(keypoints, 0);
  return instance;
}

}  // namespace

std::vector<Instance> instances_of_boxes(const std::vector<DetectedBox>& boxes, const CocoFile& file,
                                         const std::string& folder, std::size_t keypoints, double threshold,
                                         std::vector<std::string>& report) {
  std::unordered_map<std::int64_t, const CocoImage*> images;
  for (const auto& image : file.images) images.emplace(image.id, &image);
  std::vector<Instance> instances;
  std::size_t weak = 0, others = 0;
  for (const auto& box : boxes) {
    const auto& categories = file.keypoint_categories;
    if (std::find(categories.begin(), categories.end(), box.category_id) == categories.end()) {
      ++others;
      continue;
    }
    const auto image = images.find(box.image_id);
    if (image == images.end()) {
      throw Error(ErrorKind::data, file.name + ": a detector's box is in an image that is not there",
                  "\"image_id\": " + std::to_string(box.image_id),
                  "boxes of the images of this annotation file", "another bbox_file");
    }
    if (box.score < threshold) {
      ++weak;
      continue;
    }
    instances.push_back(instance_of(box, *image->second, folder, keypoints));
  }
  char line[160];
  std::snprintf(line, sizeof line,
                "%zu boxes of a detector; not used: %zu with scores below %g, %zu of other categories",
                instances.size(), weak, threshold, others);
  if (instances.empty()) {
    throw Error(ErrorKind::data, file.name + ": no box of the detector can be used", line, "at least one",
                "a smaller det_bbox_thr");
  }
  report.emplace_back(line);
  return instances;
}

}  // namespace ph
