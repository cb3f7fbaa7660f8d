#include "model/deeppose_head.hpp"

#include <torch/nn/init.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "codec/heatmap_decode.hpp"
#include "model/accuracy.hpp"
#include "model/flip_pairs.hpp"
#include "model/head_loss.hpp"
#include "model/heatmap_output.hpp"

namespace ph {
namespace {

void check_targets(const at::Tensor& output, const Batch& batch, const Node& head) {
  const auto points = output.narrow(2, 0, 2);
  const auto fits = [&](const at::Tensor& tensor) {
    return tensor.defined() && tensor.sizes() == points.sizes();
  };
  if (fits(batch.target) && fits(batch.target_weight)) return;
  const std::string found = !batch.target.defined() || !batch.target_weight.defined()
                                ? "batches without target and target_weight"
                                : "targets of " + c10::str(batch.target.sizes()) + ", weights of " +
                                      c10::str(batch.target_weight.sizes());
  throw Error(
      ErrorKind::config, head.where() + ": the data's targets are not coordinates of its keypoints", found,
      "both of " + c10::str(points.sizes()) + ": samples, num_joints, x and y",
      "TopDownGenerateTargetRegression in the pipeline, \"target\" and \"target_weight\" in Collect's keys");
}

}  // namespace

const ArgTable<DeepposeHeadArgs>& DeepposeHeadArgs::table() {
  using A = DeepposeHeadArgs;
  static const auto table =
      ArgTable<A>("coordinates from pooled features")
          .required("in_channels", &A::in_channels, "channels of the features", at_least(1))
          .required("num_joints", &A::num_joints, "number of keypoints", at_least(1))
          .arg("loss_keypoint", &A::loss_keypoint, "the loss")
          .arg("out_sigma", &A::out_sigma, "a deviation with each coordinate, as RLELoss wants")
          .arg("train_cfg", &A::train_cfg, "of the model, when it has none")
          .arg("test_cfg", &A::test_cfg, "of the model, when it has none");
  return table;
}

DeepposeHead::DeepposeHead(const DeepposeHeadArgs& args, const HeadContext& context)
    : PoseHead("DeepposeRegressionHead"), args_(args), context_(context) {
  loss_ = register_module("loss", make_head_loss(args_.loss_keypoint, context_,
                                                 args_.out_sigma ? LossInput::spread : LossInput::points));
  fc_ = register_module("fc", torch::nn::Linear(args_.in_channels, numbers() * args_.num_joints));
}

at::Tensor DeepposeHead::forward(const Features& features) {
  return fc_->forward(features.front()).unflatten(1, {args_.num_joints, numbers()});
}

std::vector<std::pair<std::string, at::Tensor>> DeepposeHead::losses(const at::Tensor& output,
                                                                     const Batch& batch) {
  check_targets(output, batch, context_.node);
  const char* const name = context_.compat.version == "1.x" ? "loss_kpt" : "reg_loss";
  return {{name, loss_->forward(output, batch.target, batch.target_weight)},
          {"acc_pose", coordinate_pck(output.narrow(2, 0, 2), batch.target, batch.target_weight, 0.05)}};
}

at::Tensor DeepposeHead::for_test(const at::Tensor& output) const {
  if (!args_.out_sigma) return output;
  return at::cat({output.narrow(2, 0, 2), output.narrow(2, 2, 2).sigmoid()}, 2);
}

at::Tensor DeepposeHead::flip_back(const at::Tensor& output, const DatasetInfo& info) const {
  const auto index = swapped_pairs(args_.num_joints, info.flip_pairs).to(output.device());
  const auto swapped = output.detach().to(at::kFloat).index_select(1, index);
  return at::cat({1 - swapped.narrow(2, 0, 1), swapped.narrow(2, 1, numbers() - 1)}, 2);
}

std::vector<Prediction> DeepposeHead::decode(const at::Tensor& output, const Batch& batch) const {
  const auto boxes = crop_boxes(batch, output);
  // On a "heatmap" of one pixel a coordinate is the share of the crop's side.
  const auto xy = to_image(output.detach().narrow(2, 0, 2).to(at::kFloat), boxes.narrow(1, 0, 2),
                           boxes.narrow(1, 2, 2), 1, 1);
  const auto scores =
      args_.out_sigma ? 1 - output.narrow(2, 2, 2).mean(2, true) : at::ones_like(xy.narrow(2, 0, 1));
  return to_predictions(at::cat({xy, scores}, 2), batch);
}

std::string DeepposeHead::keypoints_setting(std::int64_t count) const {
  return "num_joints = " + std::to_string(count);
}

std::vector<std::pair<std::int64_t, std::int64_t>> DeepposeHead::wanted_inputs() const {
  return {{0, args_.in_channels}};
}

void DeepposeHead::init_weights() {
  torch::NoGradGuard no_grad;
  torch::nn::init::normal_(fc_->weight, 0, 0.01);
  fc_->bias.zero_();
  loss_->init_weights();
}

}  // namespace ph
