#include "data/dropout.hpp"

#include <algorithm>
#include <tuple>

#include "core/data/transform_bench.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

namespace {

using test::ContainsSubstring;

std::shared_ptr<ph::Dropout> make(const std::string& json) {
  return ph::dropouts().make(ph::Node::parse(json, "test.json"));
}

ph::Between from(ph::Rng& random) {
  return [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
}

std::string error(const std::string& transforms) {
  const test::Bench bench;
  const auto json = R"({"type": "Albumentation", "transforms": )" + transforms + "}";
  return test::error_of([&] { (void)bench.make(json.c_str()); });
}

}  // namespace

TEST_CASE("holes are albumentations', given what it draws", "[transform][golden]") {
  const auto order = [](const ph::Hole& a, const ph::Hole& b) {
    return std::tie(a.x1, a.y1, a.x2, a.y2) < std::tie(b.x1, b.y1, b.x2, b.y2);
  };
  for (const auto& one : test::golden("dropouts.json").at("cases")) {
    CAPTURE(one.at("transform").dump());
    const auto& draws = one.at("draws");
    std::size_t drawn = 0;
    const auto next = [&](std::int64_t low, std::int64_t high) {
      const auto draw = draws.at(drawn++).get<std::array<std::int64_t, 3>>();
      CHECK((draw[0] == low && draw[1] == high));
      return draw[2];
    };
    auto holes = make(one.at("transform").dump())->holes(one.at("width"), one.at("height"), next);
    CHECK(drawn == draws.size());
    std::vector<ph::Hole> expected;
    for (const auto& hole : one.at("holes")) expected.push_back({hole[0], hole[1], hole[2], hole[3]});
    std::sort(holes.begin(), holes.end(), order);
    std::sort(expected.begin(), expected.end(), order);
    CHECK((holes == expected));
  }
}

TEST_CASE("CoarseDropout draws as many and as large holes as it is told", "[transform]") {
  // As mmpose's config writes it.
  const auto dropout = make(R"({"type": "CoarseDropout", "max_holes": 8, "max_height": 40, "max_width": 40,
                                "min_holes": 1, "min_height": 10, "min_width": 10, "p": 0.5})");
  CHECK(dropout->probability == 0.5);
  std::size_t fewest = 99, most = 0;
  std::int64_t smallest = 99, largest = 0;
  bool at_corner = false, at_end = false;
  for (std::int64_t i = 0; i < 2000; ++i) {
    ph::Rng random({1, 0, i, 0});
    const auto holes = dropout->holes(64, 48, from(random));
    fewest = std::min(fewest, holes.size());
    most = std::max(most, holes.size());
    for (const auto& hole : holes) {
      REQUIRE((hole.x1 >= 0 && hole.y1 >= 0 && hole.x2 <= 64 && hole.y2 <= 48));
      smallest = std::min({smallest, hole.x2 - hole.x1, hole.y2 - hole.y1});
      largest = std::max({largest, hole.x2 - hole.x1, hole.y2 - hole.y1});
      at_corner = at_corner || hole.y1 == 0;
      at_end = at_end || hole.y2 == 48;
    }
  }
  CHECK((fewest == 1 && most == 8 && smallest == 10 && largest == 40 && at_corner && at_end));
}

TEST_CASE("CoarseDropout's least sizes are the greatest unless given, and no larger than the picture",
          "[transform]") {
  ph::Rng random({1, 0, 0, 0});
  const auto holes = make(R"({"type": "CoarseDropout", "max_holes": 3, "max_height": 100, "max_width": 5})")
                         ->holes(64, 48, from(random));
  REQUIRE(holes.size() == 3);
  for (const auto& hole : holes) CHECK((hole.y1 == 0 && hole.y2 == 48 && hole.x2 - hole.x1 == 5));
}

TEST_CASE("GridDropout's grid follows from its numbers", "[transform]") {
  ph::Rng random({1, 0, 0, 0});
  // Units of 20 / 2 = 10 and 12 / 2 = 6 pixels; holes of int(10 x 0.4) = 4 and int(6 x 0.4) = 2; shifts of
  // 3 and of 9, cut to 6 - 2.
  const auto holes = make(R"({"type": "GridDropout", "ratio": 0.4, "holes_number_x": 2, "holes_number_y": 2,
                              "shift_x": 3, "shift_y": 9})")
                         ->holes(20, 12, from(random));
  CHECK((holes == std::vector<ph::Hole>{{3, 4, 7, 6}, {3, 10, 7, 12}, {13, 4, 17, 6}, {13, 10, 17, 12}}));
}

