#include "model/flip_pairs.hpp"

#include <torch/types.h>

#include <numeric>

namespace ph {

at::Tensor swapped_pairs(std::int64_t count, const std::vector<std::pair<int, int>>& pairs) {
  std::vector<std::int64_t> source(static_cast<std::size_t>(count));
  std::iota(source.begin(), source.end(), 0);
  for (const auto& [a, b] : pairs)
    std::swap(source.at(static_cast<std::size_t>(a)), source.at(static_cast<std::size_t>(b)));
  return at::tensor(source, at::kLong);
}

}  // namespace ph
