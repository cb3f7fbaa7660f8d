#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>

namespace ph {

/// Where a deformable convolution reads.
struct DeformSpec {
  std::array<std::int64_t, 2> stride{1, 1}, padding{0, 0}, dilation{1, 1};  ///< y, x
  std::int64_t deform_groups = 1;  ///< sets of offsets, each for an equal share of the input's channels
};

/// Deformable convolution (Dai et al., "Deformable convolutional networks", 2017; with `mask` version 2, Zhu et al. 2019), the
/// same as torchvision.ops.deform_conv2d: each tap reads the input at its usual place plus an offset, bilinearly, and 0
/// outside. A registered operator, "posehost::deform_conv2d", with gradients for all tensors.
///
/// `input` N x C x H x W, `weight` O x C / groups x kh x kw, `offset` N x 2 deform_groups kh kw x h x w (y before x),
/// `mask` N x deform_groups kh kw x h x w or undefined, `bias` O or undefined; float32 or float64, all alike. Gives
/// N x O x h x w. Throws c10::Error when shapes do not fit.
[[nodiscard]] at::Tensor deform_conv2d(const at::Tensor& input, const at::Tensor& weight,
                                       const at::Tensor& offset, const std::optional<at::Tensor>& mask,
                                       const std::optional<at::Tensor>& bias, const DeformSpec& spec);

}  // namespace ph
