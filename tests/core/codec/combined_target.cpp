#include "codec/combined_target.hpp"

#include "golden_targets.hpp"

using ph::CombinedTarget;

namespace {

CombinedTarget codec(bool newer) {
  const auto size = test::golden_size();
  const double factor = test::golden_targets().at("radius_factor").get<double>();
  return {size, CombinedTarget::radius_of(factor, size.heatmap[0], size.heatmap[1], newer), newer};
}

}  // namespace

TEST_CASE("CombinedTarget equals the definition of 0.x and mmpose 1.x's", "[codec][golden]") {
  test::check_against(test::golden_targets().at("combined_0x"), codec(false), 1e-6);
  // Ways of up to ten radii over the whole plane.
  test::check_against(test::golden_targets().at("combined_1x"), codec(true), 1e-6, 10);
}

TEST_CASE("CombinedTarget has three planes a keypoint and one weight", "[codec]") {
  const auto shapes = codec(false).shapes(5);
  CHECK(shapes.target == std::vector<std::int64_t>{15, 12, 16});
  CHECK(shapes.weight == std::vector<std::int64_t>{5, 1});
}

TEST_CASE("CombinedTarget leaves keypoints that are nowhere near without a disc", "[codec]") {
  for (const bool newer : {false, true}) {
    const auto made = test::encode(codec(newer), test::lost_points);
    // Their weight stays, as in mmpose: the plane without a disc says that there is none.
    CHECK(made.weight == std::vector<float>{1, 1, 1});
    for (std::size_t k = 0; k < 3; ++k) {
      for (std::size_t pixel = 0; pixel < 192; ++pixel) REQUIRE(made.target[3 * k * 192 + pixel] == 0);
    }
  }
}
