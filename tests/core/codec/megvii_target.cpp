#include "codec/megvii_target.hpp"

#include "codec/stages_target.hpp"
#include "golden_targets.hpp"

TEST_CASE("Megvii heatmaps equal mmpose's", "[codec][golden]") {
  for (const auto& one : test::golden_targets().at("megvii")) {
    const auto kernel = one.at("kernel").get<std::int64_t>();
    CAPTURE(kernel);
    // Products of float32 weights in another order.
    test::check_against(one, ph::MegviiTarget(test::golden_size(), {kernel, kernel}), 1e-6, 255);
  }
}

TEST_CASE("Megvii: keypoints that are nowhere near get no weight", "[codec]") {
  const auto made = test::encode(ph::MegviiTarget({{64, 64}, {16, 16}}, {11, 11}), test::lost_points);
  CHECK(made.weight == std::vector<float>{0, 0, 0});
  CHECK(made.target == std::vector<float>(3 * 256, 0.0F));
}

TEST_CASE("a kernel may be wider than the heatmap, or one pixel", "[codec]") {
  const auto wide = test::encode(ph::MegviiTarget({{16, 16}, {4, 4}}, {21, 1}), {{6, 6, 1}});
  CHECK_THAT(wide.target[4 + 1], test::WithinAbs(255, 1e-3));
  CHECK(wide.target[4 + 3] > 100);  // mirrored at both ends
  CHECK(wide.target[8 + 1] == 0);   // not blurred downwards
}

TEST_CASE("stages stand one after the other", "[codec]") {
  std::vector<std::unique_ptr<ph::TargetCodec>> each;
  for (const std::int64_t kernel : {11, 5})
    each.push_back(std::make_unique<ph::MegviiTarget>(test::golden_size(), std::array{kernel, kernel}));
  const std::vector<std::array<float, 3>> points{{30, 20, 1}, {96, 24, 1}};
  const auto first = test::encode(*each[0], points), second = test::encode(*each[1], points);
  const ph::StagesTarget codec(std::move(each));
  CHECK(codec.shapes(2).target == std::vector<std::int64_t>{2, 2, 12, 16});
  CHECK(codec.shapes(2).weight == std::vector<std::int64_t>{2, 2, 1});
  const auto both = test::encode(codec, points);
  auto expected = first.target;
  expected.insert(expected.end(), second.target.begin(), second.target.end());
  CHECK(both.target == expected);
  CHECK(both.weight == std::vector<float>{1, 0, 1, 0});
}
