#include "import/image_size.hpp"

#include "support/catch.hpp"
#include "support/picture_header.hpp"
#include "support/temp_folder.hpp"

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

// SOI, EXIF with an orientation, a comment, the frame header of a progressive JPEG of 300 x 200.
std::string jpeg(int orientation) {
  const auto tiff = std::string("Exif\0\0", 6) + std::string("II*\0\x08\0\0\0", 8) +
                    bytes({1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0});
  return bytes({0xFF, 0xD8, 0xFF, 0xE1, 0, static_cast<int>(tiff.size() + 2)}) + tiff +
         bytes({0xFF, 0xFE, 0, 4, 'h', 'i'}) +
         bytes({0xFF, 0xC2, 0, 17, 8, 0, 200, 1, 44, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1});
}

}  // namespace

TEST_CASE("Sizes come from the headers of pictures", "[import][image]") {
  const test::TempFolder folder;
  const auto size = [&](const std::string& content) { return ph::image_size(folder.write("a", content)); };
  const auto png = size(test::png_header(640, 480));
  REQUIRE(png.has_value());
  CHECK((png->width == 640 && png->height == 480));
  const auto real = ph::image_size(POSEHOST_SOURCE_DIR "/configs/data/mirror_mouse/images/img01.png");
  REQUIRE(real.has_value());
  CHECK((real->width == 396 && real->height == 406));
  const auto plain = size(jpeg(1)), turned = size(jpeg(6));
  REQUIRE((plain.has_value() && turned.has_value()));
  CHECK((plain->width == 300 && plain->height == 200));
  CHECK((turned->width == 200 && turned->height == 300));
}

TEST_CASE("A picture that is none has no size", "[import][image][error]") {
  const test::TempFolder folder;
  for (const auto& content : {std::string(), std::string("GIF89a"), test::png_header(0, 5),
                              test::png_header(640, 480).substr(0, 20), jpeg(1).substr(0, 40),
                              bytes({0xFF, 0xD8, 0xFF, 0xE1, 0, 1}), bytes({0xFF, 0xD8, 0xFF, 0xDA, 0, 8})}) {
    CHECK_FALSE(ph::image_size(folder.write("a", content)).has_value());
  }
  CHECK_FALSE(ph::image_size(folder / "missing").has_value());
  CHECK_FALSE(ph::image_size(folder.path()).has_value());
}
