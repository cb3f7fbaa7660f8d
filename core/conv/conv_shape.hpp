#pragma once
#include <algorithm>
#include <cstdint>

namespace ph::conv {

/// A convolution as its weights' gradient sees it: a square kernel slides over `image` and meets one pixel of `map` at a time. Of a
/// convolution the image is the input and the map the gradient of the output; of a transposed one the other way round.
struct Shape {
  std::int64_t images = 0;
  std::int64_t image_h = 0, image_w = 0, image_c = 0;
  std::int64_t map_h = 0, map_w = 0, map_c = 0;
  std::int64_t kernel = 1, stride = 1, padding = 0;

  [[nodiscard]] std::int64_t weights() const { return map_c * kernel * kernel * image_c; }
};

/// [begin, end); empty where end is not above begin.
struct Span {
  std::int64_t begin = 0, end = 0;
  [[nodiscard]] std::int64_t size() const { return std::max<std::int64_t>(0, end - begin); }
};

[[nodiscard]] inline Span common(Span a, Span b) {
  return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

/// The pixels of a map's axis whose partner, `at` pixels into the kernel, lies in the image and not in its padding.
inline Span inside(const Shape& s, std::int64_t at, std::int64_t image, std::int64_t map) {
  const auto first = std::max<std::int64_t>(0, s.padding - at), last = image - 1 + s.padding - at;
  return {(first + s.stride - 1) / s.stride, last < 0 ? 0 : std::min(map, last / s.stride + 1)};
}

/// The rows of the image under rows [y0, y1) of the map.
inline Span rows_under(const Shape& s, std::int64_t y0, std::int64_t y1) {
  return {std::max<std::int64_t>(0, y0 * s.stride - s.padding),
          std::min(s.image_h, (y1 - 1) * s.stride - s.padding + s.kernel)};
}

}  // namespace ph::conv
