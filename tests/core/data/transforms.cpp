#include "data/transform.hpp"

#include <cmath>

#include "core/data/transform_bench.hpp"
#include "data/affine.hpp"
#include "data/box.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

namespace {

using test::Bench;
using test::ContainsSubstring;

}  // namespace

TEST_CASE("all transforms of top-down pipelines are there by name", "[transform]") {
  CHECK(ph::transforms().names() ==
        std::vector<std::string>{
            "Albumentation", "Collect", "LoadImageFromFile", "NormalizeTensor", "PhotometricDistortion",
            "ToTensor", "TopDownAffine", "TopDownGenerateTarget", "TopDownGenerateTargetRegression",
            "TopDownGetBboxCenterScale", "TopDownGetRandomScaleRotation", "TopDownHalfBodyTransform",
            "TopDownRandomFlip", "TopDownRandomShiftBboxCenter", "TopDownRandomTranslation"});
}

TEST_CASE("crop matrices equal mmpose's", "[transform][golden]") {
  const auto golden = test::golden("transforms.json");
  for (const auto& one : golden["cases"]) {
    const auto center = one["center"].get<std::array<float, 2>>();
    auto scale = one["scale"].get<std::array<float, 2>>();  // in pixels
    for (float& value : scale) value /= 200.0F;
    const auto size = one["output_size"].get<std::array<std::int64_t, 2>>();
    CAPTURE(center, scale, size);
    const ph::AffineMatrix matrix = ph::crop_matrix(center, scale, one["rot"].get<double>(), size);
    // Points of the source, in the crop: both sides go through three points in float32, whose rounding
    // differs with the points chosen; 1e-5 of the crop's width is what the golden script allows itself.
    const double tolerance = 2e-5 * static_cast<double>(std::max(size[0], size[1]));
    for (const auto& [x, y] : {std::pair{0.0, 0.0}, {100.0, 50.0}, {300.0, 400.0}}) {
      for (std::size_t row = 0; row < 2; ++row) {
        const auto& m = one["matrix"][row];
        const double expected = m[0].get<double>() * x + m[1].get<double>() * y + m[2].get<double>();
        CHECK_THAT(matrix[3 * row] * x + matrix[3 * row + 1] * y + matrix[3 * row + 2],
                   test::WithinAbs(expected, tolerance));
      }
    }
  }
}

TEST_CASE("UDP's crop matrices equal mmpose's", "[transform][golden]") {
  for (const auto& one : test::golden("targets.json").at("warp")) {
    auto scale = one["scale"].get<std::array<float, 2>>();  // in pixels
    for (float& value : scale) value /= 200.0F;
    const auto matrix =
        ph::udp_crop_matrix(one["center"].get<std::array<float, 2>>(), scale, one["rot"].get<double>(),
                            one["output_size"].get<std::array<std::int64_t, 2>>());
    for (std::size_t i = 0; i < 6; ++i) {
      // float32 numbers, of a scale that was divided by 200 and multiplied again.
      CHECK_THAT(matrix[i], test::WithinRel(one["matrix"][i / 3][i % 3].get<double>(), 5e-7) ||
                                test::WithinAbs(0, 1e-6));
    }
  }
}

TEST_CASE("a box becomes centre and scale with the crop's aspect", "[transform]") {
  std::array<float, 2> center{}, scale{};
  ph::box_to_crop({10, 20, 60, 40}, {192, 256}, 1.25, center, scale);
  CHECK(center == std::array<float, 2>{40, 40});
  CHECK_THAT(scale[0], test::WithinRel(60.0F / 200 * 1.25F, 1e-6F));
  CHECK_THAT(scale[1], test::WithinRel(80.0F / 200 * 1.25F, 1e-6F));
  ph::box_to_crop({10, 20, 30, 80}, {192, 256}, 1, center, scale);
  CHECK_THAT(scale[0], test::WithinRel(60.0F / 200, 1e-6F));
  CHECK_THAT(scale[1], test::WithinRel(80.0F / 200, 1e-6F));
}