TEST_CASE("GridDropout draws units and offset at random", "[transform]") {
  // As mmpose's config writes it.
  const auto dropout = make(
      R"({"type": "GridDropout", "unit_size_min": 10, "unit_size_max": 40, "random_offset": true, "p": 0.5})");
  std::int64_t smallest = 99, largest = 0;
  for (std::int64_t i = 0; i < 2000; ++i) {
    ph::Rng random({1, 0, i, 0});
    const auto holes = dropout->holes(192, 256, from(random));
    const auto side = holes.front().x2 - holes.front().x1;  // half a unit
    smallest = std::min(smallest, side);
    largest = std::max(largest, side);
    for (const auto& hole : holes)
      REQUIRE((hole.x1 >= 0 && hole.x1 < hole.x2 && hole.x2 <= 192 && hole.y1 < hole.y2 && hole.y2 <= 256));
  }
  CHECK((smallest == 5 && largest == 20));
}

TEST_CASE("Albumentation blanks pixels out of a copy", "[transform]") {
  test::Bench bench;
  const auto shared = bench.sample.image;
  const auto step = bench.make(R"({"type": "Albumentation", "transforms": [
    {"type": "GridDropout", "holes_number_x": 2, "holes_number_y": 2, "fill_value": 9, "p": 1}]})");
  step->apply(bench.sample, {});
  CHECK(shared->pixels == test::pattern(64, 48).pixels);
  // Holes of 16 x 12 at (0, 0), (32, 0), (0, 24), (32, 24).
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) {
      const bool hole = x % 32 < 16 && y % 24 < 12;
      REQUIRE(bench.sample.image->row(y)[3 * x + 1] == (hole ? 9 : shared->row(y)[3 * x + 1]));
    }
  }
}

TEST_CASE("Albumentation blanks pixels of any format", "[transform]") {
  for (const ph::PixelFormat format :
       {ph::PixelFormat{1, false}, ph::PixelFormat{4, false}, ph::PixelFormat{3, true}}) {
    ph::Image image;
    image.resize(4, 2, format);
    ph::Dropout::blank({{1, 0, 3, 1}}, 7, image);
    for (int i = 0; i < 8 * format.channels; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const float value =
          format.floats ? reinterpret_cast<const float*>(image.pixels.data())[at] : image.pixels[at];
      const int pixel = i / format.channels;
      CAPTURE(format.channels, format.floats, i);
      CHECK(value == (pixel == 1 || pixel == 2 ? 7 : 0));
    }
  }
}

TEST_CASE("Albumentation acts as often as p says, by sample and epoch", "[transform]") {
  test::Bench bench;
  const auto step =
      bench.make(R"({"type": "Albumentation", "transforms": [{"type": "CoarseDropout", "p": 0.3}]})");
  int changed = 0;
  for (int i = 0; i < 2000; ++i) {
    bench.reset(i);
    const auto before = bench.sample.image;
    step->apply(bench.sample, {1, 2});
    changed += bench.sample.image != before;
  }
  CHECK(std::abs(changed - 600) < 103);  // five standard errors
  const auto pixels = [&](std::uint64_t seed, std::int64_t epoch) {
    bench.reset(7);
    bench.make(R"({"type": "Albumentation", "transforms": [{"type": "CoarseDropout", "p": 1}]})")
        ->apply(bench.sample, {seed, epoch});
    return bench.sample.image->pixels;
  };
  CHECK(pixels(1, 2) == pixels(1, 2));
  CHECK(pixels(1, 2) != pixels(1, 3));
}

TEST_CASE("Albumentation changes nothing but the picture", "[transform][error]") {
  const test::Bench bench;
  // The pipeline gives it the place.
  CHECK_THROWS_AS(
      bench.make(R"({"type": "Albumentation", "transforms": [], "keymap": {"joints": "keypoints"}})"),
      ph::Unavailable);
  CHECK_NOTHROW(bench.make(R"({"type": "Albumentation", "transforms": [], "keymap": {"img": "image"}})"));
}

TEST_CASE("wrong arguments of Albumentation are named", "[transform][error]") {
  CHECK_THAT(error(R"([{"type": "CoarseDropot"}])"),
             ContainsSubstring("/transforms/0/type") && ContainsSubstring("did you mean \"CoarseDropout\""));
  CHECK_THAT(error(R"([{"type": "CoarseDropout", "max_holes": 2, "min_holes": 3}])"),
             ContainsSubstring("/transforms/0/min_holes: more than the most"));
  CHECK_THAT(error(R"([{"type": "GridDropout", "unit_size_min": 10}])"),
             ContainsSubstring("/unit_size_min: one bound without the other"));
  CHECK_THAT(error(R"([{"type": "GridDropout", "unit_size_min": 10, "unit_size_max": 5}])"),
             ContainsSubstring("more than unit_size_max"));
  CHECK_THAT(error(R"([{"type": "GridDropout", "ratio": 0}])"), ContainsSubstring("/ratio"));
}
