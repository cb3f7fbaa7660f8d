#include "data/image.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "config/error.hpp"
#include "data/image_header.hpp"
#include "data/image_view.hpp"
#include "data/jpeg.hpp"

namespace ph {
namespace {

constexpr std::streamoff max_file_bytes = std::streamoff{1} << 30;

Error unreadable(const std::string& file, const std::string& found) {
  return Error(ErrorKind::data, file + ": the image cannot be read", found,
               "a readable file of at most 1 GiB");
}

// Into `bytes`, whose memory is reused from file to file.
void read_file(const std::string& file, std::vector<std::uint8_t>& bytes) {
  std::error_code ignored;
  // Before it is opened: a pipe would wait for somebody to write.
  if (std::filesystem::exists(file, ignored) && !std::filesystem::is_regular_file(file, ignored))
    throw unreadable(file, "not a file");
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) throw unreadable(file, std::strerror(errno));
  const auto size = static_cast<std::streamoff>(stream.tellg());
  if (size > max_file_bytes) throw unreadable(file, std::to_string(size) + " bytes");
  bytes.resize(static_cast<std::size_t>(size));
  stream.seekg(0);
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), size)) throw unreadable(file, std::strerror(errno));
}

Error damaged(const std::string& name, const std::string& format) {
  return Error(ErrorKind::data, name + ": the image is damaged or cut short",
               "a " + format + " that does not decode", "a whole file",
               "copy the file again, or take it out of the annotations");
}

Error too_deep(const std::string& name, const cv::Mat& decoded) {
  return Error(
      ErrorKind::data, name + ": the pixels have more than 8 bits",
      std::to_string(8 * decoded.elemSize1()) + " bits a channel",
      "8 bits, where pixels are bytes and left unchanged",
      "\"to_float32\": true (values as in the file), or \"color_type\": \"color\" (the upper 8 bits)");
}

void decode_other(const std::vector<std::uint8_t>& bytes, const std::string& name, const std::string& format,
                  const DecodeOptions& options, Image& image) {
  const int flags = options.channels == Channels::unchanged
                        ? static_cast<int>(cv::IMREAD_UNCHANGED)
                        : (options.channels == Channels::color ? cv::IMREAD_COLOR : cv::IMREAD_GRAYSCALE) |
                              (options.apply_orientation ? 0 : cv::IMREAD_IGNORE_ORIENTATION);
  cv::Mat decoded;
  try {
    decoded = cv::imdecode(bytes, flags);
  } catch (const cv::Exception&) {
    throw damaged(name, format);
  }
  if (decoded.empty()) throw damaged(name, format);
  if (decoded.depth() != CV_8U && !options.floats) throw too_deep(name, decoded);
  image.resize(decoded.cols, decoded.rows, {decoded.channels(), decoded.depth() != CV_8U});
  cv::Mat target = view_of(image);
  if (options.rgb && options.channels == Channels::color) {
    cv::cvtColor(decoded, target, cv::COLOR_BGR2RGB);
  } else {
    decoded.convertTo(target, target.depth());
  }
}

// Only where somebody will look: the rest stays what it was.
void make_floats(Image& image, const Region& wanted) {
  thread_local Image bytes;
  std::swap(bytes, image);
  image.resize(bytes.width, bytes.height, {bytes.format.channels, true});
  Region part = wanted.cut_to(image.width, image.height);
  if (part.empty()) part = {0, 0, image.width, image.height};
  const cv::Rect rect(part.x, part.y, part.width, part.height);
  cv::Mat target = view_of(image)(rect);
  view_of(bytes)(rect).convertTo(target, CV_32F);
}

}  // namespace

Region Region::cut_to(int picture_width, int picture_height) const noexcept {
  const auto end = [](int begin, int size, int limit) {
    return static_cast<int>(std::min<std::int64_t>(std::int64_t{begin} + size, limit));
  };
  const int left = std::max(0, x), top = std::max(0, y);
  return {left, top, end(x, width, picture_width) - left, end(y, height, picture_height) - top};
}

void Image::resize(int new_width, int new_height, const PixelFormat& new_format) {
  width = new_width;
  height = new_height;
  format = new_format;
  pixels.resize(offset(height));
}

void decode_image(const std::vector<std::uint8_t>& bytes, const std::string& name,
                  const DecodeOptions& options, Image& image) {
  const auto header = image_header(bytes);
  if (!header) {
    throw Error(ErrorKind::data, name + ": not an image that can be read",
                bytes.empty() ? "an empty file" : "first bytes of no known format",
                "JPEG, PNG, BMP, TIFF or WebP", "copy or save the picture again, or take it out of the data");
  }
  if (header->format == "JPEG") {
    decode_jpeg(bytes, name, options, image);
  } else if (header->width * header->height > max_image_pixels) {
    throw Error(ErrorKind::data, name + ": the image is too large",
                std::to_string(header->width) + " x " + std::to_string(header->height) + " pixels",
                "at most " + std::to_string(max_image_pixels) + " pixels", "scale it down");
  } else {
    decode_other(bytes, name, header->format, options, image);
  }
  if (options.floats && !image.format.floats) make_floats(image, options.wanted);
}

void read_image(const std::string& file, const DecodeOptions& options, Image& image) {
  thread_local std::vector<std::uint8_t> bytes;
  read_file(file, bytes);
  decode_image(bytes, file, options, image);
}

}  // namespace ph
