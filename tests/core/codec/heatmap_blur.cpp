#include "codec/heatmap_blur.hpp"

#include <ATen/autocast_mode.h>
#include <torch/types.h>

#include <opencv2/imgproc.hpp>

#include "support/catch.hpp"
#include "support/fill_weights.hpp"

using namespace ph;

namespace {

double difference_from_opencv(const at::Tensor& map, std::int64_t kernel, BlurBorder border) {
  const auto blurred = blur_heatmaps(map.reshape({1, 1, map.size(0), map.size(1)}), kernel, border)[0][0];
  const cv::Mat from(static_cast<int>(map.size(0)), static_cast<int>(map.size(1)), CV_32F,
                     map.data_ptr<float>());
  cv::Mat to;
  const auto side = static_cast<int>(kernel);
  cv::GaussianBlur(from, to, {side, side}, 0, 0,
                   border == BlurBorder::zero ? cv::BORDER_CONSTANT : cv::BORDER_REFLECT_101);
  return (at::from_blob(to.data, map.sizes(), at::kFloat) - blurred).abs().max().item<double>();
}

}  // namespace

TEST_CASE("the blur equals OpenCV's at both borders", "[codec]") {
  const auto map = test::random_tensor("blur", {12, 16}, 2);
  const std::int64_t kernel = GENERATE(1, 3, 5, 7, 9, 11, 17, 23);
  CAPTURE(kernel);
  // Sums of some hundred float32 numbers below 1.
  CHECK(difference_from_opencv(map, kernel, BlurBorder::zero) < 1e-6);
  CHECK(difference_from_opencv(map, kernel, BlurBorder::mirrored) < 1e-6);
}

TEST_CASE("the blur is float32 under autocast", "[codec]") {
  const auto maps = test::random_tensor("blur", {2, 3, 12, 16}, 2);
  const auto expected = blur_heatmaps(maps, 11, BlurBorder::zero);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  const auto found = blur_heatmaps(maps, 11, BlurBorder::zero);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  CHECK(at::equal(found, expected));
}

TEST_CASE("modulation keeps the maximum", "[codec]") {
  auto maps = at::zeros({1, 3, 12, 16});
  maps[0][0][5][7] = 0.75;
  maps[0][1][0][0] = 0.25;
  const auto found = modulate_heatmaps(maps, 11).amax({2, 3});
  CHECK(at::allclose(found, at::tensor({0.75F, 0.25F, 0.0F}).unsqueeze(0), 1e-6));
}
