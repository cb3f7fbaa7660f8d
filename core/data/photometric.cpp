#include "data/photometric.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "data/image_view.hpp"

namespace ph {
namespace {

using Table = std::array<std::uint8_t, 256>;

// byte * factor + offset in float32, cut to 0..255 and off after the point.
Table linear(double factor, double offset) {
  Table table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    const float value = static_cast<float>(byte) * static_cast<float>(factor) + static_cast<float>(offset);
    table[byte] = static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F));
  }
  return table;
}

void look_up(const Table& table, Image& image) {
  for (std::uint8_t& byte : image.pixels) byte = table[byte];
}

void change_hsv(const Distortion& distortion, Image& image) {
  cv::Mat picture = view_of(image);
  cv::cvtColor(picture, picture, cv::COLOR_BGR2HSV);
  constexpr int full_circle = 180;
  Table hue{};
  for (int byte = 0; byte < 256; ++byte)
    hue[static_cast<std::size_t>(byte)] =
        static_cast<std::uint8_t>(((byte + distortion.hue) % full_circle + full_circle) % full_circle);
  const Table saturation = linear(distortion.saturation, 0);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    image.pixels[i] = hue[image.pixels[i]];
    image.pixels[i + 1] = saturation[image.pixels[i + 1]];
  }
  cv::cvtColor(picture, picture, cv::COLOR_HSV2BGR);
}

}  // namespace

void distort(const Image& from, const Distortion& distortion, Image& to) {
  to = from;
  const bool contrast = distortion.contrast != 1;
  if (distortion.brightness != 0) look_up(linear(1, distortion.brightness), to);
  if (contrast && distortion.contrast_first) look_up(linear(distortion.contrast, 0), to);
  if (distortion.saturation != 1 || distortion.hue != 0) change_hsv(distortion, to);
  if (contrast && !distortion.contrast_first) look_up(linear(distortion.contrast, 0), to);
}

}  // namespace ph
