#include "codec/blur_matrix.hpp"

#include "codec/gaussian_kernel.hpp"

namespace ph {

std::vector<float> blur_matrix(std::int64_t side, std::int64_t kernel, BlurBorder border) {
  const auto weights = gaussian_kernel(kernel);
  const auto reach = kernel / 2;
  std::vector<float> matrix(static_cast<std::size_t>(side * side));
  for (std::int64_t i = 0; i < side; ++i) {
    for (std::int64_t d = -reach; d <= reach; ++d) {
      auto from = i + d;
      if (border == BlurBorder::mirrored) from = mirrored_index(from, side);
      if (from < 0 || from >= side) continue;
      matrix[static_cast<std::size_t>(i * side + from)] += weights[static_cast<std::size_t>(d + reach)];
    }
  }
  return matrix;
}

}  // namespace ph
