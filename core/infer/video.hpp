#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "video/video_module.h"

namespace ph {

/// Reads and writes videos through libposehost_video, a library that is loaded when the first one is opened: what it
/// needs (OpenCV's videoio, ffmpeg) takes long to load, and may not be there. Main thread.
class VideoReader {
 public:
  /// Throws Error(environment) without the library, Error(data) for a file that is no video.
  explicit VideoReader(const std::filesystem::path& file);
  ~VideoReader();
  VideoReader(const VideoReader&) = delete;
  VideoReader& operator=(const VideoReader&) = delete;
  /// The next picture, 8-bit BGR; false at the end. Throws Error(data) where the video stops in mid-stream.
  [[nodiscard]] bool next(cv::Mat& frame);
  [[nodiscard]] double fps() const noexcept { return fps_; }
  [[nodiscard]] std::int64_t frames() const noexcept {
    return frames_;
  }  ///< as the file claims; 0: it does not
  [[nodiscard]] int width() const noexcept { return width_; }
  [[nodiscard]] int height() const noexcept { return height_; }

 private:
  std::filesystem::path file_;
  ph_video_reader* reader_ = nullptr;
  double fps_ = 0;
  std::int64_t frames_ = 0;
  int width_ = 0, height_ = 0;
};

class VideoWriter {
 public:
  /// MPEG-4 in `file`, which should end in .mp4. The file grows under a hidden name until finish().
  VideoWriter(std::filesystem::path file, double fps, int width, int height);
  ~VideoWriter();
  VideoWriter(const VideoWriter&) = delete;
  VideoWriter& operator=(const VideoWriter&) = delete;
  void write(const cv::Mat& frame);
  void finish();

 private:
  std::filesystem::path file_, draft_;
  ph_video_writer* writer_ = nullptr;
};

}  // namespace ph
