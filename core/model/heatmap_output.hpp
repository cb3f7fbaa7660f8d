#pragma once
#include <utility>
#include <vector>

#include "config/node.hpp"
#include "data/batch.hpp"
#include "data/compat.hpp"
#include "data/instance.hpp"
#include "model/test_cfg.hpp"

namespace ph {

// What heads that give heatmaps N x K x h x w have in common.

/// Compares output and targets of a batch. Throws Error(config) at `head` when there are no targets or
/// when keypoints or heatmap sizes differ, naming both.
void check_heatmap_targets(const at::Tensor& output, const Batch& batch, const Node& head);

/// Heatmaps of a horizontally mirrored image as those of the image itself: mirrored back, paired
/// keypoints swapped, with `shift` moved right by one pixel (column 0 stays). With `combined`, N x 3 K x h
/// x w, three maps go together and x offsets change their sign. New, float32.
[[nodiscard]] at::Tensor flip_heatmaps_back(const at::Tensor& heatmaps,
                                            const std::vector<std::pair<int, int>>& flip_pairs, bool shift,
                                            bool combined = false);

/// Peaks in pixels of each sample's image, with the peak's value as score, decoded as `cfg` says.
/// Computed where the heatmaps are; waits for the device once, at the end.
[[nodiscard]] std::vector<Prediction> decode_heatmaps(const at::Tensor& heatmaps, const Batch& batch,
                                                      const TestCfg& cfg, const Compat& compat);

/// Centre and scale of each sample's crop, N x 4, on the device of `like`.
[[nodiscard]] at::Tensor crop_boxes(const Batch& batch, const at::Tensor& like);

/// One prediction a sample from N x K x 3 (x and y in pixels of the image, score).
[[nodiscard]] std::vector<Prediction> to_predictions(const at::Tensor& points, const Batch& batch);

}  // namespace ph
