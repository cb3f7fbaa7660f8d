#include "codec/unbiased_target.hpp"

#include "golden_targets.hpp"

TEST_CASE("unbiased heatmaps equal mmpose's", "[codec][golden]") {
  for (const auto& one : test::golden_targets().at("unbiased")) {
    CAPTURE(one.at("sigma").get<double>());
    // The peer's coordinates are float32: half an ulp of 16 pixels, times the steepest slope.
    test::check_against(one, ph::UnbiasedTarget(test::golden_size(), one.at("sigma").get<double>()), 2e-6);
  }
}

TEST_CASE("unbiased: keypoints that are nowhere near get no weight", "[codec]") {
  const auto made = test::encode(ph::UnbiasedTarget({{64, 64}, {16, 16}}, 2), test::lost_points);
  CHECK(made.weight == std::vector<float>{0, 0, 0});
  CHECK(made.target == std::vector<float>(3 * 256, 0.0F));
}
