#include "data/affine.hpp"

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

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
  const double half_width = static_cast<double>(scale[0] * 200.0F) * -0.5;
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

}  // namespace ph
