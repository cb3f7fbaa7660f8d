#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tensor/tensor_view.hpp"

namespace ph {

/// The type that a safetensors header calls `name`.
[[nodiscard]] std::optional<TensorType> tensor_type_named(std::string_view name) noexcept;

/// Bytes of a contiguous tensor; nothing for a negative extent or a product beyond 64 bits, whatever the
/// order of the extents.
[[nodiscard]] std::optional<std::uint64_t> checked_bytes(TensorType type,
                                                         const std::vector<std::int64_t>& shape) noexcept;

}  // namespace ph
