#include "codec/coordinate_target.hpp"

#include <cmath>

#include "golden_targets.hpp"

TEST_CASE("coordinates and weights of regression equal mmpose 0.29's", "[codec][golden]") {
  const auto golden = test::golden("regression.json");
  const ph::CoordinateTarget codec(golden.at("input_size").get<std::array<std::int64_t, 2>>());
  const auto& encode = golden.at("encode");
  const auto made = test::encode(codec, encode.at("points").get<std::vector<std::array<float, 3>>>());
  for (std::size_t k = 0; k < encode.at("weight").size(); ++k) {
    CAPTURE(k);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      CHECK(made.weight[2 * k + axis] == encode["weight"][k].get<float>());
      // One division in float32 here, in double there.
      CHECK_THAT(made.target[2 * k + axis], test::WithinRel(encode["target"][k][axis].get<float>(), 1e-6F));
    }
  }
}

TEST_CASE("regression: keypoints that are nowhere near get no weight", "[codec]") {
  const auto made = test::encode(ph::CoordinateTarget({64, 64}), test::lost_points);
  CHECK(made.weight == std::vector<float>(6, 0.0F));
  for (const float value : made.target) CHECK(std::isfinite(value));
}
