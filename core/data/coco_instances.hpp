#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/coco_file.hpp"
#include "data/compat.hpp"
#include "data/instance.hpp"

namespace ph {

/// What of an annotation file can be trained on, and why the rest cannot.
struct CocoInstances {
  std::vector<Instance> instances;  ///< by image in the file's order, then by annotation
  std::size_t crowds = 0;           ///< iscrowd
  std::size_t no_box = 0;           ///< no box, no area, or nothing of the box within the image
  std::size_t no_keypoints = 0;     ///< no keypoint labelled
};

/// Chooses as mmpose's TopDownCocoDataset does, with the boxes of `box`. `folder` holds the images; `count` is the number of
/// keypoints that every annotation must have: Error(data) otherwise, and when nothing is left.
[[nodiscard]] CocoInstances choose_instances(const CocoFile& file, const std::string& folder,
                                             std::size_t count, const Compat& compat,
                                             BoxRule box = BoxRule::cut);

/// An instance of which only the picture is known. `folder` holds the images.
[[nodiscard]] Instance instance_in(const CocoImage& image, const std::string& folder);

/// Error(data) with the first names when images of `instances` are missing below `folder`.
void check_image_files(const std::vector<Instance>& instances, const std::string& folder);

/// Lines for the start of a run.
/// `images` is how many the file lists; 0: it lists none.
[[nodiscard]] std::vector<std::string> describe(const std::string& file, std::size_t images,
                                                const CocoInstances& chosen,
                                                const std::vector<std::string>& keypoints);

}  // namespace ph
