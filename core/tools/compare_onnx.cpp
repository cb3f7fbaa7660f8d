#include "tools/compare_onnx.hpp"

#include <torch/types.h>

#include <map>
#include <nlohmann/json.hpp>

#include "onnx/made_up_crops.hpp"

namespace ph {
namespace {

at::Tensor as_tensor(const OnnxTensor& from) {
  return at::from_blob(const_cast<void*>(from.data), from.shape,
                       from.type == OnnxType::u8 ? at::kByte : at::kFloat);
}

at::Tensor per_channel(const std::vector<double>& values) {
  return at::tensor(std::vector<float>(values.begin(), values.end())).reshape({1, -1, 1, 1});
}

at::Tensor normalised(const OnnxSession& session, const at::Tensor& crops, const NetworkInput& input) {
  if (session.metadata("posehost.pixels") == "normalised") return crops;
  return (crops.to(at::kFloat) / 255 - per_channel(input.mean)) / per_channel(input.std);
}

DatasetInfo info_of(const NetworkKeypoints& keypoints, std::int64_t count) {
  DatasetInfo info;
  info.name = keypoints.source;
  info.keypoints = keypoints.names;
  info.flip_pairs = keypoints.flip_pairs;
  info.keypoints.resize(static_cast<std::size_t>(count));
  return info;
}

// Where the crop is the whole image, its pixels are the image's.
Batch whole_images(const at::Tensor& img) {
  Batch batch;
  batch.img = img;
  const auto width = static_cast<float>(img.size(3)), height = static_cast<float>(img.size(2));
  for (std::int64_t i = 0; i < img.size(0); ++i) {
    SampleMeta meta;
    meta.index = i;
    meta.center = {width / 2, height / 2};
    meta.scale = {width / 200, height / 200};
    batch.meta.push_back(std::move(meta));
  }
  return batch;
}

/// Named as the file's outputs.
std::map<std::string, at::Tensor> own_outputs(const OnnxSession& session, const LoadedNetwork& network,
                                              const at::Tensor& img, const NetworkKeypoints& keypoints) {
  const auto info = info_of(keypoints, network.model->num_keypoints());
  if (session.metadata("posehost.decoded") != "true") {
    const auto output = network.model->test_output(img, info);
    return {{output.dim() == 4 ? "heatmaps" : "coordinates", output}};
  }
  std::vector<at::Tensor> all;
  for (const auto& each : network.model->predict(whole_images(img), info))
    all.push_back(at::tensor(each.keypoints).reshape({-1, 3}));
  const auto points = at::stack(all);
  return {{"keypoints", points.narrow(2, 0, 2)}, {"scores", points.select(2, 2)}};
}

// Decoding by curvature divides by next to nothing where a heatmap is flat, as those of made-up crops often are. Such numbers are
// found by changing the crops by one part in a hundred thousand.
class Steadiness {
 public:
  Steadiness(const OnnxSession& session, const LoadedNetwork& network, const at::Tensor& img,
             const NetworkKeypoints& keypoints) {
    if (session.metadata("posehost.decoded") != "true") return;
    for (const double change : {-1e-5, 1e-5})
      others_.push_back(own_outputs(session, network, img * (1 + change), keypoints));
  }
  /// For each number, whether it moves.
  [[nodiscard]] at::Tensor unsteady(const std::string& name, const at::Tensor& own) const {
    constexpr double most = 2e-5;
    auto moves = at::zeros_like(own, at::kBool);
    for (const auto& other : others_) moves = moves.logical_or((other.at(name) - own).abs() > most);
    return moves;
  }

 private:
  std::vector<std::map<std::string, at::Tensor>> others_;
};

}  // namespace

std::vector<OnnxDifference> compare_onnx(const OnnxSession& session, const LoadedNetwork& network,
                                         const NetworkInput& input, const NetworkKeypoints& keypoints) {
  torch::NoGradGuard no_grad;
  const auto crops = made_up_crops(session, 2);
  const auto img = normalised(session, as_tensor(crops), input);
  if (img.size(1) != network.model->in_channels())
    throw Error(ErrorKind::data, "the file takes other images than the config's network",
                std::to_string(img.size(1)) + " channels", std::to_string(network.model->in_channels()));
  const auto own = own_outputs(session, network, img, keypoints);
  const Steadiness steadiness(session, network, img, keypoints);
  std::vector<OnnxDifference> all;
  for (const auto& result : session.run({crops})) {
    const auto expected = own.find(result.name);
    if (expected == own.end() || expected->second.sizes() != at::IntArrayRef(result.shape)) {
      throw Error(ErrorKind::data, result.name + ": not an output of the config's network",
                  c10::str(at::IntArrayRef(result.shape)),
                  expected == own.end() ? own.begin()->first : c10::str(expected->second.sizes()),
                  "the config and the checkpoint that the file was exported from");
    }
    const auto theirs = at::tensor(result.values).reshape(result.shape);
    const auto unsteady = steadiness.unsteady(result.name, expected->second);
    const auto apart = (theirs - expected->second).abs().masked_fill(unsteady, 0);
    OnnxDifference difference{result.name, result.shape, expected->second.abs().max().item<double>(),
                              apart.max().item<double>(), unsteady.sum().item<std::int64_t>()};
    all.push_back(std::move(difference));
  }
  return all;
}

}  // namespace ph
