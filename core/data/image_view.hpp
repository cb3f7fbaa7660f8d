#pragma once
#include <opencv2/core.hpp>

#include "data/image.hpp"

namespace ph {

/// The pixels of `image` for OpenCV: the same memory, so it must outlive the view and keep its size.
[[nodiscard]] inline cv::Mat view_of(Image& image) {
  const int depth = image.format.floats ? CV_32F : CV_8U;
  return cv::Mat(image.height, image.width, CV_MAKETYPE(depth, image.format.channels), image.pixels.data());
}
/// To be read only: OpenCV has no type that says so.
[[nodiscard]] inline cv::Mat view_of(const Image& image) { return view_of(const_cast<Image&>(image)); }

}  // namespace ph
