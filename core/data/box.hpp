#pragma once
#include <array>
#include <cstdint>

namespace ph {

/// Units of `scale` everywhere: mmpose 0.x counts crops in 200 pixels.
inline constexpr float pixels_per_scale = 200.0F;

/// The crop of a box (x, y, width, height): its centre, and its size enlarged to the aspect of `size`
/// (width, height of the network's input) and by `padding`.
void box_to_crop(const std::array<double, 4>& box, const std::array<std::int64_t, 2>& size, double padding,
                 std::array<float, 2>& center, std::array<float, 2>& scale);

}  // namespace ph
