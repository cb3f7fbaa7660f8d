#include "model/heatmap_output.hpp"

#include <torch/types.h>

#include <numeric>

namespace ph {
namespace {

std::string size_text(const at::Tensor& heatmaps) {
  return std::to_string(heatmaps.size(3)) + " x " + std::to_string(heatmaps.size(2));
}

Error mismatch(const Node& head, const std::string& problem, std::string found, std::string expected,
               std::string advice) {
  return Error(ErrorKind::config, head.where() + ": " + problem, std::move(found), std::move(expected),
               std::move(advice));
}

}  // namespace

void check_heatmap_targets(const at::Tensor& output, const Batch& batch, const Node& head) {
  if (!batch.target.defined() || !batch.target_weight.defined()) {
    throw mismatch(
        head, "the data have no heatmap targets", "batches without target and target_weight", "both",
        "TopDownGenerateTarget in the pipeline, \"target\" and \"target_weight\" in Collect's keys");
  }
  const auto k = output.size(1);
  if (batch.target.dim() != 4 || batch.target.size(1) != k) {
    const auto have = batch.target.dim() > 1 ? batch.target.size(1) : 0;
    throw mismatch(
        head, "number of keypoints differs between network and data",
        "out_channels gives " + std::to_string(k) + " heatmaps, the targets have " + std::to_string(have),
        "equal numbers",
        "out_channels = " + std::to_string(have) +
            ", or num_output_channels of data_cfg = " + std::to_string(k));
  }
  if (batch.target.size(2) != output.size(2) || batch.target.size(3) != output.size(3)) {
    throw mismatch(head, "heatmap size differs between network and data (width x height)",
                   "the network gives " + size_text(output) + " for images of " + size_text(batch.img) +
                       ", data_cfg's heatmap_size is " + size_text(batch.target),
                   "equal sizes",
                   "heatmap_size = [" + std::to_string(output.size(3)) + ", " +
                       std::to_string(output.size(2)) + "], or another num_deconv_layers");
  }
}

at::Tensor flip_heatmaps_back(const at::Tensor& heatmaps, const std::vector<std::pair<int, int>>& flip_pairs,
                              bool shift) {
  std::vector<std::int64_t> source(static_cast<std::size_t>(heatmaps.size(1)));
  std::iota(source.begin(), source.end(), 0);
  for (const auto& [a, b] : flip_pairs)
    std::swap(source.at(static_cast<std::size_t>(a)), source.at(static_cast<std::size_t>(b)));
  const auto index = at::tensor(source, at::kLong).to(heatmaps.device());
  const auto mirrored = heatmaps.detach().to(at::kFloat).index_select(1, index).flip(3);
  if (!shift || mirrored.size(3) < 2) return mirrored;
  const auto width = mirrored.size(3);
  return at::cat({mirrored.narrow(3, 0, 1), mirrored.narrow(3, 0, width - 1)}, 3);
}

std::vector<Prediction> decode_heatmaps(const at::Tensor& heatmaps, const Batch& batch, bool refine,
                                        BorderRule rule) {
  const auto samples = static_cast<std::int64_t>(batch.meta.size());
  auto boxes = at::empty({samples, 4}, at::kFloat);  // center, scale
  auto* box = boxes.data_ptr<float>();
  for (const auto& meta : batch.meta) {
    for (const float value : {meta.center[0], meta.center[1], meta.scale[0], meta.scale[1]}) *box++ = value;
  }
  boxes = boxes.to(heatmaps.device());
  auto [xy, score] = heatmap_peaks(heatmaps);
  if (refine) xy = refine_peaks(heatmaps, xy, rule);
  xy = to_image(xy, boxes.narrow(1, 0, 2), boxes.narrow(1, 2, 2), heatmaps.size(3), heatmaps.size(2));
  const auto points = at::cat({xy, score.unsqueeze(2)}, 2).cpu().contiguous();  // N x K x 3

  std::vector<Prediction> predictions(batch.meta.size());
  const auto each = static_cast<std::size_t>(points.size(1)) * 3;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const float* from = points.data_ptr<float>() + i * each;
    predictions[i].instance = static_cast<std::size_t>(batch.meta[i].index);
    predictions[i].keypoints.assign(from, from + each);
    predictions[i].center = batch.meta[i].center;
    predictions[i].scale = batch.meta[i].scale;
  }
  return predictions;
}

}  // namespace ph
