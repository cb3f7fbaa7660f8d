#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/image_cache.hpp"
#include "data/pipeline.hpp"
#include "infer/infer_config.hpp"

namespace ph {

/// Pictures without annotations, cut and normalised by a config's test pipeline. Which ones is set between two epochs of
/// a loader. A picture that cannot be read is no error: its sample is empty, and failure() says why.
class ImageDataset final : public Dataset {
 public:
  /// `cache_bytes` of decoded pictures are kept until somebody takes them for drawing; 0: none.
  ImageDataset(const InferConfig& config, std::size_t cache_bytes);

  /// From now on these. A box without area stands for the whole picture, and is filled in when the picture is read.
  /// No sample may be in the making.
  void assign(std::vector<Instance> instances);
  /// Why sample `index` is empty; nothing for good ones. Once the loader has given it out.
  [[nodiscard]] const std::optional<Error>& failure(std::size_t index) const { return failures_[index]; }
  /// Decoded pictures, by Instance::image_file and decoding(); what is put here before is not read from a file.
  [[nodiscard]] ImageCache* cache() const { return cache_ ? &*cache_ : nullptr; }
  /// What was decoded of `file`, if it is there; it is kept no longer.
  [[nodiscard]] std::shared_ptr<const Image> take(const std::string& file) const {
    return cache_ ? cache_->take(file, decoding()) : nullptr;
  }
  /// The form in which the pipeline takes pictures.
  [[nodiscard]] const DecodeOptions& decoding() const { return pipeline_->decoding(); }

  const DatasetInfo& info() const override { return info_; }
  const std::vector<Instance>& instances() const override { return instances_; }
  void make_sample(std::int64_t index, std::uint64_t seed, std::int64_t epoch, Sample& sample) const override;
  SampleShapes shapes() const override;
  std::vector<std::string> report() const override { return pipeline_->notes(); }

 private:
  void fill_box(Instance& instance) const;
  DatasetInfo info_;
  std::array<std::int64_t, 2> image_size_;
  mutable std::optional<ImageCache> cache_;
  std::optional<Pipeline> pipeline_;
  // Each index is one thread's at a time, and nobody's outside an epoch.
  mutable std::vector<Instance> instances_;
  mutable std::vector<std::optional<Error>> failures_;
};

}  // namespace ph
