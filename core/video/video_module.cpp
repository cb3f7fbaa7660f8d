// Videos by OpenCV's videoio, for infer/video.cpp, which loads this library when there is one to read.
#include "video/video_module.h"

#include <cstring>
#include <exception>
#include <memory>
#include <opencv2/videoio.hpp>

struct ph_video_reader {
  cv::VideoCapture capture;
  int width = 0, height = 0;
};
struct ph_video_writer {
  cv::VideoWriter writer;
  int width = 0, height = 0;
};

namespace {

ph_video_reader* open(const char* path, ph_video_info* info) try {
  auto reader = std::make_unique<ph_video_reader>();
  if (!reader->capture.open(path)) return nullptr;
  const auto value = [&](int property) { return reader->capture.get(property); };
  reader->width = static_cast<int>(value(cv::CAP_PROP_FRAME_WIDTH));
  reader->height = static_cast<int>(value(cv::CAP_PROP_FRAME_HEIGHT));
  *info = {value(cv::CAP_PROP_FPS), static_cast<std::int64_t>(value(cv::CAP_PROP_FRAME_COUNT)), reader->width,
           reader->height};
  return reader->width > 0 && reader->height > 0 ? reader.release() : nullptr;
} catch (const std::exception&) {
  return nullptr;
}

std::int32_t read(ph_video_reader* reader, std::uint8_t* pixels) try {
  cv::Mat frame;
  if (!reader->capture.read(frame)) return 0;
  if (frame.cols != reader->width || frame.rows != reader->height || frame.type() != CV_8UC3) return -1;
  cv::Mat target(frame.rows, frame.cols, CV_8UC3, pixels);
  frame.copyTo(target);
  return 1;
} catch (const std::exception&) {
  return -1;
}

void close(ph_video_reader* reader) { delete reader; }

ph_video_writer* create(const char* path, double fps, std::int32_t width, std::int32_t height) try {
  auto writer = std::make_unique<ph_video_writer>();
  writer->width = width;
  writer->height = height;
  const auto code = cv::VideoWriter::fourcc('m', 'p', '4', 'v');
  return writer->writer.open(path, code, fps, {width, height}) ? writer.release() : nullptr;
} catch (const std::exception&) {
  return nullptr;
}

void write(ph_video_writer* writer, const std::uint8_t* pixels) {
  writer->writer.write(cv::Mat(writer->height, writer->width, CV_8UC3, const_cast<std::uint8_t*>(pixels)));
}

void finish(ph_video_writer* writer) { delete writer; }

}  // namespace

extern "C" __attribute__((visibility("default"))) const ph_video_module* posehost_video_module() {
  static const ph_video_module module{open, read, close, create, write, finish};
  return &module;
}
