#include "data/photometric.hpp"

#include "support/catch.hpp"
#include "support/golden.hpp"

namespace {

// The picture of tests/golden/colours.py.
ph::Image picture() {
  ph::Image image;
  image.resize(8, 6);
  for (int y = 0; y < 6; ++y) {
    for (int x = 0; x < 8; ++x) {
      for (int c = 0; c < 3; ++c)
        image.row(y)[3 * x + c] = static_cast<std::uint8_t>(37 * x + 59 * y + 101 * c + 13 * x * y);
    }
  }
  return image;
}

}  // namespace

TEST_CASE("changes of colour equal mmpose's", "[transform][golden]") {
  for (const auto& one : test::golden("colours.json").at("cases")) {
    const auto& d = one.at("distortion");
    CAPTURE(d.dump());
    const ph::Distortion distortion{d.value("brightness", 0.0), d.value("contrast", 1.0),
                                    d.at("contrast_first").get<bool>(), d.value("saturation", 1.0),
                                    d.value("hue", 0)};
    ph::Image changed;
    ph::distort(picture(), distortion, changed);
    CHECK(changed.pixels == one.at("pixels").get<std::vector<std::uint8_t>>());
  }
}
