#pragma once
#include <utility>
#include <vector>

#include "codec/heatmap_decode.hpp"
#include "config/node.hpp"
#include "data/batch.hpp"
#include "data/instance.hpp"

namespace ph {

// What heads that give heatmaps N x K x h x w have in common.

/// Compares output and targets of a batch. Throws Error(config) at `head` when there are no targets or
/// when keypoints or heatmap sizes differ, naming both.
void check_heatmap_targets(const at::Tensor& output, const Batch& batch, const Node& head);

/// Heatmaps of a horizontally mirrored image as those of the image itself: mirrored back, paired
/// keypoints swapped, with `shift` moved right by one pixel (column 0 stays). New, float32.
[[nodiscard]] at::Tensor flip_heatmaps_back(const at::Tensor& heatmaps,
                                            const std::vector<std::pair<int, int>>& flip_pairs, bool shift);

/// Peaks in pixels of each sample's image, with the peak's value as score. Computed where the heatmaps
/// are; waits for the device once, at the end.
[[nodiscard]] std::vector<Prediction> decode_heatmaps(const at::Tensor& heatmaps, const Batch& batch,
                                                      bool refine, BorderRule rule);

}  // namespace ph