TEST_CASE("TopDownRandomFlip mirrors picture, keypoints and centre, swaps pairs", "[transform]") {
  Bench bench;
  bench.make(R"({"type": "TopDownRandomFlip", "flip_prob": 1})")->apply(bench.sample, {});
  // x' = 63 - x; left and right eye change places; what is not labelled becomes 0, 0.
  CHECK(bench.sample.joints == std::vector<float>{43, 20, 51, 14, 33, 12, 0, 0});
  CHECK(bench.sample.visible == std::vector<float>{1, 1, 1, 0});
  CHECK(bench.sample.center == std::array<float, 2>{35, 21});
  const ph::Image before = test::pattern(64, 48);
  for (int c = 0; c < 3; ++c) {
    CHECK(bench.sample.image->row(5)[c] == before.row(5)[63 * 3 + c]);
    CHECK(bench.sample.image->row(40)[50 * 3 + c] == before.row(40)[13 * 3 + c]);
  }
  bench.reset();
  bench.make(R"({"type": "TopDownRandomFlip", "flip_prob": 0})")->apply(bench.sample, {});
  CHECK(bench.sample.center == std::array<float, 2>{28, 21});
}

TEST_CASE("TopDownRandomFlip leaves a shared picture as it is", "[transform]") {
  Bench bench;
  const auto shared = bench.sample.image;
  bench.make(R"({"type": "TopDownRandomFlip", "flip_prob": 1})")->apply(bench.sample, {});
  CHECK(shared->pixels == test::pattern(64, 48).pixels);
  CHECK(bench.sample.image != shared);
}

TEST_CASE("random transforms draw as often and as far as they are told", "[transform]") {
  Bench bench;
  constexpr int count = 4000;
  const auto flip = bench.make(R"({"type": "TopDownRandomFlip", "flip_prob": 0.25})");
  const auto shift =
      bench.make(R"({"type": "TopDownRandomShiftBboxCenter", "shift_factor": 0.1, "prob": 0.4})");
  const auto turn = bench.make(
      R"({"type": "TopDownGetRandomScaleRotation", "rot_factor": 10, "scale_factor": 0.2, "rot_prob": 0.6})");
  int flips = 0, shifts = 0, turns = 0, smallest = 0, largest = 0;
  float furthest = 0;
  double widest = 0;
  for (int i = 0; i < count; ++i) {
    bench.reset(i);
    flip->apply(bench.sample, {1, 2});
    flips += bench.sample.center[0] != 28;
    bench.reset(i);
    shift->apply(bench.sample, {1, 2});
    shifts += bench.sample.center[0] != 28;
    furthest = std::max(furthest, std::abs(bench.sample.center[0] - 28));
    turn->apply(bench.sample, {1, 2});
    turns += bench.sample.rotation != 0;
    widest = std::max(widest, std::abs(bench.sample.rotation));
    REQUIRE((bench.sample.scale[0] > 0.1999F && bench.sample.scale[0] < 0.3001F));
    smallest += bench.sample.scale[0] < 0.2001F;
    largest += bench.sample.scale[0] > 0.2999F;
  }
  // Five standard errors of a share p: 5 sqrt(p (1 - p) / 4000) < 0.04.
  CHECK(std::abs(flips - 0.25 * count) < 0.04 * count);
  CHECK(std::abs(shifts - 0.4 * count) < 0.04 * count);
  CHECK(std::abs(turns - 0.6 * count) < 0.04 * count);
  // A normal draw beyond one deviation (15.9 % on each side) is cut to it: mmpose's clip.
  CHECK(std::abs(smallest - 0.1587 * count) < 0.03 * count);
  CHECK(std::abs(largest - 0.1587 * count) < 0.03 * count);
  CHECK(widest == 20);                          // cut to twice rot_factor (4.6 % of draws)
  CHECK((furthest > 4.9F && furthest < 5.0F));  // 0.1 of 0.25 x 200 pixels
}

TEST_CASE("draws depend on seed, epoch and sample, not on what was drawn before", "[transform]") {
  Bench bench;
  const auto turn = bench.make(R"({"type": "TopDownGetRandomScaleRotation", "rot_prob": 1})");
  const auto rotation = [&](std::uint64_t seed, std::int64_t epoch, std::int64_t index) {
    bench.reset(index);
    turn->apply(bench.sample, {seed, epoch});
    return bench.sample.rotation;
  };
  const double one = rotation(1, 2, 3);
  CHECK(one != rotation(2, 2, 3));
  CHECK(one != rotation(1, 3, 3));
  CHECK(one != rotation(1, 2, 4));
  CHECK(one == rotation(1, 2, 3));
}

