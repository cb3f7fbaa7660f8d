#pragma once
#include <array>

#include "data/image.hpp"

namespace ph {

/// One change of colours, as mmpose 0.x's PhotometricDistortion draws it. Everything is rounded to bytes
/// after each step, downwards, as there. Hue and saturation are OpenCV's, of channels in the order BGR,
/// whatever their real order is: mmpose hands it RGB pictures too.
struct Distortion {
  double brightness = 0;       ///< added to each value; 0: none
  double contrast = 1;         ///< factor of each value; 1: none
  bool contrast_first = true;  ///< before saturation and hue, or after
  double saturation = 1;       ///< factor
  int hue = 0;                 ///< added, in OpenCV's units of 2 degrees
};

/// `from` distorted into `to`, another picture.
void distort(const Image& from, const Distortion& distortion, Image& to);

}  // namespace ph
