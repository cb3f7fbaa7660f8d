#include "infer/image_dataset.hpp"

#include <algorithm>
#include <mutex>
#include <opencv2/core.hpp>

#include "data/sample.hpp"

namespace ph {
namespace {

// The size of a picture, turned as its EXIF orientation says. A JPEG's first rows have to be decoded for it.
std::array<int, 2> size_of(const std::string& file) {
  DecodeOptions options;
  options.wanted = {0, 0, 1, 1};
  thread_local Image picture;
  read_image(file, options, picture);
  return {picture.width, picture.height};
}

}  // namespace

ImageDataset::ImageDataset(const InferConfig& config, std::size_t cache_bytes)
    : info_{config.info}, image_size_{config.image_size} {
  static std::once_flag once;
  std::call_once(once, [] { cv::setNumThreads(0); });  // the loader has threads of its own
  if (cache_bytes > 0) cache_.emplace(cache_bytes);
  PipelineContext context;
  context.info = &info_;
  context.compat = config.compat;
  context.image_size = config.image_size;
  context.heatmap_size = config.heatmap_size;
  context.cache = cache();
  pipeline_.emplace(config.pipeline, context, std::vector<Item>{Item::box});
  if (pipeline_->gives_target())
    throw config.pipeline.error("it makes targets, for which there are no annotations",
                                "the pipeline of testing", "a config with data.test or data.val");
}

void ImageDataset::assign(std::vector<Instance> instances) {
  instances_ = std::move(instances);
  failures_.assign(instances_.size(), std::nullopt);
}

SampleShapes ImageDataset::shapes() const {
  return {{pipeline_->channels(), image_size_[1], image_size_[0]}, {}, {}};
}

void ImageDataset::fill_box(Instance& instance) const {
  if (instance.bbox[2] > 0) return;
  std::array<int, 2> size{};
  const auto kept = cache_ ? cache_->find(instance.image_file, decoding()) : nullptr;
  if (kept) {
    size = {kept->width, kept->height};
  } else {
    size = size_of(instance.image_file);
  }
  instance.bbox = {0, 0, static_cast<double>(size[0]), static_cast<double>(size[1])};
}

void ImageDataset::make_sample(std::int64_t index, std::uint64_t seed, std::int64_t epoch,
                               Sample& sample) const {
  auto& instance = instances_.at(static_cast<std::size_t>(index));
  const auto keypoints = info_.keypoints.size();
  sample.index = index;
  sample.instance = &instance;
  sample.image.reset();
  sample.joints.assign(2 * keypoints, 0);
  sample.visible.assign(keypoints, 0);
  sample.center = sample.scale = {};
  sample.rotation = 0;
  for (SampleArray* array : {&sample.img, &sample.target, &sample.target_weight}) array->clear();
  auto& failure = failures_[static_cast<std::size_t>(index)];
  try {
    fill_box(instance);
    pipeline_->run(sample, {seed, epoch});
    return;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    failure = error;
  } catch (const cv::Exception& error) {
    failure = Error(ErrorKind::data, instance.image_file + ": a transform failed", error.what());
  }
  const auto place =
      sample.img.resize(static_cast<std::size_t>(pipeline_->channels() * image_size_[0] * image_size_[1]));
  std::fill(place.begin(), place.end(), 0.0F);
}

}  // namespace ph