TEST_CASE("TopDownHalfBodyTransform cuts out one half", "[transform]") {
  Bench bench;
  const auto always =
      bench.make(R"({"type": "TopDownHalfBodyTransform", "num_joints_half_body": 2, "prob_half_body": 1})");
  int upper = 0;
  constexpr int count = 3000;
  bench.info.upper_body = {0, 1, 2};
  const auto seven = [&](int index) {
    bench.reset(index);
    bench.sample.joints = {20, 20, 30, 12, 12, 14, 21, 30};
    bench.sample.visible = {1, 1, 1, 1};
    always->apply(bench.sample, {5, 0});
  };
  // Only one lower keypoint: the upper half, whatever is drawn. Mean of the points; box 18 x 8, x 1.5.
  seven(0);
  CHECK_THAT(bench.sample.center[0], test::WithinAbs((20 + 30 + 12) / 3.0, 1e-4));
  CHECK_THAT(bench.sample.center[1], test::WithinAbs((20 + 12 + 14) / 3.0, 1e-4));
  CHECK_THAT(bench.sample.scale[0], test::WithinRel(18 / 200.0F * 1.5F, 1e-6F));
  CHECK_THAT(bench.sample.scale[1], test::WithinRel(18 / 200.0F * 1.5F, 1e-6F));

  for (const bool normal : {true, false}) {
    upper = 0;
    Bench six;
    six.info.keypoints = {"a", "b", "c", "d", "e", "f"};
    six.info.upper_body = {0, 1, 2};
    six.compat.half_body_normal = normal;
    const auto half =
        six.make(R"({"type": "TopDownHalfBodyTransform", "num_joints_half_body": 2, "prob_half_body": 1})");
    for (int i = 0; i < count; ++i) {
      six.reset(i);
      six.sample.joints = {0, 0, 1, 1, 2, 2, 40, 40, 41, 41, 42, 42};
      six.sample.visible = {1, 1, 1, 1, 1, 1};
      half->apply(six.sample, {5, 0});
      upper += six.sample.center[0] < 10;
    }
    // P(normal < 0.5) = 0.691 (0.x), uniform < 0.7 (1.x); 5 sqrt(0.7 x 0.3 / 3000) = 0.042.
    CHECK(std::abs(upper - (normal ? 0.6915 : 0.7) * count) < 0.042 * count);
  }
}

TEST_CASE("TopDownHalfBodyTransform needs more labelled keypoints than its threshold", "[transform]") {
  Bench bench;  // three are labelled
  bench.make(R"({"type": "TopDownHalfBodyTransform", "num_joints_half_body": 3, "prob_half_body": 1})")
      ->apply(bench.sample, {});
  CHECK(bench.sample.center == std::array<float, 2>{28, 21});
}

TEST_CASE("TopDownAffine puts labelled keypoints where their pixels go", "[transform]") {
  Bench bench;
  // Crop of 32 x 32 pixels around (28, 21), not scaled, not turned: x' = x - 12, y' = y - 5.
  bench.sample.scale = {0.16F, 0.16F};
  bench.make(R"({"type": "TopDownAffine"})")->apply(bench.sample, {});
  const std::vector<float> expected{8, 15, 18, 7, 0, 9, 21, 30};  // the last one is not labelled
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK_THAT(bench.sample.joints[i], test::WithinAbs(expected[i], 1e-4));
  }
  const ph::Image whole = test::pattern(64, 48);
  REQUIRE((bench.sample.image->width == 32 && bench.sample.image->height == 32));
  for (const auto& [x, y] : {std::pair{0, 0}, {31, 31}, {18, 7}}) {
    for (int c = 0; c < 3; ++c)
      CHECK(bench.sample.image->row(y)[3 * x + c] == whole.row(y + 5)[3 * (x + 12) + c]);
  }
}

