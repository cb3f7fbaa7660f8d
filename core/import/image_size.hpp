#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

namespace ph {

struct ImageSize {
  std::int64_t width = 0, height = 0;
};

/// Width and height of a picture as it is shown (a JPEG turned as its EXIF orientation says, which is how pictures are read), from
/// its header: little is read and nothing decoded. Nothing when the file is missing, no JPEG, PNG, BMP, TIFF or WebP, or damaged.
[[nodiscard]] std::optional<ImageSize> image_size(const std::filesystem::path& file);

}  // namespace ph
