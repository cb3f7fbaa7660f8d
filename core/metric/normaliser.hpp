#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/instance.hpp"

namespace ph {

/// What NME divides distances by, in pixels.
struct Normaliser {
  enum class Kind {
    bbox_size,  ///< longer side of the box
    box_size,   ///< "box_size" of the annotation (AFLW)
    head_size,  ///< "head_size" of the annotation
    keypoints,  ///< distance between two annotated keypoints: between the outer corners of the eyes, …
  };
  Kind kind = Kind::bbox_size;
  std::size_t first = 0, second = 0;  ///< of Kind::keypoints
};

/// "bbox_size", "box_size", "head_size", or two keypoints: "60,72". Nothing when it is none of these.
[[nodiscard]] std::optional<Normaliser> parse_normaliser(std::string_view text);

/// That of a data set, by dataset_info's name: wflw, 300w, coco_wholebody_face, cofw, lapa (outer corners of
/// the eyes), horse10 (nose and eye), aflw (box_size). Nothing for others.
[[nodiscard]] std::optional<Normaliser> normaliser_of_dataset(const std::string& name);
[[nodiscard]] const std::vector<std::string>& datasets_with_normaliser();

/// One number an instance; 0 (left out) where a keypoint of the pair is not labelled. Throws Error(data) when
/// an instance has no such size, or when a keypoint does not exist.
[[nodiscard]] std::vector<double> norms_of(const std::vector<Instance>& instances,
                                           const Normaliser& normaliser);

}  // namespace ph
