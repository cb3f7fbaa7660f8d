#include "codec/msra_target.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "support/catch.hpp"
#include "support/golden.hpp"

TEST_CASE("MSRA heatmaps and weights equal mmpose's", "[codec][golden]") {
  const auto golden = test::golden("codec.json");
  const auto size = golden["heatmap_size"].get<std::array<std::int64_t, 2>>();
  for (const auto& one : golden["encode"]) {
    const ph::MsraTarget codec(golden["input_size"].get<std::array<std::int64_t, 2>>(), size,
                               one["sigma"].get<double>());
    CAPTURE(one["sigma"].get<double>());
    std::vector<float> joints;
    for (const auto& point : one["keypoints"]) {
      joints.push_back(point[0].get<float>());
      joints.push_back(point[1].get<float>());
    }
    const auto visible = one["visible"].get<std::vector<float>>();
    std::vector<float> weight(visible.size(), -1.0F), target(visible.size() * codec.plane(), -1.0F);
    codec.encode(joints, visible, target, weight);
    CHECK(weight == one["weights"].get<std::vector<float>>());
    std::size_t at = 0;
    for (const auto& map : one["heatmaps"]) {
      for (const auto& row : map) {
        for (const auto& value : row) {
          CAPTURE(at);
          // Two implementations of a float32 exp: both within 1 ulp of values up to 1.
          REQUIRE_THAT(target[at++], test::WithinAbs(value.get<double>(), 2.5e-7));
        }
      }
    }
    CHECK(at == target.size());
  }
}

TEST_CASE("a broken sigma gives a patch of 2 x 3 sigma + 1 pixels, centred on the keypoint", "[codec]") {
  const ph::MsraTarget codec({64, 64}, {16, 16}, 1.5);
  std::vector<float> target(256), weight(1);
  codec.encode(std::vector<float>{32, 32}, std::vector<float>{1}, target, weight);
  CHECK(target[8 * 16 + 8] == 1.0F);
  CHECK_THAT(target[8 * 16 + 9], test::WithinAbs(std::exp(-1 / 4.5), 1e-6));
  CHECK(target[8 * 16 + 3] > 0);    // 5 pixels left of it
  CHECK(target[8 * 16 + 13] == 0);  // the patch has 10 pixels
}

TEST_CASE("keypoints that are nowhere near get no weight", "[codec]") {
  const ph::MsraTarget codec({64, 64}, {16, 16}, 2);
  std::vector<float> target(3 * 256), weight(3);
  codec.encode(std::vector<float>{1e30F, 5, 5, -1e30F, NAN, 5}, std::vector<float>{1, 1, 1}, target, weight);
  CHECK(weight == std::vector<float>{0, 0, 0});
  CHECK(target == std::vector<float>(3 * 256, 0.0F));
}
