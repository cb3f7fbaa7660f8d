#include "conv/packed.hpp"

#ifdef POSEHOST_AVX512
namespace ph::conv {
namespace {

// Of the packed rows of the image, so that all of it stays in the second cache.
constexpr std::int64_t words_at_most = 1 << 17;

std::int64_t rows_of_image(const Shape& s, std::int64_t rows) {
  return std::min(s.image_h, (rows - 1) * s.stride + s.kernel);
}

std::int64_t row_of_image(const Shape& s, std::int64_t channels) {
  return (s.image_w + s.stride - 1) / s.stride * s.stride * whole_vectors(channels);
}

}  // namespace

Bands bands_of(const Shape& s, std::int64_t pixels) {
  Bands bands;
  bands.rows = std::clamp<std::int64_t>(pixels / s.map_w, 1, s.map_h);
  while (bands.rows > 1 &&
         rows_of_image(s, bands.rows) * row_of_image(s, std::min(s.image_c, block)) > words_at_most)
    --bands.rows;
  if (bands.rows == s.map_h) bands.images = std::max<std::int64_t>(1, pixels / (s.map_h * s.map_w));
  return bands;
}

std::int64_t work_size(const Shape& s, const Bands& bands) {
  const auto image = rows_of_image(s, bands.rows) * row_of_image(s, std::min(s.image_c, block));
  return bands.images * (image + bands.rows * s.map_w * whole_vectors(std::min(s.map_c, block)));
}

}  // namespace ph::conv
#endif
