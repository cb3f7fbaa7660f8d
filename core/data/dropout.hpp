#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "config/registry.hpp"
#include "data/image.hpp"

namespace ph {

/// Pixels from `x1`, `y1` up to and without `x2`, `y2`, all within the picture.
struct Hole {
  std::int64_t x1, y1, x2, y2;
  bool operator==(const Hole&) const = default;
};

/// A whole number from `low` to `high`; both may come.
using Between = std::function<std::int64_t(std::int64_t low, std::int64_t high)>;

/// Where a picture of a size is blanked out. Const and safe from any thread.
class Dropout {
 public:
  virtual ~Dropout() = default;
  [[nodiscard]] virtual std::vector<Hole> holes(std::int64_t width, std::int64_t height,
                                                const Between& between) const = 0;
  double probability = 0.5;     ///< how often, of all samples
  std::uint8_t fill_value = 0;  ///< what stands in the holes

  /// Writes holes for a picture of that size into it.
  static void blank(const std::vector<Hole>& holes, std::uint8_t fill_value, Image& image);
};

/// What the transform Albumentation can do, by the names of albumentations 1.3: CoarseDropout and
/// GridDropout, with its arguments and defaults.
using DropoutRegistry = Registry<Dropout>;
[[nodiscard]] const DropoutRegistry& dropouts();
void register_coarse_dropout(DropoutRegistry& registry);
void register_grid_dropout(DropoutRegistry& registry);

}  // namespace ph
