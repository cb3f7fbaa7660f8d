#include "data/affine.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "data/box.hpp"

namespace ph {
namespace {

// The corner that makes a right angle at `b` with the line from `a`.
cv::Point2f third_point(const cv::Point2f& a, const cv::Point2f& b) {
  const cv::Point2f direction = a - b;
  return {b.x - direction.y, b.y + direction.x};
}

}  // namespace

AffineMatrix crop_matrix(const std::array<float, 2>& center, const std::array<float, 2>& scale,
                         double rotation, const std::array<std::int64_t, 2>& size) {
  const double radians = std::numbers::pi * rotation / 180;
  const double half_width = static_cast<double>(scale[0] * pixels_per_scale) * -0.5;
  const auto width = static_cast<double>(size[0]), height = static_cast<double>(size[1]);

  cv::Point2f from[3], to[3];
  from[0] = {center[0], center[1]};
  from[1] = {static_cast<float>(static_cast<double>(center[0]) - half_width * std::sin(radians)),
             static_cast<float>(static_cast<double>(center[1]) + half_width * std::cos(radians))};
  from[2] = third_point(from[0], from[1]);
  to[0] = {static_cast<float>(width * 0.5), static_cast<float>(height * 0.5)};
  to[1] = {static_cast<float>(width * 0.5), static_cast<float>(height * 0.5 - width * 0.5)};
  to[2] = third_point(to[0], to[1]);

  const cv::Mat matrix = cv::getAffineTransform(from, to);
  AffineMatrix out{};
  for (int i = 0; i < 6; ++i) out[static_cast<std::size_t>(i)] = matrix.at<double>(i / 3, i % 3);
  return out;
}

Region seen_region(const AffineMatrix& m, const std::array<std::int64_t, 2>& size, int width, int height) {
  const double det = m[0] * m[4] - m[1] * m[3];
  // One pixel for the interpolation's neighbour, one for OpenCV's rounding to 1/32.
  constexpr double kMargin = 2;
  constexpr double kFar = std::numeric_limits<double>::infinity();
  double left = kFar, top = kFar, right = -kFar, bottom = -kFar;
  for (const double u : {0.0, static_cast<double>(size[0] - 1)}) {
    for (const double v : {0.0, static_cast<double>(size[1] - 1)}) {
      const double x = (m[4] * (u - m[2]) - m[1] * (v - m[5])) / det;
      const double y = (m[0] * (v - m[5]) - m[3] * (u - m[2])) / det;
      if (!std::isfinite(x) || !std::isfinite(y)) return {0, 0, width, height};
      left = std::min(left, x), right = std::max(right, x);
      top = std::min(top, y), bottom = std::max(bottom, y);
    }
  }
  const auto cut = [](double value, int limit) {
    return static_cast<int>(std::clamp(value, 0.0, double(limit)));
  };
  Region seen;
  seen.x = cut(std::floor(left - kMargin), width);
  seen.y = cut(std::floor(top - kMargin), height);
  seen.width = cut(std::ceil(right + kMargin) + 1, width) - seen.x;
  seen.height = cut(std::ceil(bottom + kMargin) + 1, height) - seen.y;
  return seen;
}

AffineMatrix udp_crop_matrix(const std::array<float, 2>& center, const std::array<float, 2>& scale,
                             double rotation, const std::array<std::int64_t, 2>& size) {
  const double radians = std::numbers::pi * rotation / 180;
  const double cosine = std::cos(radians), sine = std::sin(radians);
  const double x = static_cast<double>(center[0]), y = static_cast<double>(center[1]);
  const double width = static_cast<double>(scale[0] * pixels_per_scale),
               height = static_cast<double>(scale[1] * pixels_per_scale);
  const double per_x = static_cast<double>(size[0] - 1) / width,
               per_y = static_cast<double>(size[1] - 1) / height;
  AffineMatrix out{per_x * cosine, -per_x * sine,  per_x * (-x * cosine + y * sine + 0.5 * width),
                   per_y * sine,   per_y * cosine, per_y * (-x * sine - y * cosine + 0.5 * height)};
  for (double& value : out) value = static_cast<double>(static_cast<float>(value));
  return out;
}

}  // namespace ph
