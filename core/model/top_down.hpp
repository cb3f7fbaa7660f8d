#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "model/backbone.hpp"
#include "model/checked_args.hpp"
#include "model/neck.hpp"
#include "model/pose_head.hpp"
#include "model/pose_model.hpp"

namespace ph {

/// Arguments of mmpose 0.29's TopDown.
struct TopDownArgs {
  Node self;                       ///< the whole `model`, for the place in messages
  std::optional<Node> pretrained;  ///< weights of the backbone; loaded by the plan of a run
  Node backbone, keypoint_head;
  std::optional<Node> neck, train_cfg, test_cfg;
  std::optional<Node> loss_keypoint;  ///< when the head has none; `loss_pose` is its old name
  std::optional<Node> loss_pose;
  static const CheckedArgs<TopDownArgs>& table();
};

/// A network that looks at one crop at a time: backbone, perhaps a neck, and a head.
class TopDown final : public PoseModel {
 public:
  TopDown(const TopDownArgs& args, const Compat& compat);
  TrainOutput train_step(const Batch& batch) override;
  at::Tensor forward(const at::Tensor& img) override;
  at::Tensor test_output(const at::Tensor& img, const DatasetInfo& info) override;
  const TestCfg& test_cfg() const override { return test_cfg_; }
  std::vector<Prediction> predict(const Batch& batch, const DatasetInfo& info) override;
  /// predict() calls `forward` in place of forward(); an empty one ends that.
  void predict_with(std::function<at::Tensor(const at::Tensor&)> forward) { forward_ = std::move(forward); }
  void init_weights() override;
  std::int64_t in_channels() const override { return backbone_->in_channels(); }
  std::int64_t num_keypoints() const override { return head_->num_keypoints(); }
  std::string keypoints_setting(std::int64_t count) const override { return head_->keypoints_setting(count); }

 private:
  void check_channels() const;
  void check_kinds() const;
  [[nodiscard]] at::Tensor output_of(const at::Tensor& img) {
    return head_->for_test((forward_ ? forward_(img) : forward(img)).to(at::kFloat));
  }
  TopDownArgs args_;
  TestCfg test_cfg_;
  std::shared_ptr<Backbone> backbone_;
  std::shared_ptr<Neck> neck_;  // may be null
  std::shared_ptr<PoseHead> head_;
  std::function<at::Tensor(const at::Tensor&)> forward_;  // may be empty
};

}  // namespace ph
