#include "model/accuracy.hpp"

#include <torch/types.h>

#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/golden_tensor.hpp"

using namespace ph;

namespace {
using test::tensor_of;

at::Tensor peak_at(std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height) {
  auto map = at::zeros({1, 1, height, width});
  map[0][0][y][x] = 1;
  return map;
}
}  // namespace

TEST_CASE("acc_pose equals mmpose's pose_pck_accuracy", "[model][golden]") {
  const auto golden = test::golden("codec.json").at("accuracy");
  const auto output = tensor_of(golden.at("output")).to(at::kFloat),
             target = tensor_of(golden.at("target")).to(at::kFloat);
  const auto weight = tensor_of(golden.at("mask")).to(at::kFloat).unsqueeze(2);
  for (const auto& row : golden.at("results")) {
    const auto accuracy = heatmap_pck(output, target, weight, row.at("thr").get<double>(), true);
    REQUIRE(accuracy.dim() == 0);
    // A ratio of small counts, rounded to float32.
    REQUIRE_THAT(accuracy.item<double>(), test::WithinRel(row.at("mean").get<double>(), 1e-6));
  }
}

TEST_CASE("the normaliser of acc_pose is swapped on demand", "[model]") {
  // 3 pixels in x on a map of 48 x 96: 3 / 48 is more than 0.05, 3 / 96 is less.
  const auto output = peak_at(10, 10, 48, 96), target = peak_at(13, 10, 48, 96);
  const auto weight = at::ones({1, 1, 1});
  REQUIRE(heatmap_pck(output, target, weight, 0.05, true).item<float>() == 1);
  REQUIRE(heatmap_pck(output, target, weight, 0.05, false).item<float>() == 0);
}

TEST_CASE("a distance of exactly the threshold does not count in acc_pose", "[model]") {
  const auto output = peak_at(10, 10, 40, 40), target = peak_at(12, 10, 40, 40);
  REQUIRE(heatmap_pck(output, target, at::ones({1, 1, 1}), 0.05, true).item<float>() == 0);
}

TEST_CASE("acc_pose is 0 when no joint counts", "[model]") {
  const auto map = peak_at(3, 3, 8, 8);
  REQUIRE(heatmap_pck(map, map, at::zeros({1, 1, 1}), 0.05, true).item<float>() == 0);
}
