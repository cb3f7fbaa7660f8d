#include "infer/draw_pose.hpp"

#include <cmath>
#include <opencv2/imgproc.hpp>

namespace ph {
namespace {

cv::Scalar bgr(const Rgb& color) { return {double(color[2]), double(color[1]), double(color[0])}; }

// Sixteenths of a pixel.
constexpr int fraction_bits = 4;
cv::Point point_at(const std::vector<float>& keypoints, std::size_t k) {
  constexpr float scale = 1 << fraction_bits;
  return {cvRound(keypoints[3 * k] * scale), cvRound(keypoints[3 * k + 1] * scale)};
}

}  // namespace

void draw_pose(cv::Mat& picture, const std::vector<float>& keypoints, const PoseStyle& style) {
  // A network may answer anything; beyond this OpenCV's whole numbers would not do.
  constexpr float far = 1e6F;
  const auto shown = [&](std::size_t k) {
    const float x = keypoints[3 * k], y = keypoints[3 * k + 1];
    return static_cast<double>(keypoints[3 * k + 2]) >= style.least_score && std::fabs(x) < far &&
           std::fabs(y) < far;
  };
  const auto count = keypoints.size() / 3;
  for (std::size_t i = 0; i < style.lines.size(); ++i) {
    const auto a = static_cast<std::size_t>(style.lines[i].first),
               b = static_cast<std::size_t>(style.lines[i].second);
    if (a >= count || b >= count || !shown(a) || !shown(b) || style.thickness <= 0) continue;
    cv::line(picture, point_at(keypoints, a), point_at(keypoints, b), bgr(style.line_colors[i]),
             style.thickness, cv::LINE_AA, fraction_bits);
  }
  for (std::size_t k = 0; k < count && k < style.point_colors.size(); ++k) {
    if (!shown(k) || style.radius <= 0) continue;
    cv::circle(picture, point_at(keypoints, k), style.radius << fraction_bits, bgr(style.point_colors[k]),
               cv::FILLED, cv::LINE_AA, fraction_bits);
  }
}

}  // namespace ph
