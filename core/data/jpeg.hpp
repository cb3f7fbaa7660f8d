#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/image.hpp"

namespace ph {

/// Decodes a JPEG with libjpeg-turbo: the same pixels as OpenCV gives, but damage and early ends are
/// errors. Throws Error(data). Any thread.
void decode_jpeg(const std::vector<std::uint8_t>& bytes, const std::string& name,
                 const DecodeOptions& options, Image& image);

/// The EXIF orientation (1 to 8) in the payload of a JPEG's APP1 segment; 1 when there is none.
[[nodiscard]] int exif_orientation(const std::uint8_t* payload, std::size_t size);

}  // namespace ph
