#include "infer/draw_pose.hpp"

#include <limits>

#include "support/catch.hpp"

namespace {

ph::DatasetInfo two_points() {
  ph::DatasetInfo info;
  info.keypoints = {"a", "b"};
  info.skeleton = {{0, 1}};
  info.colors = {{255, 0, 0}, {0, 0, 255}};
  return info;
}

cv::Vec3b pixel(const cv::Mat& picture, int x, int y) { return picture.at<cv::Vec3b>(y, x); }

}  // namespace

TEST_CASE("points and lines are where they belong, in their colours", "[infer][draw]") {
  auto style = ph::pose_style(two_points(), ph::Node());
  style.radius = 2;
  style.thickness = 3;
  cv::Mat picture(40, 60, CV_8UC3, cv::Scalar::all(9));
  ph::draw_pose(picture, {10, 20, 1, 50, 20, 1}, style);
  CHECK(pixel(picture, 10, 20) == cv::Vec3b(0, 0, 255));  // BGR
  CHECK(pixel(picture, 50, 20) == cv::Vec3b(255, 0, 0));
  CHECK(pixel(picture, 30, 20) == cv::Vec3b(255, 0, 0));  // as its second end
  CHECK(pixel(picture, 30, 24) == cv::Vec3b(9, 9, 9));
}

TEST_CASE("a point below the threshold is left out with its lines, what is far outside too",
          "[infer][draw]") {
  const auto style = ph::pose_style(two_points(), ph::Node());
  const cv::Mat before(40, 60, CV_8UC3, cv::Scalar::all(9));
  const auto [x, score] = GENERATE(table<float, float>(
      {{50.0F, 0.1F}, {1e30F, 1.0F}, {-1e9F, 1.0F}, {std::numeric_limits<float>::quiet_NaN(), 1.0F}}));
  auto picture = before.clone();
  ph::draw_pose(picture, {10, 20, 0, x, 20, score}, style);
  CHECK(cv::norm(picture, before, cv::NORM_INF) == 0);
}

TEST_CASE("a config's colours of lines are used; points of one colour get hues", "[infer][draw]") {
  const auto node = ph::Node::parse(R"({"skeleton_info": {"0": {"link": ["a", "b"], "color": [1, 2, 3]}}})");
  CHECK((ph::pose_style(two_points(), node).line_colors == std::vector<ph::Rgb>{{1, 2, 3}}));
  auto info = two_points();
  info.colors = {{255, 128, 0}, {255, 128, 0}};
  const auto style = ph::pose_style(info, ph::Node());
  CHECK((style.point_colors == std::vector<ph::Rgb>{ph::hue_of(0), ph::hue_of(1)}));
  CHECK((ph::hue_of(0) != ph::hue_of(1)));
  info.colors.clear();
  CHECK(ph::pose_style(info, ph::Node()).point_colors.size() == 2);
}
