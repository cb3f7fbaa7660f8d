#pragma once
#include <ATen/core/Tensor.h>

namespace ph {

/// Share of heatmap peaks within `thr` of the target's peak, averaged over the joints that have a
/// target: mmpose's pose_pck_accuracy. Distances are divided by the size of the map; with
/// `swapped_norm` x by its height and y by its width, as mmpose 0.x does.
/// `output`, `target`: N x K x h x w; `target_weight`: N x K x 1, a joint counts where it is above 0.
/// Gives a 0-d float32 tensor on the same device, 0 where nothing counts; does not wait for the device.
[[nodiscard]] at::Tensor heatmap_pck(const at::Tensor& output, const at::Tensor& target,
                                     const at::Tensor& target_weight, double thr, bool swapped_norm);

/// The same for coordinates N x K x 2 in units of the crop's sides, with weights N x K x 2, of which x's
/// count: mmpose's keypoint_pck_accuracy with a normaliser of 1.
[[nodiscard]] at::Tensor coordinate_pck(const at::Tensor& output, const at::Tensor& target,
                                        const at::Tensor& target_weight, double thr);

}  // namespace ph
