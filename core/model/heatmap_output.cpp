#include "model/heatmap_output.hpp"

#include <torch/types.h>

#include "codec/combined_target.hpp"
#include "codec/dark_decode.hpp"
#include "codec/heatmap_blur.hpp"
#include "codec/heatmap_decode.hpp"
#include "model/flip_pairs.hpp"

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

// UDP; with Gaussian heatmaps always refined.
HeatmapPeaks udp_peaks(const at::Tensor& heatmaps, const TestCfg& cfg, const Compat& compat) {
  const auto kernel = cfg.modulate_kernel;
  if (cfg.combined) {
    const double radius = CombinedTarget::radius_of(cfg.valid_radius_factor, heatmaps.size(3),
                                                    heatmaps.size(2), !compat.offset_blur);
    return combined_peaks(heatmaps, kernel, radius, compat.offset_blur);
  }
  auto peaks = heatmap_peaks(heatmaps);
  const auto blurred = compat.udp_mirrored ? blur_heatmaps(heatmaps, kernel, BlurBorder::mirrored)
                                           : modulate_heatmaps(heatmaps, kernel);
  peaks.xy = refine_dark_udp(blurred.clamp(1e-3, 50).log(), peaks.xy);
  return peaks;
}

// In pixels of the heatmap.
HeatmapPeaks refined_peaks(const at::Tensor& heatmaps, const TestCfg& cfg, const Compat& compat) {
  if (cfg.use_udp) return udp_peaks(heatmaps, cfg, compat);
  if (cfg.post_process == PostProcess::megvii) {
    const auto blurred = modulate_heatmaps(heatmaps, cfg.modulate_kernel);
    auto peaks = heatmap_peaks(blurred);
    // Its targets lie on the pixel that a keypoint falls into, half a pixel before the keypoint on average.
    peaks.xy = refine_peaks(blurred, peaks.xy, BorderRule::both_axes, 0.5);
    peaks.score = peaks.score / 255.0 + 0.5;
    return peaks;
  }
  auto peaks = heatmap_peaks(heatmaps);
  if (cfg.post_process == PostProcess::unbiased) {
    const auto blurred = modulate_heatmaps(heatmaps, cfg.modulate_kernel);
    peaks.xy = refine_dark(blurred.clamp_min(1e-10).log(), peaks.xy);
  } else if (cfg.post_process == PostProcess::quarter) {
    const auto rule = compat.version == "1.x" ? BorderRule::each_axis : BorderRule::both_axes;
    peaks.xy = refine_peaks(heatmaps, peaks.xy, rule);
  }
  return peaks;
}

}  // namespace

void check_heatmap_targets(const at::Tensor& output, const Batch& batch, const Node& head) {
  if (!batch.target.defined() || !batch.target_weight.defined()) {
    throw mismatch(
        head, "the data have no heatmap targets", "batches without target and target_weight", "both",
        "TopDownGenerateTarget in the pipeline, \"target\" and \"target_weight\" in Collect's keys");
  }
  if (batch.target.dim() == 5) {
    throw mismatch(head, "the data have targets for several stages, this head has one",
                   std::to_string(batch.target.size(1)) + " targets a sample", "one",
                   "one sigma or kernel in TopDownGenerateTarget, not a list");
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
                              bool shift, bool combined) {
  const std::int64_t planes = combined ? 3 : 1, width = heatmaps.size(3);
  const auto index = swapped_pairs(heatmaps.size(1) / planes, flip_pairs).to(heatmaps.device());
  const auto by_keypoint = heatmaps.detach().to(at::kFloat).unflatten(1, {-1, planes});
  auto mirrored = by_keypoint.index_select(1, index).flip(4);
  if (combined) mirrored.select(2, 1).neg_();  // what was to the right is to the left
  mirrored = mirrored.flatten(1, 2);
  if (!shift || width < 2) return mirrored;
  return at::cat({mirrored.narrow(3, 0, 1), mirrored.narrow(3, 0, width - 1)}, 3);
}

at::Tensor crop_boxes(const Batch& batch, const at::Tensor& like) {
  auto boxes = at::empty({batch.samples(), 4}, at::kFloat);
  auto* box = boxes.data_ptr<float>();
  for (const auto& meta : batch.meta) {
    for (const float value : {meta.center[0], meta.center[1], meta.scale[0], meta.scale[1]}) *box++ = value;
  }
  return boxes.to(like.device());
}

std::vector<Prediction> to_predictions(const at::Tensor& points, const Batch& batch) {
  const auto all = points.to(at::kFloat).cpu().contiguous();
  std::vector<Prediction> predictions(batch.meta.size());
  const auto each = static_cast<std::size_t>(all.size(1)) * 3;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const float* from = all.data_ptr<float>() + i * each;
    predictions[i].instance = static_cast<std::size_t>(batch.meta[i].index);
    predictions[i].keypoints.assign(from, from + each);
    predictions[i].center = batch.meta[i].center;
    predictions[i].scale = batch.meta[i].scale;
  }
  return predictions;
}

std::vector<Prediction> decode_heatmaps(const at::Tensor& heatmaps, const Batch& batch, const TestCfg& cfg,
                                        const Compat& compat) {
  const auto boxes = crop_boxes(batch, heatmaps);
  const auto [xy, score] = refined_peaks(heatmaps, cfg, compat);
  const auto image = to_image(xy, boxes.narrow(1, 0, 2), boxes.narrow(1, 2, 2), heatmaps.size(3),
                              heatmaps.size(2), cfg.use_udp ? PixelCount::steps : PixelCount::pixels);
  return to_predictions(at::cat({image, score.unsqueeze(2)}, 2), batch);
}

}  // namespace ph
