#pragma once
#include <ATen/core/Tensor.h>
#include <posehost/abi.h>

namespace ph {

/// DLPack's code of a tensor's element type, as plugins see it.
[[nodiscard]] inline ph_dtype dtype_of(const at::Tensor& tensor) {
  const auto bits = static_cast<std::uint8_t>(tensor.element_size() * 8);
  switch (tensor.scalar_type()) {
    case at::kBFloat16:
      return {PH_DTYPE_BFLOAT, bits, 1};
    case at::kBool:
      return {PH_DTYPE_BOOL, bits, 1};
    case at::kByte:
      return {PH_DTYPE_UINT, bits, 1};
    default:
      return {static_cast<std::uint8_t>(tensor.is_floating_point() ? PH_DTYPE_FLOAT : PH_DTYPE_INT), bits, 1};
  }
}

}  // namespace ph
