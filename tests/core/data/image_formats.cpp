// Files that are not plain 8-bit RGB: what becomes of depth, transparency, coding and orientation.
#include <array>
#include <opencv2/imgcodecs.hpp>

#include "core/data/coco_fixture.hpp"
#include "data/image.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

using test::ContainsSubstring;
using test::decoded;
using Bytes = std::vector<std::uint8_t>;

Bytes encoded(const char* extension, const cv::Mat& picture) {
  Bytes bytes;
  REQUIRE(cv::imencode(extension, picture, bytes));
  return bytes;
}

std::array<int, 3> pixel(const ph::Image& image, int x, int y) {
  const std::uint8_t* at = image.row(y) + 3 * x;
  return {at[0], at[1], at[2]};
}

/// Puts a chunk with an EXIF orientation before the first IDAT of a PNG.
Bytes with_png_orientation(const Bytes& png, int orientation) {
  Bytes chunk{'e',  'X', 'I', 'f', 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12,
              0x01, 3,   0,   1,   0,   0,   0,  0, 0, 0, 0, 0, 0, 0, 0};
  chunk[22] = static_cast<std::uint8_t>(orientation);
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const std::uint8_t byte : chunk) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0);
  }
  const auto number = [](std::uint32_t value) {
    return Bytes{static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                 static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  };
  const Bytes size = number(static_cast<std::uint32_t>(chunk.size() - 4)), sum = number(~crc);
  chunk.insert(chunk.begin(), size.begin(), size.end());
  chunk.insert(chunk.end(), sum.begin(), sum.end());
  Bytes out = png;
  out.insert(out.begin() + 33, chunk.begin(), chunk.end());  // behind the signature and IHDR
  return out;
}

}  // namespace

TEST_CASE("16 bits become the upper 8", "[image]") {
  const char* const extension = GENERATE(".png", ".tiff");
  CAPTURE(extension);
  cv::Mat grey(3, 5, CV_16UC1, cv::Scalar(0x1234)),
      colour(3, 5, CV_16UC3, cv::Scalar(0x01FF, 0x80FE, 0xFFFF));
  CHECK(pixel(decoded(encoded(extension, grey)), 4, 2) == std::array{0x12, 0x12, 0x12});
  // OpenCV rounds TIFF's colours, where it cuts PNG's.
  const auto [r, g, b] = pixel(decoded(encoded(extension, colour)), 4, 2);
  CHECK((r == 0xFF && g == 0x80 && (b == 0x01 || b == 0x02)));
}

TEST_CASE("a grey file gives three equal channels", "[image]") {
  const char* const extension = GENERATE(".png", ".tiff", ".bmp", ".webp");
  CAPTURE(extension);
  const cv::Mat grey(8, 8, CV_8UC1, cv::Scalar(77));
  const auto [r, g, b] = pixel(decoded(encoded(extension, grey)), 4, 2);
  CHECK((r == g && g == b && std::abs(r - 77) < 3));
}

TEST_CASE("transparency is dropped: the colour below it stays", "[image]") {
  const char* const extension = GENERATE(".png", ".tiff");
  CAPTURE(extension);
  cv::Mat picture(3, 5, CV_8UC4, cv::Scalar(10, 20, 30, 255));
  picture.at<cv::Vec4b>(1, 1) = {40, 50, 60, 0};
  const auto image = decoded(encoded(extension, picture));
  CHECK(pixel(image, 0, 0) == std::array{30, 20, 10});
  CHECK(pixel(image, 1, 1) == std::array{60, 50, 40});
}

TEST_CASE("a WebP with transparency gives its colours nearly", "[image]") {
  const cv::Mat picture(16, 16, CV_8UC4, cv::Scalar(40, 90, 160, 128));
  const auto [r, g, b] = pixel(decoded(encoded(".webp", picture)), 8, 8);
  CHECK((std::abs(r - 160) < 8 && std::abs(g - 90) < 8 && std::abs(b - 40) < 8));
}

TEST_CASE("JPEGs of arithmetic coding and of several scans are the same pictures", "[image]") {
  const ph::Image picture = test::gradient(40, 30);
  const auto plain = decoded(test::jpeg_of(picture));
  test::JpegOptions arithmetic, progressive;
  arithmetic.arithmetic = true;
  progressive.progressive = true;
  CHECK(decoded(test::jpeg_of(picture, arithmetic)).pixels == plain.pixels);
  CHECK(decoded(test::jpeg_of(picture, progressive)).pixels == plain.pixels);
}

TEST_CASE("a JPEG of arithmetic coding that is cut short is an error too", "[image][error]") {
  test::JpegOptions options;
  options.arithmetic = true;
  auto bytes = test::jpeg_of(test::pattern(64, 48), options);
  bytes.resize(bytes.size() / 2);
  CHECK_THAT(test::error_of([&] { (void)decoded(bytes); }), ContainsSubstring("damaged or cut short"));
}

TEST_CASE("EXIF orientation turns a PNG unless it is to be ignored", "[image]") {
  cv::Mat picture(3, 5, CV_8UC3, cv::Scalar(0, 0, 0));
  picture.at<cv::Vec3b>(0, 0) = {1, 2, 3};
  const auto plain = encoded(".png", picture);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const auto bytes = with_png_orientation(plain, orientation);
    const auto stored = decoded(bytes, {true, false});
    CHECK((stored.width == 5 && stored.height == 3 && pixel(stored, 0, 0) == std::array{3, 2, 1}));
    const auto turned = decoded(bytes);
    REQUIRE((turned.width == (orientation < 5 ? 5 : 3) && turned.height == (orientation < 5 ? 3 : 5)));
    const bool right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    const bool bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    CHECK(pixel(turned, right ? turned.width - 1 : 0, bottom ? turned.height - 1 : 0) == std::array{3, 2, 1});
  }
}

TEST_CASE("a TIFF that claims to be huge is refused before it is decoded", "[image][error]") {
  // Little-endian, one directory: ImageWidth and ImageLength of 100 000 each, as LONG.
  const Bytes tiff{'I',  'I',  42,   0,    8,    0, 0, 0, 2, 0, 0x00, 0x01, 4,    0,    1,    0, 0, 0, 0xA0,
                   0x86, 0x01, 0x00, 0x01, 0x01, 4, 0, 1, 0, 0, 0,    0xA0, 0x86, 0x01, 0x00, 0, 0, 0, 0};
  CHECK_THAT(test::error_of([&] { (void)decoded(tiff); }),
             ContainsSubstring("the image is too large") && ContainsSubstring("100000 x 100000"));
}
