#include "data/image.hpp"

#include <thread>

#include "core/data/coco_fixture.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

using test::ContainsSubstring;
using test::decoded;
using Bytes = std::vector<std::uint8_t>;

std::string error_of_bytes(const Bytes& bytes) {
  return test::error_of([&] { (void)decoded(bytes); });
}

int largest_difference(const ph::Image& a, const ph::Image& b) {
  REQUIRE(a.pixels.size() == b.pixels.size());
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i)
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  return largest;
}

Bytes first(const Bytes& bytes, std::size_t count) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

const std::string mouse = POSEHOST_SOURCE_DIR "/configs/data/mirror_mouse/images/img01.png";

}  // namespace

TEST_CASE("a BMP gives its pixels in the order asked for", "[image]") {
  const ph::Image rgb = test::pattern(13, 7);
  CHECK(decoded(test::bmp_of(rgb)).pixels == rgb.pixels);
  const ph::Image bgr = decoded(test::bmp_of(rgb), {false, true});
  CHECK(bgr.pixels[0] == rgb.pixels[2]);
  CHECK(bgr.pixels[2] == rgb.pixels[0]);
}

TEST_CASE("a JPEG gives its pixels nearly", "[image]") {
  const ph::Image rgb = test::gradient(40, 30);
  // Quality 95 with halved colour resolution: a few levels off for a smooth picture.
  CHECK(largest_difference(decoded(test::jpeg_of(rgb)), rgb) < 8);
  const ph::Image bgr = decoded(test::jpeg_of(rgb), {false, true});
  CHECK(std::abs(bgr.pixels[2] - rgb.pixels[0]) < 8);
}

TEST_CASE("a grey JPEG gives three equal channels", "[image]") {
  const ph::Image grey = decoded(test::jpeg_of(test::gradient(40, 30), {1, 0}));
  CHECK(grey.width == 40);
  for (std::size_t i = 0; i < grey.pixels.size(); i += 3) {
    REQUIRE((grey.pixels[i] == grey.pixels[i + 1] && grey.pixels[i] == grey.pixels[i + 2]));
  }
}

TEST_CASE("a PNG of the shipped data is read", "[image]") {
  ph::Image image;
  ph::read_image(mouse, {}, image);
  CHECK(image.width == 396);
  CHECK(image.height == 406);
  ph::read_image(mouse, {}, image);  // into the same memory
  CHECK(image.pixels.size() == 396U * 406U * 3U);
}

TEST_CASE("EXIF orientation turns a JPEG unless it is to be ignored", "[image]") {
  const ph::Image upright = test::gradient(48, 32);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const Bytes bytes = test::jpeg_of(upright, {3, orientation});
    const ph::Image as_stored = decoded(bytes, {true, false});
    CHECK((as_stored.width == 48 && as_stored.height == 32));
    const ph::Image turned = decoded(bytes);
    CHECK((turned.width == (orientation < 5 ? 48 : 32) && turned.height == (orientation < 5 ? 32 : 48)));
    // Where the stored top left pixel goes, by the EXIF standard: 1 to 8.
    const bool right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    const bool bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    const int x = right ? turned.width - 1 : 0, y = bottom ? turned.height - 1 : 0;
    for (int c = 0; c < 3; ++c) CHECK(turned.row(y)[3 * x + c] == as_stored.row(0)[c]);
    // And its right neighbour: along the row up to 4, down or up the column from 5 on.
    const int step_x = orientation < 5 ? (right ? -10 : 10) : 0,
              step_y = orientation < 5 ? 0 : (bottom ? -10 : 10);
    for (int c = 0; c < 3; ++c)
      CHECK(turned.row(y + step_y)[3 * (x + step_x) + c] == as_stored.row(0)[30 + c]);
  }
}

