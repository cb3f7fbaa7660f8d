#pragma once
#include <c10/core/ScalarType.h>

#include "tensor/tensor_view.hpp"

namespace ph {

/// LibTorch's name for an element type of weight files and checkpoints.
[[nodiscard]] inline c10::ScalarType scalar_type(TensorType type) {
  switch (type) {
    case TensorType::boolean:
      return c10::kBool;
    case TensorType::u8:
      return c10::kByte;
    case TensorType::i8:
      return c10::kChar;
    case TensorType::i16:
      return c10::kShort;
    case TensorType::u16:
      return c10::kUInt16;
    case TensorType::f16:
      return c10::kHalf;
    case TensorType::bf16:
      return c10::kBFloat16;
    case TensorType::i32:
      return c10::kInt;
    case TensorType::u32:
      return c10::kUInt32;
    case TensorType::f32:
      return c10::kFloat;
    case TensorType::f64:
      return c10::kDouble;
    case TensorType::i64:
      return c10::kLong;
    case TensorType::u64:
      return c10::kUInt64;
  }
  return c10::kFloat;
}

}  // namespace ph
