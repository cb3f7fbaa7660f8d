#include "import/image_size.hpp"

#include <array>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "data/image_header.hpp"

namespace ph {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::size_t kHead = 4096;
constexpr std::size_t kMaxTiff = std::size_t{256} << 20;  // its directory may stand at the end

Bytes read_bytes(std::ifstream& stream, std::size_t count) {
  Bytes bytes(count);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, stream.gcount())));
  return bytes;
}

// EXIF: a TIFF directory with tag 274 (orientation), a SHORT.
int orientation(const Bytes& exif) {
  constexpr std::size_t kTiff = 6;  // after "Exif\0\0"
  if (exif.size() < kTiff + 8 || std::memcmp(exif.data(), "Exif\0\0", kTiff) != 0) return 1;
  const bool little = exif[kTiff] == 'I';
  const auto number = [&](std::size_t at, std::size_t count) -> std::size_t {
    std::size_t value = 0;
    if (at > exif.size() || exif.size() - at < count) return 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | exif[at + (little ? count - 1 - i : i)];
    return value;
  };
  const auto directory = kTiff + number(kTiff + 4, 4);
  const auto entries = number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const auto entry = directory + 2 + 12 * i;
    if (entry > exif.size()) return 1;
    if (number(entry, 2) == 274) return static_cast<int>(number(entry + 8, 2));
  }
  return 1;
}

bool is_frame(int marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// From segment to segment until the frame header.
std::optional<ImageSize> jpeg_size(std::ifstream& stream) {
  stream.clear();
  stream.seekg(2);
  int turned = 1;
  for (;;) {
    int marker = stream.get();
    if (marker != 0xFF) return std::nullopt;
    while (marker == 0xFF) marker = stream.get();
    if (marker < 0 || marker == 0xD9 || marker == 0xDA) return std::nullopt;
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue;
    const int high = stream.get(), low = stream.get();
    const int length = high << 8 | low;
    if (low < 0 || length < 2) return std::nullopt;
    if (is_frame(marker) || marker == 0xE1) {
      const auto body = read_bytes(stream, static_cast<std::size_t>(length - 2));
      if (marker == 0xE1) {
        if (turned == 1) turned = orientation(body);
        continue;
      }
      if (body.size() < 5) return std::nullopt;
      ImageSize size{body[3] << 8 | body[4], body[1] << 8 | body[2]};
      if (turned >= 5 && turned <= 8) std::swap(size.width, size.height);
      return size.width > 0 && size.height > 0 ? std::optional(size) : std::nullopt;
    }
    stream.seekg(length - 2, std::ios::cur);
  }
}

}  // namespace

std::optional<ImageSize> image_size(const std::filesystem::path& file) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed)) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  auto bytes = read_bytes(stream, kHead);
  if (bytes.size() >= 4 &&
      (std::memcmp(bytes.data(), "II*\0", 4) == 0 || std::memcmp(bytes.data(), "MM\0*", 4) == 0)) {
    const auto all = std::filesystem::file_size(file, failed);
    if (failed || all > kMaxTiff) return std::nullopt;
    stream.clear();
    stream.seekg(0);
    bytes = read_bytes(stream, static_cast<std::size_t>(all));
  }
  const auto header = image_header(bytes);
  if (!header) return std::nullopt;
  if (header->format == "JPEG") return jpeg_size(stream);
  return ImageSize{header->width, header->height};
}

}  // namespace ph
