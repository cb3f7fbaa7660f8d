#include "model/top_down.hpp"

#include <torch/utils.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "model/parts.hpp"
#include "model/predict_times.hpp"

namespace ph {
namespace {

bool is_empty(const std::optional<Node>& node) { return !node || (node->is_object() && node->size() == 0); }

void check_top_down(TopDownArgs& args, const Node& node) {
  args.self = node;
  if (args.pretrained && !args.pretrained->is_string()) {
    throw args.pretrained->error("not a file name", "null, a path, a URL or a torchvision:// name");
  }
  if (!is_empty(args.train_cfg)) {
    throw args.train_cfg->error("TopDown has no training options", "{} or null");
  }
  if (args.loss_pose && args.loss_keypoint) {
    throw args.loss_pose->error("given beside loss_keypoint, its newer name", "one of them");
  }
  if (args.loss_pose) args.loss_keypoint = args.loss_pose;
}

// Weights of any backbone are the plan's business (weights_requests), its builder's only the rest.
Node without_init_cfg(const Node& backbone) {
  if (!backbone.is_object() || !backbone.json().contains("init_cfg")) return backbone;
  auto json = backbone.json();
  json.erase("init_cfg");
  return backbone.with(json);
}

// mmpose lets the model's loss stand in for the head's, and hands its test_cfg to the head.
void check_head_against_model(const TopDownArgs& args) {
  const auto& head = args.keypoint_head;
  if (head.has("loss_keypoint") && args.loss_keypoint) {
    throw args.loss_keypoint->error("the head has a loss_keypoint too", "one of them", "remove the model's");
  }
  for (const char* key : {"test_cfg", "train_cfg"}) {
    const auto own = head.find(key);
    const auto& models = std::string(key) == "test_cfg" ? args.test_cfg : args.train_cfg;
    if (is_empty(own) || is_empty(models) || own->text() == models->text()) continue;
    throw own->error("differs from the model's " + std::string(key), "one of them", "remove the head's");
  }
}

}  // namespace

const CheckedArgs<TopDownArgs>& TopDownArgs::table() {
  using A = TopDownArgs;
  static const CheckedArgs<A> table(
      ArgTable<A>("top-down model: backbone, neck and head")
          .arg("pretrained", &A::pretrained,
               "weights of the backbone: null, a path, a URL or a torchvision:// name")
          .required("backbone", &A::backbone, "the backbone")
          .arg("neck", &A::neck, "between backbone and head; null: none")
          .required("keypoint_head", &A::keypoint_head, "the head")
          .arg("train_cfg", &A::train_cfg, "empty")
          .arg("test_cfg", &A::test_cfg, "flip test and decoding")
          .arg("loss_keypoint", &A::loss_keypoint, "the head's loss when it has none of its own")
          .arg("loss_pose", &A::loss_pose, "older name of loss_keypoint"),
      check_top_down);
  return table;
}

TopDown::TopDown(const TopDownArgs& args, const Compat& compat) : args_(args) {
  check_head_against_model(args_);
  auto test_cfg = args_.test_cfg;
  if (is_empty(test_cfg) && args_.keypoint_head.is_object()) test_cfg = args_.keypoint_head.find("test_cfg");
  if (test_cfg) test_cfg_ = read_test_cfg(*test_cfg);
  backbone_ = register_module("backbone", backbones().make(without_init_cfg(args_.backbone)));
  if (args_.neck) neck_ = register_module("neck", necks().make(*args_.neck));
  head_ = register_module(
      "keypoint_head",
      heads().make(args_.keypoint_head, {compat, test_cfg_, args_.keypoint_head, args_.loss_keypoint}));
  check_kinds();
  check_channels();
}

// What comes out of the neck, or of the backbone, is what the head can take.
void TopDown::check_kinds() const {
  const bool vectors = neck_ && neck_->gives_vectors();
  if (head_->regresses() && !vectors) {
    throw args_.keypoint_head.error("the head takes one number a channel, and gets maps", "a neck that pools",
                                    "\"neck\": {\"type\": \"GlobalAveragePooling\"}");
  }
  if (!head_->regresses() && vectors) {
    throw args_.neck->error("the neck leaves one number a channel, and the head takes maps", "null",
                            "no neck, or DeepposeRegressionHead");
  }
  if (test_cfg_.regression_flip_shift && !head_->regresses()) {
    throw args_.keypoint_head.error("test_cfg asks for regression_flip_shift, and the head gives heatmaps",
                                    "a regression head", "shift_heatmap is the setting for heatmaps");
  }
}

void TopDown::check_channels() const {
  auto given = backbone_->out_channels();
  if (neck_) given = neck_->out_channels(given);
  const auto wanted = head_->wanted_inputs();
  if (head_->regresses() && given.size() != 1) {
    throw args_.backbone.error("it gives " + std::to_string(given.size()) + " maps, the head takes one",
                               "one entry in out_indices");
  }
  for (const auto& [index, channels] : wanted) {
    const auto at = given.size() == 1 && wanted.size() == 1 ? 0 : index;
    if (at >= static_cast<std::int64_t>(given.size())) {
      throw member_or_self(args_.keypoint_head, "in_index")
          .error("there is no map " + std::to_string(index),
                 "0 to " + std::to_string(given.size() - 1) + ", the backbone's out_indices");
    }
    const auto have = given[static_cast<std::size_t>(at)];
    if (have == channels) continue;
    throw args_.keypoint_head.at("in_channels")
        .error("the backbone's map has " + std::to_string(have) + " channels", std::to_string(have));
  }
}

at::Tensor TopDown::forward(const at::Tensor& img) {
  const auto features = backbone_->forward(img);
  return head_->forward(neck_ ? neck_->forward(features) : features);
}

TrainOutput TopDown::train_step(const Batch& batch) {
  TrainOutput out;
  out.output = forward(batch.img);
  for (auto& [name, value] : head_->losses(out.output, batch)) {
    if (name.find("loss") != std::string::npos) out.loss = out.loss.defined() ? out.loss + value : value;
    out.log.emplace_back(name, value.detach());
  }
  out.log.emplace_back("loss", out.loss.detach());
  return out;
}

// bfloat16 has too few digits to tell neighbouring pixels of a peak apart: decoding sees float32.
at::Tensor TopDown::test_output(const at::Tensor& img, const DatasetInfo& info) {
  torch::NoGradGuard no_grad;
  if (!test_cfg_.flip_test) return output_of(img);
  // A small batch and its mirror image in one pass: what a pass costs whatever its size is paid once.
  constexpr std::int64_t small = 4;
  const auto count = img.size(0);
  at::Tensor output, mirrored;
  if (count <= small) {
    const auto both = output_of(at::cat({img, img.flip(3)}));
    output = both.narrow(0, 0, count);
    mirrored = both.narrow(0, count, count);
  } else {
    output = output_of(img);
    mirrored = output_of(img.flip(3));
  }
  output = (output + head_->flip_back(mirrored, info)) * 0.5;
  // A mirrored crop is one pixel off when it is mirrored about 0.5, half of which is in the mean.
  if (test_cfg_.regression_flip_shift) output.select(2, 0).sub_(0.5 / static_cast<double>(img.size(3)));
  return output;
}

std::vector<Prediction> TopDown::predict(const Batch& batch, const DatasetInfo& info) {
  torch::NoGradGuard no_grad;
  if (static_cast<std::int64_t>(info.keypoints.size()) != num_keypoints()) {
    throw args_.keypoint_head.error("number of keypoints differs between network and data",
                                    std::to_string(info.keypoints.size()) + ", the keypoints of " + info.name,
                                    keypoints_setting(static_cast<std::int64_t>(info.keypoints.size())));
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto output = test_output(batch.img, info);
  const auto forwarded = std::chrono::steady_clock::now();
  auto predictions = head_->decode(output, batch);
  const auto seconds = [](auto span) { return std::chrono::duration<double>(span).count(); };
  predict_times().forward += seconds(forwarded - begin);
  predict_times().decode += seconds(std::chrono::steady_clock::now() - forwarded);
  return predictions;
}

void TopDown::init_weights() {
  backbone_->init_weights();
  if (neck_) neck_->init_weights();
  head_->init_weights();
}

}  // namespace ph
