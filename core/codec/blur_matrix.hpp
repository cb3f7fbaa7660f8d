#pragma once
#include <cstdint>
#include <vector>

namespace ph {

/// What a blur sees beyond the border: 0, or the heatmap mirrored (OpenCV's default).
enum class BlurBorder { zero, mirrored };

/// OpenCV's Gaussian blur of `kernel` pixels (odd) of a line of `side` pixels, as a matrix of side x side: row i says what
/// pixel i is made of. A heatmap is blurred by one such matrix from the left and one, transposed, from the right.
[[nodiscard]] std::vector<float> blur_matrix(std::int64_t side, std::int64_t kernel, BlurBorder border);

}  // namespace ph
