#pragma once
#include <cstddef>
#include <vector>

#include "tensor/tensor_view.hpp"

namespace ph {

/// Whether elements of `type` are f16, bf16, f32 or f64.
[[nodiscard]] bool is_floating(TensorType type) noexcept;

/// A tensor's elements in another floating type.
struct ConvertedTensor {
  std::vector<std::byte> bytes;
  std::size_t overflows = 0;  ///< finite numbers that are beyond the range of the type: infinite now
};

/// `view`, whose type is floating, as `type`, which is so too. Each number is rounded once, to the nearest, ties
/// to the even one, as IEEE 754 and torch have it; subnormal numbers, infinities and NaN stay what they are.
[[nodiscard]] ConvertedTensor convert_type(const TensorView& view, TensorType type);

/// The elements of a floating tensor as doubles.
[[nodiscard]] std::vector<double> as_doubles(const TensorView& view);

}  // namespace ph
