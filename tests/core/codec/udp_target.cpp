#include "codec/udp_target.hpp"

#include <cmath>

#include "golden_targets.hpp"

TEST_CASE("UDP heatmaps equal mmpose's", "[codec][golden]") {
  for (const auto& one : test::golden_targets().at("udp")) {
    CAPTURE(one.at("sigma").get<double>());
    // The peer's coordinates are float32: half an ulp of 16 pixels, times the steepest slope.
    test::check_against(one, ph::UdpTarget(test::golden_size(), one.at("sigma").get<double>()), 2e-6);
  }
}

TEST_CASE("UDP counts steps between pixels, and centres between them", "[codec]") {
  // 63 steps of the crop are 15 of the heatmap: 4.2 pixels each. 33.6 is pixel 8, 35.7 lies at 8.5.
  const ph::UdpTarget codec({{64, 64}, {16, 16}}, 2);
  const auto made = test::encode(codec, {{33.6F, 33.6F, 1}, {35.7F, 33.6F, 1}});
  CHECK_THAT(made.target[8 * 16 + 8], test::WithinAbs(1, 1e-6));
  CHECK_THAT(made.target[256 + 8 * 16 + 8], test::WithinAbs(std::exp(-0.25 / 8), 1e-6));
  CHECK_THAT(made.target[256 + 8 * 16 + 9], test::WithinAbs(std::exp(-0.25 / 8), 1e-6));
}

TEST_CASE("UDP: keypoints that are nowhere near get no weight", "[codec]") {
  const auto made = test::encode(ph::UdpTarget({{64, 64}, {16, 16}}, 2), test::lost_points);
  CHECK(made.weight == std::vector<float>{0, 0, 0});
  CHECK(made.target == std::vector<float>(3 * 256, 0.0F));
}
