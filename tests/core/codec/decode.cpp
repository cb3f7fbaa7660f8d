#include <torch/types.h>

#include <limits>

#include "codec/heatmap_decode.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/golden_tensor.hpp"

using namespace ph;

namespace {

using test::floats;
using test::tensor_of;

/// A map of 8 x 6 (w x h) that is 1 at (x, y) and `right` beside it, `below` under it.
at::Tensor peak(std::int64_t x, std::int64_t y, float right = 0, float below = 0) {
  auto map = at::zeros({1, 1, 6, 8});
  if (x + 1 < 8) map[0][0][y][x + 1] = right;
  if (y + 1 < 6) map[0][0][y + 1][x] = below;
  map[0][0][y][x] = 1;
  return map;
}

std::pair<float, float> refined(const at::Tensor& map, BorderRule rule) {
  const auto xy = refine_peaks(map, heatmap_peaks(map).xy, rule);
  return {xy[0][0][0].item<float>(), xy[0][0][1].item<float>()};
}

}  // namespace

TEST_CASE("default decoding equals mmpose 1.x's", "[codec][golden]") {
  const auto golden = test::golden("codec.json").at("decode");
  const auto maps = floats(golden.at("heatmaps")).unsqueeze(0);
  const auto peaks = heatmap_peaks(maps);
  // Whole and quarter pixels are exact in float32.
  REQUIRE(at::equal(peaks.score[0], floats(golden.at("scores"))));
  const auto xy = refine_peaks(maps, peaks.xy, BorderRule::each_axis);
  REQUIRE(at::equal(xy[0], floats(golden.at("keypoints_heatmap"))));
}

TEST_CASE("decoding gives the same from bfloat16, channels_last and double maps", "[codec]") {
  // Values that bfloat16 holds exactly.
  const auto maps = (at::arange(2 * 3 * 6 * 8).remainder(31).reshape({2, 3, 6, 8}) / 32).to(at::kFloat);
  const auto expected = heatmap_peaks(maps);
  for (const auto& other :
       {maps.to(at::kBFloat16), maps.contiguous(at::MemoryFormat::ChannelsLast), maps.to(at::kDouble)}) {
    const auto peaks = heatmap_peaks(other);
    REQUIRE(peaks.xy.scalar_type() == at::kFloat);
    REQUIRE(at::equal(peaks.xy, expected.xy));
    REQUIRE(at::equal(peaks.score, expected.score));
  }
}

TEST_CASE("a map without a positive value, or with NaN, has its peak at -1", "[codec]") {
  auto maps = at::zeros({1, 3, 6, 8});
  maps[0][1].fill_(-1);
  maps[0][2][3][3] = std::numeric_limits<float>::quiet_NaN();
  const auto peaks = heatmap_peaks(maps);
  REQUIRE(at::equal(peaks.xy, at::full({1, 3, 2}, -1.0F)));
  // Not moved either: there is nothing to look at.
  REQUIRE(at::equal(refine_peaks(at::zeros({1, 3, 6, 8}), peaks.xy, BorderRule::both_axes), peaks.xy));
}

TEST_CASE("refinement follows the higher neighbour by a quarter pixel", "[codec]") {
  REQUIRE(refined(peak(3, 3, 0.5F, -0.5F), BorderRule::both_axes) == std::pair{3.25F, 2.75F});
  REQUIRE(refined(peak(3, 3), BorderRule::both_axes) == std::pair{3.0F, 3.0F});
}

TEST_CASE("refinement at the border: 0.x stops both axes, 1.x each", "[codec]") {
  const auto [x, y] = GENERATE(table<std::int64_t, std::int64_t>({{1, 3}, {7, 3}, {3, 1}, {3, 5}}));
  const auto map = peak(x, y, 0.5F, 0.5F);
  const auto whole = std::pair{static_cast<float>(x), static_cast<float>(y)};
  REQUIRE(refined(map, BorderRule::both_axes) == whole);
  REQUIRE(refined(map, BorderRule::each_axis) != whole);
}

TEST_CASE("heatmap pixels become image pixels by centre and scale", "[codec]") {
  const auto xy = at::tensor({0.0F, 0.0F, 24.0F, 32.0F}).reshape({1, 2, 2});
  // A crop of 96 x 128 image pixels around (100, 200) on a map of 48 x 64: two image pixels each.
  const auto image = to_image(xy, at::tensor({100.0F, 200.0F}).unsqueeze(0),
                              at::tensor({96 / 200.0F, 128 / 200.0F}).unsqueeze(0), 48, 64);
  // A few roundings of numbers near 200.
  REQUIRE(at::allclose(image, at::tensor({52.0F, 136.0F, 100.0F, 200.0F}).reshape({1, 2, 2}), 0, 1e-4));
}
