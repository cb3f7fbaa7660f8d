#include "data/coco_instances.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <set>

namespace ph {
namespace {

using Box = std::array<double, 4>;

// The part of a box that lies within the image, by the rules of the three versions; nothing when empty.
std::optional<Box> cut_to_image(const Box& box, const CocoImage& image, const Compat& compat) {
  const double last_x = static_cast<double>(image.width - 1), last_y = static_cast<double>(image.height - 1);
  const double less = compat.box_minus_one ? 1 : 0;
  const double width = std::max(0.0, box[2] - less), height = std::max(0.0, box[3] - less);
  const double left = std::max(0.0, box[0]), top = std::max(0.0, box[1]);
  const double right = std::min(last_x, (compat.box_shifted ? left : box[0]) + width);
  const double bottom = std::min(last_y, (compat.box_shifted ? top : box[1]) + height);
  if (right <= left || bottom <= top) return std::nullopt;
  return Box{left, top, right - left, bottom - top};
}

// Nothing where there is none, or none with an area.
std::optional<Box> box_of(const CocoAnnotation& annotation, const CocoImage& image, const Compat& compat,
                          BoxRule rule) {
  if (rule == BoxRule::center_scale) return annotation.square;
  if (rule == BoxRule::image) return Box{0, 0, double(image.width), double(image.height)};
  if (!annotation.bbox) return std::nullopt;
  const Box& box = *annotation.bbox;
  // 1.x has one rule for all data sets: cut.
  if (rule == BoxRule::raw && compat.box_shifted)
    return box[2] > 0 && box[3] > 0 ? std::optional(box) : std::nullopt;
  const bool flat = annotation.area && *annotation.area <= 0;
  return flat ? std::nullopt : cut_to_image(box, image, compat);
}

bool has_labelled(const CocoAnnotation& annotation) {
  if (annotation.num_keypoints && *annotation.num_keypoints == 0) return false;
  for (std::size_t i = 2; i < annotation.keypoints.size(); i += 3) {
    if (annotation.keypoints[i] > 0) return true;
  }
  return false;
}

void check_count(const CocoFile& file, const CocoAnnotation& annotation, std::size_t count) {
  if (annotation.keypoints.empty() || annotation.keypoints.size() == 3 * count) return;
  throw Error(
      ErrorKind::data,
      file.name + ": annotation " + std::to_string(annotation.id) + ": the number of keypoints does not fit",
      std::to_string(annotation.keypoints.size() / 3) + " keypoints (" +
          std::to_string(annotation.keypoints.size()) + " numbers)",
      std::to_string(count) + " keypoints");
}

Instance make_instance(const CocoAnnotation& annotation, const CocoImage& image, const Box& box,
                       const std::string& folder) {
  Instance instance = instance_in(image, folder);
  instance.annotation_id = annotation.id;
  instance.bbox = box;
  instance.head_size = annotation.head_size;
  instance.box_size = annotation.box_size;
  instance.area = annotation.area.value_or(box[2] * box[3]);
  for (std::size_t i = 0; i < annotation.keypoints.size(); i += 3) {
    instance.joints.push_back(annotation.keypoints[i]);
    instance.joints.push_back(annotation.keypoints[i + 1]);
    instance.visible.push_back(std::min(1.0F, annotation.keypoints[i + 2]));
  }
  return instance;
}

std::string dropped(const CocoInstances& chosen) {
  std::string text;
  const auto add = [&text](std::size_t count, const char* why) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + why;
  };
  add(chosen.crowds, "crowd regions");
  add(chosen.no_box, "without a box or area in the image");
  add(chosen.no_keypoints, "without a labelled keypoint");
  return text;
}

}  // namespace

Instance instance_in(const CocoImage& image, const std::string& folder) {
  Instance instance;
  instance.image_file = (std::filesystem::path(folder) / image.file_name).string();
  instance.image_id = image.id;
  instance.image_width = image.width;
  instance.image_height = image.height;
  return instance;
}

CocoInstances choose_instances(const CocoFile& file, const std::string& folder, std::size_t count,
                               const Compat& compat, BoxRule rule) {
  std::vector<std::vector<const CocoAnnotation*>> by_image(file.images.size());
  for (const CocoAnnotation& annotation : file.annotations) {
    check_count(file, annotation, count);
    by_image[annotation.image].push_back(&annotation);
  }
  CocoInstances chosen;
  for (std::size_t i = 0; i < file.images.size(); ++i) {
    for (const CocoAnnotation* annotation : by_image[i]) {
      if (annotation->crowd) {
        ++chosen.crowds;
        continue;
      }
      const auto box = box_of(*annotation, file.images[i], compat, rule);
      if (!box) {
        ++chosen.no_box;
      } else if (!has_labelled(*annotation)) {
        ++chosen.no_keypoints;
      } else {
        chosen.instances.push_back(make_instance(*annotation, file.images[i], *box, folder));
      }
    }
  }
  if (chosen.instances.empty()) {
    throw Error(ErrorKind::data, file.name + ": no annotation can be used", dropped(chosen),
                "at least one annotation with a box and a labelled keypoint");
  }
  return chosen;
}

void check_image_files(const std::vector<Instance>& instances, const std::string& folder) {
  constexpr std::size_t shown = 3;
  std::set<std::string> files, missing;
  std::error_code ignored;
  for (const Instance& instance : instances) {
    if (!files.insert(instance.image_file).second) continue;
    if (!std::filesystem::exists(instance.image_file, ignored)) missing.insert(instance.image_file);
  }
  if (missing.empty()) return;
  std::string names;
  std::size_t listed = 0;
  for (const std::string& file : missing) {
    if (listed++ == shown) break;
    names += (names.empty() ? "" : ", ") + file;
  }
  if (missing.size() > shown) names += ", …";
  throw Error(ErrorKind::data,
              folder + ": " + std::to_string(missing.size()) + " of " + std::to_string(files.size()) +
                  " images are missing",
              names, "all images of the annotation file below img_prefix",
              "check img_prefix; relative paths count from the current folder, then from the config's");
}

std::vector<std::string> describe(const std::string& file, std::size_t images, const CocoInstances& chosen,
                                  const std::vector<std::string>& keypoints) {
  std::set<std::string> used;
  std::vector<std::size_t> labelled(keypoints.size());
  for (const Instance& instance : chosen.instances) {
    used.insert(instance.image_file);
    for (std::size_t k = 0; k < labelled.size(); ++k) labelled[k] += instance.visible[k] > 0 ? 1 : 0;
  }
  std::size_t total = 0;
  for (const std::size_t count : labelled) total += count;
  const std::size_t all = keypoints.size() * chosen.instances.size();
  char share[16];
  std::snprintf(share, sizeof share, "%.1f %%",
                100.0 * static_cast<double>(total) / static_cast<double>(all));

  std::vector<std::string> lines;
  lines.push_back(file + ": " + std::to_string(chosen.instances.size()) + " instances in " +
                  std::to_string(used.size()) + (images > 0 ? " of " + std::to_string(images) : "") +
                  " images");
  if (const std::string why = dropped(chosen); !why.empty()) lines.push_back("annotations not used: " + why);
  const auto least = std::min_element(labelled.begin(), labelled.end());
  lines.push_back("keypoints labelled: " + std::to_string(total) + " of " + std::to_string(all) + " (" +
                  share + "); fewest: " + keypoints[static_cast<std::size_t>(least - labelled.begin())] +
                  " " + std::to_string(*least));
  return lines;
}

}  // namespace ph
