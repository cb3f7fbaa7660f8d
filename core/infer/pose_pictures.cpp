#include "infer/pose_pictures.hpp"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "data/image_view.hpp"
#include "infer/draw_pose.hpp"
#include "tensor/safetensors.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw Error(ErrorKind::environment, folder.string() + ": the folder cannot be made", failed.message(),
                "a folder that you can write to", "--out DIR");
}

// 8-bit BGR, a copy of its own.
cv::Mat as_bgr(const Image& image, const DecodeOptions& decoding) {
  cv::Mat picture;
  if (decoding.rgb) {
    cv::cvtColor(view_of(image), picture, cv::COLOR_RGB2BGR);
  } else {
    view_of(image).copyTo(picture);
  }
  return picture;
}

// What the cache has if it is drawn on as it is, else the file itself.
cv::Mat picture_of(const std::shared_ptr<const Image>& kept, const DecodeOptions& decoding,
                   const std::string& file) {
  if (kept && kept->format == PixelFormat{}) return as_bgr(*kept, decoding);
  auto picture = cv::imread(file, cv::IMREAD_COLOR);
  if (picture.empty()) throw Error(ErrorKind::data, file + ": cannot be read for drawing on it");
  return picture;
}

void encode(const fs::path& to, const cv::Mat& picture) {
  std::vector<unsigned char> bytes;
  if (!cv::imencode(to.extension().string(), picture, bytes))
    throw Error(ErrorKind::environment, to.string() + ": the picture cannot be encoded");
  write_file_atomically(to, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

std::shared_ptr<const Image> as_loaded(const cv::Mat& frame, const DecodeOptions& decoding) {
  auto image = std::make_shared<Image>();
  cv::Mat converted = frame;
  if (decoding.channels == Channels::grayscale) cv::cvtColor(frame, converted, cv::COLOR_BGR2GRAY);
  if (decoding.channels == Channels::color && decoding.rgb) cv::cvtColor(frame, converted, cv::COLOR_BGR2RGB);
  image->resize(converted.cols, converted.rows, {converted.channels(), decoding.floats});
  cv::Mat target = view_of(*image);
  converted.convertTo(target, target.depth());
  return image;
}

}  // namespace

PicturePainter::PicturePainter(const PoseStyle& style, const ImageDataset& dataset)
    : style_{style}, dataset_{dataset} {}

PicturePainter::~PicturePainter() {
  for (auto& one : going_on_) one.wait();
}

void PicturePainter::write(const fs::path& to, const std::string& picture,
                           const std::vector<FoundPose>& poses) {
  make_folder(to.parent_path());
  const auto kept = dataset_.take(picture);
  going_on_.push_back(std::async(std::launch::async, [this, to, picture, poses, kept] {
    auto canvas = picture_of(kept, dataset_.decoding(), picture);
    for (const auto& pose : poses) draw_pose(canvas, pose.prediction.keypoints, style_);
    encode(to, canvas);
  }));
  constexpr std::size_t at_once = 2;
  while (going_on_.size() > at_once) {
    going_on_.front().get();
    going_on_.pop_front();
  }
}

void PicturePainter::finish() {
  for (auto& one : going_on_) one.get();
  going_on_.clear();
}

VideoPainter::VideoPainter(const fs::path& in, fs::path out, const PoseStyle& style)
    : reader_{in}, out_{std::move(out)}, style_{style} {
  if (out_.empty()) return;
  out_.replace_extension(".mp4");
  make_folder(out_.parent_path());
  std::error_code ignored;
  if (fs::equivalent(in, out_, ignored))
    throw Error(ErrorKind::usage, out_.string() + ": the video would be written over itself", {},
                "another --out");
  writer_ = std::make_unique<VideoWriter>(out_, reader_.fps(), reader_.width(), reader_.height());
}

bool VideoPainter::read(std::size_t count, const ImageDataset& dataset) {
  auto& cache = *dataset.cache();
  cache.clear();
  frames_.clear();
  names_.clear();
  for (cv::Mat frame; frames_.size() < count && reader_.next(frame);) {
    // "#" and the number: no file that a pipeline could read.
    names_.push_back("video frame #" + std::to_string(count_++));
    cache.hold(names_.back(), dataset.decoding(), as_loaded(frame, dataset.decoding()));
    frames_.push_back(frame);
    frame = cv::Mat();
  }
  return !frames_.empty();
}

void VideoPainter::write(std::size_t index, const std::vector<FoundPose>& poses) {
  if (!writer_) return;
  auto& frame = frames_.at(index);
  for (const auto& pose : poses) draw_pose(frame, pose.prediction.keypoints, style_);
  writer_->write(frame);
}

void VideoPainter::finish() {
  if (writer_) writer_->finish();
}

}  // namespace ph
