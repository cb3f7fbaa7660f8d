#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ph {

/// Element types, those of the safetensors format.
enum class TensorType { boolean, u8, i8, i16, u16, f16, bf16, i32, u32, f32, f64, i64, u64 };
[[nodiscard]] std::size_t bytes_of(TensorType type) noexcept;
[[nodiscard]] const char* name_of(TensorType type) noexcept;  ///< "F32"

/// A contiguous tensor somewhere in memory, at any alignment: files of others do not always align.
struct TensorView {
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
  [[nodiscard]] std::size_t bytes() const noexcept;
};

}  // namespace ph
