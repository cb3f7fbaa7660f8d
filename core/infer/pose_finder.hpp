#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "data/loader.hpp"
#include "infer/image_dataset.hpp"
#include "infer/infer_network.hpp"
#include "infer/pose_results.hpp"

namespace ph {

/// A picture to look at: an image file, or a frame under a name of its own that stands in the data set's cache.
struct Picture {
  std::string file;             ///< what is read, or its name in the cache
  std::string name;             ///< in results
  std::int64_t id = 0;          ///< likewise
  std::vector<Instance> boxes;  ///< of `file`; one without area is the whole picture
};

/// What was found in a picture.
struct FoundPicture {
  std::size_t index = 0;  ///< in the list that was given
  std::vector<FoundPose> poses;
  std::optional<Error> failure;  ///< why nothing was looked for
};

/// Runs a network over pictures, in batches that may span several of them.
class PoseFinder {
 public:
  PoseFinder(const InferConfig& config, InferNetwork network, std::int64_t batch, std::size_t cache_bytes);
  /// Calls `found` for each picture of `pictures` in their order, as soon as it is done. Throws Error(nan) where the
  /// network's answer is no number.
  void find(const std::vector<Picture>& pictures, const std::function<void(const FoundPicture&)>& found);
  [[nodiscard]] ImageDataset& dataset() noexcept { return *dataset_; }

 private:
  void check(const FoundPose& pose) const;
  InferNetwork network_;
  std::shared_ptr<ImageDataset> dataset_;
  std::unique_ptr<Loader> loader_;
  std::int64_t epoch_ = 0;
};

}  // namespace ph