TEST_CASE("a JPEG that is cut short or damaged is an error", "[image][error]") {
  const Bytes whole = test::jpeg_of(test::pattern(64, 48));
  for (const double part : {0.02, 0.3, 0.7, 0.95}) {
    CAPTURE(part);
    const Bytes cut = first(whole, static_cast<std::size_t>(part * static_cast<double>(whole.size())));
    CHECK_THAT(error_of_bytes(cut), ContainsSubstring("a.img: the JPEG is damaged or cut short"));
  }
  CHECK_THAT(error_of_bytes(first(whole, whole.size() - 20)), ContainsSubstring("Premature end"));
  Bytes damaged = whole;
  for (std::size_t i = whole.size() / 2; i < whole.size() / 2 + 40; ++i) damaged[i] = 0xFF;
  CHECK_THAT(error_of_bytes(damaged), ContainsSubstring("damaged"));
}

TEST_CASE("a CMYK JPEG is refused with words", "[image][error]") {
  CHECK_THAT(
      error_of_bytes(test::jpeg_of(test::pattern(16, 16), {4, 0})),
      ContainsSubstring("a.img: the JPEG has other colours than grey or RGB") && ContainsSubstring("CMYK"));
}

TEST_CASE("a PNG that is cut short is an error", "[image][error]") {
  const Bytes whole = test::read_bytes(mouse);
  REQUIRE(whole.size() > 1000);
  for (const std::size_t count : {std::size_t{20}, std::size_t{40}, whole.size() / 2, whole.size() - 40}) {
    CAPTURE(count);
    CHECK(error_of_bytes(first(whole, count)) != "(no error)");
  }
  CHECK_THAT(error_of_bytes(first(whole, whole.size() / 2)), ContainsSubstring("damaged or cut short"));
}

TEST_CASE("what is no image is refused", "[image][error]") {
  CHECK_THAT(error_of_bytes({}), ContainsSubstring("an empty file"));
  CHECK_THAT(error_of_bytes({'h', 'e', 'l', 'l', 'o'}), ContainsSubstring("not an image that can be read"));
  CHECK_THAT(test::error_of([] {
               ph::Image image;
               ph::read_image("/nowhere/a.png", {}, image);
             }),
             ContainsSubstring("/nowhere/a.png: the image cannot be read"));
  CHECK_THAT(test::error_of([] {
               ph::Image image;
               ph::read_image("/tmp", {}, image);
             }),
             ContainsSubstring("/tmp: the image cannot be read") && ContainsSubstring("not a file"));
}

TEST_CASE("images that claim to be huge are refused before they are decoded", "[image][error]") {
  Bytes png = test::read_bytes(mouse);
  png[16] = 0x00, png[17] = 0x01, png[18] = 0x00, png[19] = 0x00;  // 65536 wide
  png[20] = 0x00, png[21] = 0x01, png[22] = 0x00, png[23] = 0x00;
  CHECK_THAT(error_of_bytes(png),
             ContainsSubstring("the image is too large") && ContainsSubstring("65536 x 65536"));

  Bytes bmp = test::bmp_of(test::pattern(8, 8));
  bmp[20] = 1, bmp[24] = 1;
  CHECK_THAT(error_of_bytes(bmp), ContainsSubstring("the image is too large"));

  Bytes jpeg = test::jpeg_of(test::pattern(16, 16));
  for (std::size_t i = 0; i + 8 < jpeg.size(); ++i) {
    if (jpeg[i] != 0xFF || jpeg[i + 1] != 0xC0) continue;  // SOF0: length, precision, height, width
    jpeg[i + 5] = 0x80, jpeg[i + 7] = 0x80;
    break;
  }
  CHECK_THAT(error_of_bytes(jpeg), ContainsSubstring("the image is too large"));
}

TEST_CASE("headers that end early or lie do not crash", "[image][error]") {
  const Bytes heads[] = {{'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P'},
                         {'I', 'I', '*', 0, 0xFF, 0xFF, 0xFF, 0xFF},
                         {'M', 'M', 0, '*', 0, 0, 0, 8, 0xFF, 0xFF, 1, 0, 0, 4},
                         {'B', 'M', 0, 0},
                         {0xFF, 0xD8, 0xFF}};
  for (const Bytes& bytes : heads) CHECK(error_of_bytes(bytes) != "(no error)");
}
