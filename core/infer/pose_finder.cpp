#include "infer/pose_finder.hpp"

#include <algorithm>
#include <cmath>

#include "metric/pose_score.hpp"
#include "system/limits.hpp"
#include "train/evaluator.hpp"

namespace ph {
namespace {

// mmpose's for COCO's results: keypoints of a lower score do not count in a pose's.
constexpr double counted_score = 0.2;

LoaderOptions loader_options(std::int64_t batch, bool cuda) {
  LoaderOptions options;
  options.batch_size = batch;
  options.threads = std::clamp(usable_cores(), 1, 4);
  options.prefetch_batches = 4;
  options.pin_memory = cuda;
  return options;
}

/// Puts answers for boxes together to those for pictures.
class Collector {
 public:
  Collector(const std::vector<Picture>& pictures, const std::function<void(const FoundPicture&)>& found)
      : pictures_{pictures}, found_{found} {
    for (std::size_t i = 0; i < pictures.size(); ++i)
      picture_of_.insert(picture_of_.end(), pictures[i].boxes.size(), i);
  }
  /// In the order of the boxes.
  FoundPicture& picture_of(std::size_t box) {
    pass(picture_of_[box]);
    return now_;
  }
  void finish() { pass(pictures_.size()); }

 private:
  // Hands out pictures before `index`, some of which have no box.
  void pass(std::size_t index) {
    while (now_.index < index) {
      found_(now_);
      now_ = {now_.index + 1, {}, std::nullopt};
    }
  }
  const std::vector<Picture>& pictures_;
  const std::function<void(const FoundPicture&)>& found_;
  std::vector<std::size_t> picture_of_;
  FoundPicture now_;
};

}  // namespace

PoseFinder::PoseFinder(const InferConfig& config, InferNetwork network, std::int64_t batch,
                       std::size_t cache_bytes)
    : network_{std::move(network)}, dataset_{std::make_shared<ImageDataset>(config, cache_bytes)} {
  loader_ = std::make_unique<Loader>(dataset_, loader_options(batch, network_.compute.device.is_cuda()));
}

void PoseFinder::check(const FoundPose& pose) const {
  for (const float value : pose.prediction.keypoints) {
    if (std::isfinite(value)) continue;
    throw Error(ErrorKind::nan, pose.name + ": the network's answer is no number", std::to_string(value),
                "finite coordinates and scores", "weights of an earlier checkpoint");
  }
}

void PoseFinder::find(const std::vector<Picture>& pictures,
                      const std::function<void(const FoundPicture&)>& found) {
  std::vector<Instance> boxes;
  for (const auto& picture : pictures) boxes.insert(boxes.end(), picture.boxes.begin(), picture.boxes.end());
  dataset_->assign(std::move(boxes));
  Collector collector(pictures, found);
  loader_->start(epoch_++);
  while (auto batch = loader_->next()) {
    const auto ready = to_device(std::move(*batch), network_.compute);
    const AutocastScope autocast(network_.compute);
    for (auto& prediction : network_.model->predict(ready, dataset_->info())) {
      const auto box = prediction.instance;
      auto& now = collector.picture_of(box);
      if (const auto& failure = dataset_->failure(box)) {
        now.failure = failure;
        continue;
      }
      FoundPose pose{pictures[now.index].name, pictures[now.index].id,
                     static_cast<std::int64_t>(now.poses.size()), std::move(prediction), 0};
      check(pose);
      pose.score = pose_score(ScoreMode::bbox_keypoint, dataset_->instances()[box].bbox_score,
                              pose.prediction.keypoints, counted_score);
      now.poses.push_back(std::move(pose));
    }
  }
  collector.finish();
}

}  // namespace ph
