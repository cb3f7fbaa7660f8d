#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ph {

/// What a pixel is made of: 8-bit colours unless asked for otherwise.
struct PixelFormat {
  int channels = 3;     ///< 1 grey, 3 colours, 4 colours and alpha
  bool floats = false;  ///< float32 values, else bytes
  bool operator==(const PixelFormat&) const = default;
  [[nodiscard]] std::size_t bytes() const noexcept {
    return static_cast<std::size_t>(channels) * (floats ? sizeof(float) : 1);
  }
};

/// A picture: `height` rows of `width` pixels, no padding.
struct Image {
  int width = 0, height = 0;
  PixelFormat format;
  std::vector<std::uint8_t> pixels;  ///< also where they are floats

  void resize(int new_width, int new_height, const PixelFormat& new_format = {});
  [[nodiscard]] std::uint8_t* row(int y) noexcept { return pixels.data() + offset(y); }
  [[nodiscard]] const std::uint8_t* row(int y) const noexcept { return pixels.data() + offset(y); }

 private:
  [[nodiscard]] std::size_t offset(int y) const noexcept {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * format.bytes();
  }
};

/// A rectangle of pixels, columns x to x + width - 1, rows y to y + height - 1.
struct Region {
  int x = 0, y = 0, width = 0, height = 0;
  [[nodiscard]] bool empty() const noexcept { return width <= 0 || height <= 0; }
  /// What of it lies in a picture of `picture_width` x `picture_height`; whatever its numbers are.
  [[nodiscard]] Region cut_to(int picture_width, int picture_height) const noexcept;
};

/// What an image file's channels become.
enum class Channels {
  color,  ///< three: of a grey file equal ones; 16 bits keep their upper 8, alpha is dropped (IMREAD_COLOR)
  grayscale,  ///< one, of colours their brightness; 8 bits (IMREAD_GRAYSCALE)
  unchanged,  ///< as many as the file has, alpha too, in the order BGR(A) (IMREAD_UNCHANGED)
};

/// How an image file becomes pixels: what OpenCV does, as in mmpose.
struct DecodeOptions {
  bool rgb = true;  ///< order of Channels::color; else BGR
  bool apply_orientation =
      true;  ///< turn as the file's EXIF orientation says; never with Channels::unchanged
  /// Empty, or beside the picture: everything. Else only these pixels of the (turned) image are wanted; the others may be anything.
  /// Saves half the time or more for baseline JPEG files; the pixels are the same as of the whole.
  Region wanted = {};
  Channels channels = Channels::color;
  /// Pixels as float32 with the values they have in the file (16-bit ones up to 65535). Without it, what has more than 8 bits
  /// when it is left unchanged is an error.
  bool floats = false;
};

/// Images above this are refused before anything is decoded: a file of a few kB can claim gigabytes.
inline constexpr std::int64_t max_image_pixels = 100'000'000;

/// Reads and decodes a JPEG, PNG, BMP, TIFF or WebP file into `image`, whose memory is reused. Throws
/// Error(data) naming the file: missing, not an image, too large, CMYK, damaged or cut short (which
/// OpenCV itself fills up with grey for JPEG), more than 8 bits. Any thread.
void read_image(const std::string& file, const DecodeOptions& options, Image& image);

/// The same from bytes; `name` stands for the file in messages.
void decode_image(const std::vector<std::uint8_t>& bytes, const std::string& name,
                  const DecodeOptions& options, Image& image);

}  // namespace ph