TEST_CASE("TopDownAffine with use_udp maps corner pixels to corner pixels", "[transform]") {
  Bench bench;
  // 31 steps between pixels around (28, 21): x' = x - 12.5, y' = y - 5.5.
  bench.sample.scale = {31 / 200.0F, 31 / 200.0F};
  bench.make(R"({"type": "TopDownAffine", "use_udp": true})")->apply(bench.sample, {});
  const std::vector<float> expected{7.5, 14.5, 17.5, 6.5, -0.5, 8.5, 21, 30};  // the last one is not labelled
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK_THAT(bench.sample.joints[i], test::WithinAbs(expected[i], 1e-4));
  const ph::Image whole = test::pattern(64, 48);
  for (int c = 0; c < 3; ++c) {
    const double between = (whole.row(5)[3 * 12 + c] + whole.row(5)[3 * 13 + c] + whole.row(6)[3 * 12 + c] +
                            whole.row(6)[3 * 13 + c]) /
                           4.0;
    CHECK_THAT(bench.sample.image->row(0)[c], test::WithinAbs(between, 1));
  }
}

TEST_CASE("ToTensor and NormalizeTensor give (byte / 255 - mean) / std, alone or as one", "[transform]") {
  const char* const normalize =
      R"({"type": "NormalizeTensor", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]})";
  Bench bench;
  const auto to_tensor = bench.make(R"({"type": "ToTensor"})"), apart = bench.make(normalize);
  const ph::Image& image = *bench.sample.image;
  to_tensor->apply(bench.sample, {});
  REQUIRE(bench.sample.img.values().size() == 3 * 64 * 48);
  CHECK(bench.sample.img.values()[2 * 64 * 48 + 5 * 64 + 7] ==
        static_cast<float>(image.row(5)[3 * 7 + 2]) / 255.0F);
  apart->apply(bench.sample, {});
  const std::vector<float> two(bench.sample.img.values().begin(), bench.sample.img.values().end());
  CHECK(two[64 * 48] == (static_cast<float>(image.row(0)[1]) / 255.0F - 0.456F) / 0.224F);

  const auto both = bench.make(R"({"type": "ToTensor"})");
  REQUIRE(both->absorb(*apart));
  both->apply(bench.sample, {});
  CHECK(std::vector<float>(bench.sample.img.values().begin(), bench.sample.img.values().end()) == two);
  CHECK_FALSE(both->absorb(*to_tensor));
}

TEST_CASE("target weights are the visibility, times joint_weights where they are asked for", "[transform]") {
  Bench bench;
  bench.make(R"({"type": "TopDownGenerateTarget", "sigma": 1})")->apply(bench.sample, {});
  CHECK(std::vector<float>(bench.sample.target_weight.values().begin(),
                           bench.sample.target_weight.values().end()) == std::vector<float>{1, 1, 1, 0});
  bench.context.use_different_joint_weights = true;
  bench.make(R"({"type": "TopDownGenerateTarget", "sigma": 1})")->apply(bench.sample, {});
  CHECK(std::vector<float>(bench.sample.target_weight.values().begin(),
                           bench.sample.target_weight.values().end()) == std::vector<float>{1, 2, 3, 0});
}

TEST_CASE("joint weights reach every stage and both coordinates", "[transform]") {
  Bench bench;
  bench.context.use_different_joint_weights = true;
  const auto weights = [&](const char* json) {
    bench.make(json)->apply(bench.sample, {});
    const auto values = bench.sample.target_weight.values();
    return std::vector<float>(values.begin(), values.end());
  };
  CHECK(weights(R"({"type": "TopDownGenerateTarget", "sigma": [1, 2]})") ==
        std::vector<float>{1, 2, 3, 0, 1, 2, 3, 0});
  CHECK(weights(R"({"type": "TopDownGenerateTargetRegression"})") ==
        std::vector<float>{1, 1, 2, 2, 3, 3, 0, 0});
}

