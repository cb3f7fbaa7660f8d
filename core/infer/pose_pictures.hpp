#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <future>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "infer/image_dataset.hpp"
#include "infer/pose_results.hpp"
#include "infer/pose_style.hpp"
#include "infer/video.hpp"

namespace ph {

/// Draws poses on pictures and writes these, on a thread beside the network's. Main thread.
class PicturePainter {
 public:
  PicturePainter(const PoseStyle& style, const ImageDataset& dataset);
  ~PicturePainter();
  /// `picture` is taken out of the data set's cache where it is there. Folders on the way are made. What `to` is called
  /// decides the format. Throws Error(environment), also for a picture before this one.
  void write(const std::filesystem::path& to, const std::string& picture,
             const std::vector<FoundPose>& poses);
  /// Waits for the last one.
  void finish();

 private:
  const PoseStyle& style_;
  const ImageDataset& dataset_;
  std::deque<std::future<void>> going_on_;
};

/// Reads a video, and writes it with poses on its frames. Main thread.
class VideoPainter {
 public:
  /// `out` empty: it is only read.
  VideoPainter(const std::filesystem::path& in, std::filesystem::path out, const PoseStyle& style);
  [[nodiscard]] std::int64_t frames() const noexcept { return reader_.frames(); }
  /// Reads up to `count` frames on, which take the place of all pictures in the cache of `dataset`, in the form in which
  /// its pipeline takes them; false at the end.
  [[nodiscard]] bool read(std::size_t count, const ImageDataset& dataset);
  /// Names in the cache of what was read last.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  /// Writes frame `index` of those; in their order.
  void write(std::size_t index, const std::vector<FoundPose>& poses);
  /// The video appears under its name.
  void finish();

 private:
  VideoReader reader_;
  std::filesystem::path out_;
  std::unique_ptr<VideoWriter> writer_;
  const PoseStyle& style_;
  std::vector<std::string> names_;
  std::vector<cv::Mat> frames_;
  std::int64_t count_ = 0;
};

}  // namespace ph
