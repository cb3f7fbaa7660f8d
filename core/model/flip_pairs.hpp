#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace ph {

/// For each of `count` keypoints the one that takes its place in a mirrored image: its partner in `pairs`,
/// or itself. Indices on the CPU.
[[nodiscard]] at::Tensor swapped_pairs(std::int64_t count, const std::vector<std::pair<int, int>>& pairs);

}  // namespace ph
