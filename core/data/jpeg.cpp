#include "data/jpeg.hpp"

#include <csetjmp>
#include <cstdio>
#include <cstring>
// libjpeg's headers want <cstdio> before them.
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>

#include "config/error.hpp"
#include "data/image_view.hpp"

namespace ph {
namespace {

// libjpeg leaves by longjmp: what it is called from may own nothing by a destructor, except this, which
// outlives the jump.
struct Session {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf leave{};
  std::array<char, JMSG_LENGTH_MAX> damage{};  // first message about damage; empty: none
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { jpeg_destroy_decompress(&info); }
};

Session& session_of(j_common_ptr info) { return *static_cast<Session*>(info->client_data); }

void on_error(j_common_ptr info) {
  Session& session = session_of(info);
  info->err->format_message(info, session.damage.data());
  std::longjmp(session.leave, 1);
}

// Level -1 is a warning: the decoder goes on with made-up pixels. The three harmless ones are let through.
void on_message(j_common_ptr info, int level) {
  const int code = info->err->msg_code;
  if (level >= 0 || code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR)
    return;
  Session& session = session_of(info);
  if (session.damage[0] == '\0') info->err->format_message(info, session.damage.data());
}

void on_output(j_common_ptr) {}

enum class Step { done, not_rgb, too_large };

// Header: what is to be refused before pixels are made.
Step read_header(Session& session, const std::vector<std::uint8_t>& bytes, const DecodeOptions& options) {
  jpeg_mem_src(&session.info, bytes.data(), bytes.size());
  if (options.apply_orientation && options.channels != Channels::unchanged)
    jpeg_save_markers(&session.info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&session.info, TRUE);
  const std::int64_t pixels = std::int64_t{session.info.image_width} * session.info.image_height;
  if (pixels > max_image_pixels) return Step::too_large;
  const J_COLOR_SPACE space = session.info.jpeg_color_space;
  if (space != JCS_YCbCr && space != JCS_RGB && space != JCS_GRAYSCALE) return Step::not_rgb;
  const bool grey = options.channels == Channels::grayscale ||
                    (options.channels == Channels::unchanged && space == JCS_GRAYSCALE);
  const bool rgb = options.rgb && options.channels == Channels::color;
  session.info.out_color_space = grey ? JCS_GRAYSCALE : rgb ? JCS_EXT_RGB : JCS_EXT_BGR;
  return Step::done;
}

// Whether a part can be decoded by itself, with a gain: not where all scans have to be decoded first, where
// the picture will be turned, or where the file's end is missing, which only a whole decode reports.
bool takes_part(const jpeg_decompress_struct& info, const std::vector<std::uint8_t>& bytes, int orientation,
                const Region& wanted) {
  const bool has_end = bytes.size() > 4 && bytes[bytes.size() - 2] == 0xFF && bytes.back() == JPEG_EOI;
  return !wanted.empty() && orientation == 1 && has_end &&
         !jpeg_has_multiple_scans(const_cast<jpeg_decompress_struct*>(&info));
}

// Rows and columns of `wanted`, which lies in the picture, to their places in `image`. libjpeg rounds the first column down to a block
// and interpolates colours at both edges without their outer neighbours: hence two columns more.
void read_part(Session& session, const Region& wanted, Image& image) {
  constexpr int kMargin = 2;
  const int right = std::min(image.width, wanted.x + wanted.width + kMargin);
  auto first = static_cast<JDIMENSION>(std::max(0, wanted.x - kMargin));
  auto width = static_cast<JDIMENSION>(right) - first;
  const auto top = static_cast<JDIMENSION>(wanted.y), bottom = top + static_cast<JDIMENSION>(wanted.height);
  jpeg_crop_scanline(&session.info, &first, &width);
  if (top > 0) jpeg_skip_scanlines(&session.info, top);
  while (session.info.output_scanline < bottom && session.damage[0] == '\0') {
    JSAMPROW row = image.row(static_cast<int>(session.info.output_scanline)) + image.format.bytes() * first;
    jpeg_read_scanlines(&session.info, &row, 1);
  }
}

void read_rows(Session& session, Image& image) {
  while (session.info.output_scanline < session.info.output_height && session.damage[0] == '\0') {
    JSAMPROW rows[4];
    const auto first = static_cast<int>(session.info.output_scanline);
    const int count = std::min(4, image.height - first);
    for (int i = 0; i < count; ++i) rows[i] = image.row(first + i);
    jpeg_read_scanlines(&session.info, rows, static_cast<JDIMENSION>(count));
  }
}

int orientation_of(const jpeg_decompress_struct& info) {
  for (const jpeg_marker_struct* marker = info.marker_list; marker; marker = marker->next) {
    const int orientation = exif_orientation(marker->data, marker->data_length);
    if (orientation != 1) return orientation;
  }
  return 1;
}

void orient(Image& image, int orientation) {
  if (orientation < 2 || orientation > 8) return;
  cv::Mat picture = view_of(image).clone();
  if (orientation >= 5) cv::transpose(picture, picture);
  // After the transposition of 5 to 8: mirror left to right (2, 6), top to bottom (4, 8), both (3, 7).
  if (orientation == 2 || orientation == 6) cv::flip(picture, picture, 1);
  if (orientation == 4 || orientation == 8) cv::flip(picture, picture, 0);
  if (orientation == 3 || orientation == 7) cv::flip(picture, picture, -1);
  image.resize(picture.cols, picture.rows, image.format);
  std::memcpy(image.pixels.data(), picture.data, image.pixels.size());
}

[[noreturn]] void refuse(Step step, const std::string& name, std::int64_t width, std::int64_t height) {
  if (step == Step::too_large) {
    throw Error(ErrorKind::data, name + ": the image is too large",
                std::to_string(width) + " x " + std::to_string(height) + " pixels",
                "at most " + std::to_string(max_image_pixels) + " pixels", "scale it down");
  }
  throw Error(ErrorKind::data, name + ": the JPEG has other colours than grey or RGB",
              "CMYK or an unknown space", "grey, YCbCr or RGB",
              "convert it, for example: mogrify -colorspace sRGB FILE");
}

}  // namespace

void decode_jpeg(const std::vector<std::uint8_t>& bytes, const std::string& name,
                 const DecodeOptions& options, Image& image) {
  Session session;
  session.info.err = jpeg_std_error(&session.errors);
  session.errors.error_exit = on_error;
  session.errors.emit_message = on_message;
  session.errors.output_message = on_output;
  session.info.client_data = &session;
  volatile bool failed = false;
  volatile Step step = Step::done;
  volatile int orientation = 1;
  if (setjmp(session.leave) == 0) {
    jpeg_create_decompress(&session.info);
    step = read_header(session, bytes, options);
    if (step == Step::done) {
      orientation = orientation_of(session.info);
      image.resize(static_cast<int>(session.info.image_width), static_cast<int>(session.info.image_height),
                   {session.info.out_color_space == JCS_GRAYSCALE ? 1 : 3, false});
      // Where annotations speak of another picture, `wanted` may lie anywhere.
      const Region wanted = options.wanted.cut_to(image.width, image.height);
      const bool part = takes_part(session.info, bytes, orientation, wanted);
      jpeg_start_decompress(&session.info);
      if (part) {
        read_part(session, wanted, image);
        jpeg_abort_decompress(&session.info);
      } else {
        read_rows(session, image);
        if (session.damage[0] == '\0') jpeg_finish_decompress(&session.info);
      }
    }
  } else {
    failed = true;
  }
  if (step != Step::done) refuse(step, name, session.info.image_width, session.info.image_height);
  if (failed || session.damage[0] != '\0') {
    throw Error(ErrorKind::data, name + ": the JPEG is damaged or cut short", session.damage.data(),
                "a whole JPEG file", "copy the file again, or take it out of the annotations");
  }
  orient(image, orientation);
}

int exif_orientation(const std::uint8_t* payload, std::size_t size) {
  if (size < 14 || std::memcmp(payload, "Exif\0\0", 6) != 0) return 1;
  const std::uint8_t* tiff = payload + 6;
  const std::size_t end = size - 6;
  const bool low_first = tiff[0] == 'I';
  const auto number = [&](std::size_t at, std::size_t count) -> std::size_t {
    if (at > end || end - at < count) return 0;
    std::size_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | tiff[at + (low_first ? count - 1 - i : i)];
    return value;
  };
  const std::size_t directory = number(4, 4), entries = number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    if (number(entry, 2) != 0x0112) continue;
    const std::size_t value = number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace ph
