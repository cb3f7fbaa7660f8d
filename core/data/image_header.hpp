#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ph {

/// What the first bytes of an image file claim.
struct ImageHeader {
  std::string format;                  ///< "JPEG", "PNG", "BMP", "TIFF", "WebP"
  std::int64_t width = 0, height = 0;  ///< 0 for JPEG, whose decoder checks before it allocates
};

/// Nothing when the bytes begin like none of the formats or end within the header.
[[nodiscard]] std::optional<ImageHeader> image_header(const std::vector<std::uint8_t>& bytes);

}  // namespace ph