TEST_CASE("a step that makes targets tells their shapes", "[transform]") {
  const Bench bench;
  const auto shape = [&](const char* json) { return bench.make(json)->target_shapes().target; };
  using Shape = std::vector<std::int64_t>;
  CHECK(shape(R"({"type": "TopDownGenerateTarget"})") == Shape{4, 8, 8});
  CHECK(shape(R"({"type": "TopDownGenerateTarget", "encoding": "UDP", "target_type": "CombinedTarget"})") ==
        Shape{12, 8, 8});
  CHECK(
      shape(
          R"({"type": "TopDownGenerateTarget", "encoding": "Megvii", "kernel": [[9, 9], [5, 5], [3, 3]]})") ==
      Shape{3, 4, 8, 8});
  CHECK(shape(R"({"type": "TopDownGenerateTargetRegression"})") == Shape{4, 2});
  CHECK(shape(R"({"type": "TopDownAffine"})").empty());
}

TEST_CASE("TopDownRandomTranslation moves the centre by a share of the crop", "[transform]") {
  Bench bench;
  const auto move =
      bench.make(R"({"type": "TopDownRandomTranslation", "trans_factor": 0.1, "trans_prob": 0.4})");
  constexpr int count = 4000;
  int moved = 0;
  float furthest = 0;
  for (int i = 0; i < count; ++i) {
    bench.reset(i);
    move->apply(bench.sample, {1, 2});
    moved += bench.sample.center[0] != 28;
    furthest = std::max(furthest, std::abs(bench.sample.center[1] - 21));
  }
  CHECK(std::abs(moved - 0.4 * count) < 0.04 * count);
  CHECK((furthest > 4.9F && furthest < 5.0F));  // 0.1 of 0.25 x 200 pixels
}

TEST_CASE("PhotometricDistortion changes a copy, by sample and epoch", "[transform]") {
  Bench bench;
  const auto step = bench.make(R"({"type": "PhotometricDistortion"})");
  const auto shared = bench.sample.image;
  int changed = 0;
  for (int i = 0; i < 400; ++i) {
    bench.reset(i);
    bench.sample.image = shared;
    step->apply(bench.sample, {1, 2});
    changed += bench.sample.image->pixels != shared->pixels;
  }
  CHECK(shared->pixels == test::pattern(64, 48).pixels);
  // Nothing happens with probability 1/2 x 1/2 x 1/4; five standard errors.
  CHECK(std::abs(changed - 375) < 25);
  const auto pixels = [&](std::int64_t epoch) {
    bench.reset(3);
    step->apply(bench.sample, {1, epoch});
    return bench.sample.image->pixels;
  };
  CHECK(pixels(5) == pixels(5));
  CHECK(pixels(5) != pixels(6));
}

TEST_CASE("wrong arguments of transforms are named", "[transform][error]") {
  const Bench bench;
  const auto error = [&](const char* json) { return test::error_of([&] { (void)bench.make(json); }); };
  CHECK_THAT(error(R"({"type": "TopDownRandomFlop"})"),
             ContainsSubstring("there is no transform \"TopDownRandomFlop\"") &&
                 ContainsSubstring("TopDownRandomFlip"));
  CHECK_THAT(error(R"({"type": "TopDownRandomFlip", "flip_prob": 1.5})"), ContainsSubstring("flip_prob"));
  CHECK_THAT(error(R"({"type": "TopDownRandomFlip", "prob": 0.5})"), ContainsSubstring("flip_prob"));
  CHECK_THAT(error(R"({"type": "TopDownRandomTranslation", "trans_prob": 2})"),
             ContainsSubstring("trans_prob"));
  CHECK_THAT(error(R"({"type": "PhotometricDistortion", "hue_delta": 200})"), ContainsSubstring("hue_delta"));
  CHECK_THAT(error(R"({"type": "NormalizeTensor", "mean": [0, 0, 0]})"), ContainsSubstring("std"));
  CHECK_THAT(error(R"({"type": "NormalizeTensor", "mean": [0, 0, 0], "std": [1, 0, 1]})"),
             ContainsSubstring("std"));
  CHECK_THAT(error(R"({"type": "Collect", "keys": ["img", "targets"]})"), ContainsSubstring("target"));
  CHECK_THAT(error(R"({"type": "Collect", "keys": ["img"], "meta_keys": ["centre"]})"),
             ContainsSubstring("center"));
}
