#pragma once
#include <memory>

#include "codec/target_codec.hpp"

namespace ph {

/// Several codecs for one crop, one after the other: targets of networks whose stages are trained on
/// coarser and finer heatmaps (MSPN, RSN). S x K x h x w and S x K x 1.
class StagesTarget final : public TargetCodec {
 public:
  /// One at least, all of the same shapes.
  explicit StagesTarget(std::vector<std::unique_ptr<TargetCodec>> stages) : stages_(std::move(stages)) {}

  [[nodiscard]] TargetShapes shapes(std::int64_t keypoints) const override {
    TargetShapes shapes = stages_.front()->shapes(keypoints);
    for (auto* shape : {&shapes.target, &shapes.weight})
      shape->insert(shape->begin(), static_cast<std::int64_t>(stages_.size()));
    return shapes;
  }

  void encode(std::span<const float> joints, std::span<const float> visible, std::span<float> target,
              std::span<float> weight) const override {
    const std::size_t each = target.size() / stages_.size(), weights = weight.size() / stages_.size();
    for (std::size_t s = 0; s < stages_.size(); ++s)
      stages_[s]->encode(joints, visible, target.subspan(s * each, each),
                         weight.subspan(s * weights, weights));
  }

 private:
  std::vector<std::unique_ptr<TargetCodec>> stages_;
};

}  // namespace ph
