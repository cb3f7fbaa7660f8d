#include "codec/dark_decode.hpp"

#include <torch/types.h>

#include "codec/heatmap_decode.hpp"
#include "support/catch.hpp"

using namespace ph;

namespace {

/// The logarithm of a Gaussian around (x, y) on a map of 16 x 12: a parabola.
at::Tensor parabola(double x, double y) {
  const auto columns = at::arange(16, at::kFloat) - x, rows = (at::arange(12, at::kFloat) - y).unsqueeze(1);
  return (-(columns.square() + rows.square()) / 8).reshape({1, 1, 12, 16});
}

at::Tensor peak_of(const at::Tensor& log_map) { return heatmap_peaks(log_map.exp()).xy; }

double error_of(const at::Tensor& xy, double x, double y) {
  return std::max(std::abs(xy[0][0][0].item<double>() - x), std::abs(xy[0][0][1].item<double>() - y));
}

}  // namespace

TEST_CASE("a Newton step on a parabola finds its top", "[codec]") {
  const auto [x, y] = GENERATE(table<double, double>({{7.3, 5.6}, {2.4, 9.1}, {12.6, 2.45}}));
  const auto map = parabola(x, y);
  CHECK(error_of(refine_dark(map, peak_of(map)), x, y) < 1e-4);
  CHECK(error_of(refine_dark_udp(map, peak_of(map)), x, y) < 1e-4);
}

TEST_CASE("DARK leaves peaks within two pixels of a border, UDP does not", "[codec]") {
  const auto [x, y] = GENERATE(table<double, double>({{1.3, 5}, {7, 1.3}, {13.7, 5}, {7, 9.7}}));
  const auto map = parabola(x, y), peak = peak_of(map);
  CHECK(at::equal(refine_dark(map, peak), peak));
  CHECK_FALSE(at::equal(refine_dark_udp(map, peak), peak));
}

TEST_CASE("flat maps and peaks that were not found do not move", "[codec]") {
  const auto flat = at::zeros({1, 1, 12, 16});
  const auto middle = at::tensor({7.0F, 5.0F}).reshape({1, 1, 2}), nowhere = at::full({1, 1, 2}, -1.0F);
  for (const auto& xy : {middle, nowhere}) {
    CHECK(at::equal(refine_dark(flat, xy), xy));
    CHECK(at::equal(refine_dark_udp(flat, xy), xy));
  }
}
