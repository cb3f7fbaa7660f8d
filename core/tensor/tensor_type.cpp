#include "tensor/tensor_type.hpp"

#include <array>

namespace ph {
namespace {

struct Row {
  TensorType type;
  const char* name;
  std::size_t bytes;
};
constexpr std::array<Row, 13> rows{{{TensorType::boolean, "BOOL", 1},
                                    {TensorType::u8, "U8", 1},
                                    {TensorType::i8, "I8", 1},
                                    {TensorType::i16, "I16", 2},
                                    {TensorType::u16, "U16", 2},
                                    {TensorType::f16, "F16", 2},
                                    {TensorType::bf16, "BF16", 2},
                                    {TensorType::i32, "I32", 4},
                                    {TensorType::u32, "U32", 4},
                                    {TensorType::f32, "F32", 4},
                                    {TensorType::f64, "F64", 8},
                                    {TensorType::i64, "I64", 8},
                                    {TensorType::u64, "U64", 8}}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].type != static_cast<TensorType>(i)) return false;
  }
  return true;
}
static_assert(in_order(), "rows are indexed by TensorType");

}  // namespace

std::size_t bytes_of(TensorType type) noexcept { return rows[static_cast<std::size_t>(type)].bytes; }
const char* name_of(TensorType type) noexcept { return rows[static_cast<std::size_t>(type)].name; }

std::optional<TensorType> tensor_type_named(std::string_view name) noexcept {
  for (const auto& row : rows) {
    if (name == row.name) return row.type;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> checked_bytes(TensorType type, const std::vector<std::int64_t>& shape) noexcept {
  std::uint64_t bytes = bytes_of(type);
  bool empty = false;
  for (const auto extent : shape) {
    if (extent < 0) return std::nullopt;
    if (extent == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : bytes;
}

std::size_t TensorView::bytes() const noexcept { return checked_bytes(type, shape).value_or(0); }

}  // namespace ph
