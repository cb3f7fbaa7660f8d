// The step of a pipeline that runs a codec on the crop's keypoints.
#include "data/transform.hpp"

namespace ph {
namespace {

class EncodeStep final : public Transform {
 public:
  EncodeStep(std::unique_ptr<const TargetCodec> codec, const PipelineContext& context)
      : codec_(std::move(codec)),
        shapes_(codec_->shapes(static_cast<std::int64_t>(context.info->keypoints.size()))) {
    if (!context.use_different_joint_weights) return;
    for (const double weight : context.info->joint_weights) weights_.push_back(static_cast<float>(weight));
  }

  Contract contract() const override { return {{Item::crop}, {Item::target}, {}}; }
  TargetShapes target_shapes() const override { return shapes_; }

  void apply(Sample& sample, const Draws&) const override {
    const auto target = sample.target.resize(count_of(shapes_.target));
    const auto weight = sample.target_weight.resize(count_of(shapes_.weight));
    codec_->encode(sample.joints, sample.visible, target, weight);
    if (weights_.empty()) return;
    // ... x K x (1 or 2): the last dimension has equal weights, those before it repeat the keypoints.
    const auto each = static_cast<std::size_t>(shapes_.weight.back());
    for (std::size_t i = 0; i < weight.size(); ++i) weight[i] *= weights_[i / each % weights_.size()];
  }

 private:
  static std::size_t count_of(const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (const auto side : shape) count *= side;
    return static_cast<std::size_t>(count);
  }

  std::unique_ptr<const TargetCodec> codec_;
  TargetShapes shapes_;
  std::vector<float> weights_;  // of the keypoints; empty: all 1
};

}  // namespace

std::shared_ptr<Transform> make_encode_step(std::unique_ptr<const TargetCodec> codec,
                                            const PipelineContext& context) {
  return std::make_shared<EncodeStep>(std::move(codec), context);
}

}  // namespace ph
