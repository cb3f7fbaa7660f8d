#include "import/ready_config.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "weights/find_weights.hpp"

namespace ph {
namespace {

constexpr const char* kPretrained = "torchvision://resnet18";
// Memory of a training step of ResNet-18 in fp32 with its deconvolutions: bytes a pixel of the batch, and without any. `posehost bench
// --what step` showed 643 MiB with 8 crops of 128 x 128 and 849 MiB with 24: 824 bytes and 540 MiB; there is some room.
constexpr double kBytesPerPixel = 1000, kFixedBytes = 0.7e9;
constexpr std::int64_t kLargestBatch = 32;
constexpr double kIterations =
    1500;  // enough for hundreds of pictures; more data gets more through least_epochs
constexpr std::int64_t kLeastEpochs = 20, kMostEpochs = 200;

// Only where most boxes agree: animals seen from above lie in every direction.
std::array<std::int64_t, 2> shape_by_boxes(const LabelSet& labels) {
  std::vector<double> aspects;
  for (const auto& object : labels.objects) aspects.push_back((*object.box)[2] / (*object.box)[3]);
  std::sort(aspects.begin(), aspects.end());
  const double low = aspects[aspects.size() / 4], high = aspects[aspects.size() * 3 / 4];
  if (high < 0.75) return {192, 256};
  if (low > 1 / 0.75) return {256, 192};
  return {256, 256};
}

void choose_batch(const ConfigWishes& wishes, ChosenSizes& chosen) {
  const auto pixels = static_cast<double>(chosen.image_size[0] * chosen.image_size[1]);
  const double room = 0.5 * static_cast<double>(wishes.memory) - kFixedBytes;
  const auto by_memory = static_cast<std::int64_t>(std::max(1.0, room / (kBytesPerPixel * pixels)));
  const auto by_data = std::max<std::int64_t>(1, static_cast<std::int64_t>(wishes.train) / 4);
  chosen.batch = 1;
  while (2 * chosen.batch <= std::min({by_memory, by_data, kLargestBatch})) chosen.batch *= 2;
  const bool memory = by_memory < by_data && by_memory < kLargestBatch;
  chosen.batch_why = memory                    ? "what fits into memory"
                     : by_data < kLargestBatch ? "at least four steps an epoch"
                                               : "enough for a steady step";
}

// A colour a keypoint, hues spread by the golden ratio.
std::array<int, 3> colour(std::size_t k) {
  const double hue = 6 * std::fmod(0.618034 * static_cast<double>(k), 1.0);
  std::array<int, 3> rgb{};
  const double shift[] = {0, 4, 2};
  for (std::size_t c = 0; c < 3; ++c) {
    const double x = std::fmod(hue + shift[c], 6.0);
    rgb[c] = static_cast<int>(std::lround(40 + 215 * std::clamp(std::abs(x - 3) - 1, 0.0, 1.0)));
  }
  return rgb;
}

Json dataset_info(const LabelSet& labels) {
  Json points = Json::object(), lines = Json::object();
  std::vector<std::string> swap(labels.keypoints.size());
  for (const auto& [a, b] : *labels.flip_pairs) {
    swap[static_cast<std::size_t>(a)] = labels.keypoints[static_cast<std::size_t>(b)];
    swap[static_cast<std::size_t>(b)] = labels.keypoints[static_cast<std::size_t>(a)];
  }
  for (std::size_t k = 0; k < labels.keypoints.size(); ++k)
    points[std::to_string(k)] = {
        {"name", labels.keypoints[k]}, {"id", k}, {"color", colour(k)}, {"type", ""}, {"swap", swap[k]}};
  for (std::size_t i = 0; i < labels.skeleton.size(); ++i) {
    const auto [a, b] = labels.skeleton[i];
    lines[std::to_string(i)] = {
        {"link",
         {labels.keypoints[static_cast<std::size_t>(a)], labels.keypoints[static_cast<std::size_t>(b)]}},
        {"id", i},
        {"color", colour(static_cast<std::size_t>(a))}};
  }
  return {{"dataset_name", labels.category},
          {"keypoint_info", points},
          {"skeleton_info", lines},
          {"joint_weights", std::vector<double>(labels.keypoints.size(), 1.0)},
          {"sigmas", labels.sigmas}};
}

Json pipeline(bool training, bool flip) {
  Json steps = Json::array(
      {{{"type", "LoadImageFromFile"}}, {{"type", "TopDownGetBboxCenterScale"}, {"padding", 1.25}}});
  if (training) {
    steps.push_back({{"type", "TopDownRandomShiftBboxCenter"}, {"shift_factor", 0.16}, {"prob", 0.3}});
    if (flip) steps.push_back({{"type", "TopDownRandomFlip"}, {"flip_prob", 0.5}});
    steps.push_back({{"type", "TopDownGetRandomScaleRotation"}, {"rot_factor", 30}, {"scale_factor", 0.25}});
  }
  steps.push_back({{"type", "TopDownAffine"}});
  steps.push_back({{"type", "ToTensor"}});
  steps.push_back(
      {{"type", "NormalizeTensor"}, {"mean", {0.485, 0.456, 0.406}}, {"std", {0.229, 0.224, 0.225}}});
  if (training)
    steps.push_back({{"type", "TopDownGenerateTarget"}, {"sigma", 2}, {"unbiased_encoding", true}});
  const Json keys = training ? Json{"img", "target", "target_weight"} : Json::array({"img"});
  steps.push_back({{"type", "Collect"},
                   {"keys", keys},
                   {"meta_keys", {"image_file", "center", "scale", "rotation", "bbox_score", "flip_pairs"}}});
  return steps;
}

Json data_set(const LabelSet& labels, const ConfigWishes& wishes, const ChosenSizes& sizes, bool training) {
  const auto k = labels.keypoints.size();
  const auto& [width, height] = sizes.image_size;
  return {{"type", "TopDownCocoDataset"},
          {"ann_file", training ? "{{fileDirname}}/train.json" : "{{fileDirname}}/val.json"},
          {"img_prefix", wishes.images},
          {"data_cfg",
           {{"image_size", sizes.image_size},
            {"heatmap_size", {width / 4, height / 4}},
            {"num_joints", k},
            {"num_output_channels", k}}},
          {"pipeline", pipeline(training, wishes.flip)}};
}

Json model(const LabelSet& labels, const ConfigWishes& wishes, const ChosenSizes& sizes) {
  const Json head = {{"type", "TopdownHeatmapSimpleHead"},
                     {"in_channels", 512},
                     {"out_channels", labels.keypoints.size()},
                     {"num_deconv_filters", {128, 128, 128}},
                     {"loss_keypoint", {{"type", "JointsMSELoss"}, {"use_target_weight", true}}}};
  return {{"type", "TopDown"},
          {"pretrained", sizes.pretrained ? Json(kPretrained) : Json()},
          {"backbone", {{"type", "ResNet"}, {"depth", 18}}},
          {"keypoint_head", head},
          {"train_cfg", Json::object()},
          {"test_cfg",
           {{"flip_test", wishes.flip},
            {"post_process", "unbiased"},
            {"shift_heatmap", true},
            {"modulate_kernel", 11}}}};
}

}  // namespace

ChosenSizes choose_sizes(const LabelSet& labels, const ConfigWishes& wishes) {
  ChosenSizes chosen;
  chosen.image_size = wishes.image_size[0] > 0 ? wishes.image_size : shape_by_boxes(labels);
  choose_batch(wishes, chosen);
  const auto train = static_cast<std::int64_t>(wishes.train);
  chosen.iters_per_epoch = std::max<std::int64_t>(1, (train + chosen.batch - 1) / chosen.batch);
  const auto epochs =
      static_cast<std::int64_t>(std::ceil(kIterations / static_cast<double>(chosen.iters_per_epoch)));
  chosen.epochs = wishes.epochs > 0 ? wishes.epochs : std::clamp(epochs, kLeastEpochs, kMostEpochs);
  chosen.pretrained = !locate_weights(Node::from_json(kPretrained)).file.empty();
  return chosen;
}

Json ready_config(const LabelSet& labels, const ConfigWishes& wishes, const ChosenSizes& sizes) {
  const auto epochs = sizes.epochs;
  const auto interval = std::max<std::int64_t>(1, epochs / 10);
  const Json steps = epochs >= 4 ? Json{epochs * 3 / 4, epochs * 11 / 12} : Json::array({epochs});
  const auto warmup = std::clamp<std::int64_t>(epochs * sizes.iters_per_epoch / 10, 1, 100);
  Json config{{"work_dir", "{{fileDirname}}/run"}, {"total_epochs", epochs}};
  config["optimizer"] = {{"type", "Adam"}, {"lr", 0.001}};
  config["optimizer_config"] = {{"grad_clip", nullptr}};
  config["lr_config"] = {{"policy", "step"},
                         {"step", steps},
                         {"warmup", "linear"},
                         {"warmup_iters", warmup},
                         {"warmup_ratio", 0.01}};
  config["runtime"] = {{"precision", "auto"}};
  config["log_config"] = {{"interval", std::clamp<std::int64_t>(sizes.iters_per_epoch, 1, 50)},
                          {"hooks", Json::array({{{"type", "TextLoggerHook"}}})}};
  config["checkpoint_config"] = {{"interval", interval}, {"max_keep_ckpts", 2}};
  config["evaluation"] = {
      {"interval", interval}, {"metric", {"PCK", "EPE", "mAP"}}, {"pck_thr", 0.05}, {"save_best", "EPE"}};
  config["dataset_info"] = dataset_info(labels);
  config["model"] = model(labels, wishes, sizes);
  config["data"] = {{"samples_per_gpu", sizes.batch},
                    {"workers_per_gpu", 2},
                    {"train", data_set(labels, wishes, sizes, true)},
                    {"val", data_set(labels, wishes, sizes, false)},
                    {"test", data_set(labels, wishes, sizes, false)}};
  return config;
}

}  // namespace ph
