// Decoding a part of a JPEG: the same bytes as of the whole.
#include <algorithm>
#include <cstring>
#include <random>

#include "core/data/coco_fixture.hpp"
#include "data/jpeg.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

// Noise on a ramp: neighbours differ, so that a wrong one shows.
ph::Image noisy(int width, int height) {
  std::mt19937 random(7);
  auto image = test::gradient(width, height);
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(pixel / 2 + random() % 128);
  return image;
}

bool equal_within(const ph::Image& a, const ph::Image& b, const ph::Region& r) {
  for (int y = r.y; y < r.y + r.height; ++y) {
    if (std::memcmp(a.row(y) + 3 * r.x, b.row(y) + 3 * r.x, static_cast<std::size_t>(3 * r.width)) != 0)
      return false;
  }
  return true;
}

}  // namespace

TEST_CASE("A part of a JPEG has the pixels of the whole", "[image][jpeg]") {
  struct Kind {
    const char* name;
    test::JpegOptions options;
  };
  const auto kind = GENERATE(Kind{"4:4:4", {3, 0, 1, 1, false}}, Kind{"4:2:0", {3, 0, 2, 2, false}},
                             Kind{"4:2:2", {3, 0, 2, 1, false}}, Kind{"4:4:0", {3, 0, 1, 2, false}},
                             Kind{"grey", {1, 0, 1, 1, false}}, Kind{"progressive", {3, 0, 2, 2, true}},
                             Kind{"turned", {3, 6, 2, 2, false}});
  CAPTURE(kind.name);
  std::mt19937 random(11);
  for (const auto& [width, height] : {std::pair{160, 96}, {163, 101}, {33, 17}}) {
    const auto bytes = test::jpeg_of(noisy(width, height), kind.options);
    ph::Image whole, part;
    ph::decode_jpeg(bytes, "a.jpg", {}, whole);
    for (int i = 0; i < 60; ++i) {
      const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
      ph::Region region{below(whole.width), below(whole.height), 0, 0};
      // Half of them begin and end near the edges of blocks, where the colours of neighbours matter.
      if (i % 2) region.x = region.x / 16 * 16, region.y = region.y / 16 * 16;
      region.width = 1 + below(whole.width - region.x);
      region.height = 1 + below(whole.height - region.y);
      ph::DecodeOptions options;
      options.wanted = region;
      ph::decode_jpeg(bytes, "a.jpg", options, part);
      CAPTURE(width, height, region.x, region.y, region.width, region.height);
      REQUIRE(part.width == whole.width);
      REQUIRE(part.height == whole.height);
      REQUIRE(equal_within(whole, part, region));
    }
  }
}

TEST_CASE("A JPEG that is cut short is an error for a part as well", "[image][jpeg][error]") {
  auto bytes = test::jpeg_of(noisy(160, 96));
  bytes.resize(bytes.size() - bytes.size() / 3);
  ph::Image image;
  ph::DecodeOptions options;
  options.wanted = {10, 0, 20, 4};
  CHECK_THAT(test::error_of([&] { ph::decode_jpeg(bytes, "a.jpg", options, image); }),
             test::ContainsSubstring("a.jpg: the JPEG is damaged or cut short"));
}

TEST_CASE("A part that reaches over the picture's edges is cut to it", "[image][jpeg]") {
  // As when the annotation speaks of a larger picture than the file holds.
  const auto bytes = test::jpeg_of(noisy(64, 48));
  ph::Image whole, part;
  ph::decode_jpeg(bytes, "a.jpg", {}, whole);
  for (const auto& region : {ph::Region{200, 10, 90, 20},
                             {10, 200, 20, 90},
                             {40, 20, 90, 90},
                             {-9, -9, 30, 30},
                             {-50, -50, 20, 20},
                             {63, 47, 1000000, 1000000}}) {
    CAPTURE(region.x, region.y, region.width, region.height);
    ph::DecodeOptions options;
    options.wanted = region;
    part.pixels.assign(part.pixels.size(), 0);
    REQUIRE_NOTHROW(ph::decode_jpeg(bytes, "a.jpg", options, part));
    REQUIRE(part.width == 64);
    REQUIRE(part.height == 48);
    ph::Region inside;
    inside.x = std::max(0, region.x), inside.y = std::max(0, region.y);
    inside.width = std::min(64, region.x + region.width) - inside.x;
    inside.height = std::min(48, region.y + region.height) - inside.y;
    // Nothing of it inside: everything is decoded.
    REQUIRE(equal_within(whole, part, inside.empty() ? ph::Region{0, 0, 64, 48} : inside));
  }
}
