#include "data/image_header.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace ph {
namespace {

using Bytes = std::vector<std::uint8_t>;

bool begins(const Bytes& bytes, std::size_t at, const char* magic, std::size_t size) {
  return bytes.size() >= at + size && std::memcmp(bytes.data() + at, magic, size) == 0;
}

// `count` bytes at `at` as a number; 0 when they are not there.
std::int64_t number(const Bytes& bytes, std::size_t at, int count, bool little) {
  if (at > bytes.size() || bytes.size() - at < static_cast<std::size_t>(count)) return 0;
  std::int64_t value = 0;
  for (int i = 0; i < count; ++i) {
    const auto byte = bytes[at + static_cast<std::size_t>(little ? count - 1 - i : i)];
    value = value << 8 | byte;
  }
  return value;
}

std::int64_t little(const Bytes& bytes, std::size_t at, int count) { return number(bytes, at, count, true); }

std::optional<ImageHeader> sized(const char* format, std::int64_t width, std::int64_t height) {
  if (width <= 0 || height <= 0) return std::nullopt;
  return ImageHeader{format, width, height};
}

// BITMAPINFOHEADER: signed sizes, a negative height meaning rows from the top.
std::optional<ImageHeader> bmp(const Bytes& bytes) {
  if (bytes.size() < 26) return std::nullopt;
  if (little(bytes, 14, 4) == 12) return sized("BMP", little(bytes, 18, 2), little(bytes, 20, 2));
  const auto height = static_cast<std::int32_t>(little(bytes, 22, 4));
  return sized("BMP", static_cast<std::int32_t>(little(bytes, 18, 4)),
               std::abs(static_cast<std::int64_t>(height)));
}

// RIFF container: a lossy, lossless or extended first chunk.
std::optional<ImageHeader> webp(const Bytes& bytes) {
  if (bytes.size() < 30) return std::nullopt;
  if (begins(bytes, 12, "VP8X", 4)) return sized("WebP", little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1);
  if (begins(bytes, 12, "VP8L", 4)) {
    const std::int64_t packed = little(bytes, 21, 4);
    return sized("WebP", (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1);
  }
  return sized("WebP", little(bytes, 26, 2) & 0x3FFF, little(bytes, 28, 2) & 0x3FFF);
}

// The first directory's ImageWidth (256) and ImageLength (257), of type SHORT (3) or LONG (4). A tag that stands there twice counts
// by its larger value: libtiff takes the first.
std::optional<ImageHeader> tiff(const Bytes& bytes) {
  const bool low_first = bytes[0] == 'I';
  const auto directory = static_cast<std::size_t>(number(bytes, 4, 4, low_first));
  const std::int64_t entries = number(bytes, directory, 2, low_first);
  std::int64_t size[2] = {0, 0};
  for (std::int64_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + static_cast<std::size_t>(i) * 12;
    const std::int64_t tag = number(bytes, entry, 2, low_first);
    if (tag != 256 && tag != 257) continue;
    const bool is_short = number(bytes, entry + 2, 2, low_first) == 3;
    size[tag - 256] = std::max(size[tag - 256], number(bytes, entry + 8, is_short ? 2 : 4, low_first));
  }
  return sized("TIFF", size[0], size[1]);
}

}  // namespace

std::optional<ImageHeader> image_header(const Bytes& bytes) {
  if (begins(bytes, 0, "\xFF\xD8\xFF", 3)) return ImageHeader{"JPEG", 0, 0};
  if (begins(bytes, 0, "\x89PNG\r\n\x1A\n", 8)) {
    return sized("PNG", number(bytes, 16, 4, false), number(bytes, 20, 4, false));
  }
  if (begins(bytes, 0, "BM", 2)) return bmp(bytes);
  if (begins(bytes, 0, "RIFF", 4) && begins(bytes, 8, "WEBP", 4)) return webp(bytes);
  if (begins(bytes, 0, "II*\0", 4) || begins(bytes, 0, "MM\0*", 4)) return tiff(bytes);
  return std::nullopt;
}

}  // namespace ph
