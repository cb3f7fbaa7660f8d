// GridDropout: a grid of holes (Chen et al., "GridMask data augmentation", 2020).
#include <algorithm>

#include "data/dropout.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct GridDropoutArgs {
  double ratio = 0.5;
  std::optional<std::int64_t> unit_size_min, unit_size_max, holes_number_x, holes_number_y;
  std::int64_t shift_x = 0, shift_y = 0;
  bool random_offset = false;
  std::int64_t fill_value = 0;
  double p = 0.5;
  bool always_apply = false;
  static const ArgTable<GridDropoutArgs>& table();
};

const ArgTable<GridDropoutArgs>& GridDropoutArgs::table() {
  using A = GridDropoutArgs;
  static const auto t =
      ArgTable<A>("blanks out a grid of rectangles")
          .arg("ratio", &A::ratio, "side of a hole over side of a unit", range(0.001, 1))
          .arg("unit_size_min", &A::unit_size_min, "least side of a square unit in pixels", range(2, 16384))
          .arg("unit_size_max", &A::unit_size_max, "greatest, plus 1", range(2, 16384))
          .arg("holes_number_x", &A::holes_number_x, "units side by side, without unit sizes", at_least(1))
          .arg("holes_number_y", &A::holes_number_y, "units one below the other", at_least(1))
          .arg("shift_x", &A::shift_x, "where the first hole begins", at_least(0))
          .arg("shift_y", &A::shift_y, "where the first hole begins", at_least(0))
          .arg("random_offset", &A::random_offset, "first hole at random, whatever the shifts are")
          .arg("fill_value", &A::fill_value, "what stands in the holes", range(0, 255))
          .arg("p", &A::p, "how often", range(0, 1))
          .arg("always_apply", &A::always_apply, "whatever p is")
          .ignored("mask_fill_value", "there are no masks");
  return t;
}

struct Side {
  std::int64_t unit, hole, first;
};

class GridDropout final : public Dropout {
 public:
  explicit GridDropout(const GridDropoutArgs& args) : args_(args) {
    if (args.unit_size_min.has_value() != args.unit_size_max.has_value()) {
      throw Unavailable{args.unit_size_min ? "unit_size_min" : "unit_size_max", "one bound without the other",
                        "unit_size_min and unit_size_max, or neither"};
    }
    if (args.unit_size_min && *args.unit_size_min > *args.unit_size_max) {
      throw Unavailable{"unit_size_min", "more than unit_size_max",
                        "at most " + std::to_string(*args.unit_size_max)};
    }
    probability = args.always_apply ? 1 : args.p;
    fill_value = static_cast<std::uint8_t>(args.fill_value);
  }

  std::vector<Hole> holes(std::int64_t width, std::int64_t height, const Between& between) const override {
    const auto [unit_x, unit_y] = units(width, height, between);
    const Side x = side(unit_x, args_.shift_x, between), y = side(unit_y, args_.shift_y, between);
    std::vector<Hole> all;
    for (std::int64_t left = x.first; left < width; left += x.unit) {
      for (std::int64_t top = y.first; top < height; top += y.unit)
        all.push_back({left, top, std::min(left + x.hole, width), std::min(top + y.hole, height)});
    }
    return all;
  }

 private:
  // Sides of a unit. albumentations refuses sizes that do not fit the picture; here they are cut to it.
  std::pair<std::int64_t, std::int64_t> units(std::int64_t width, std::int64_t height,
                                              const Between& between) const {
    if (args_.unit_size_min) {
      // Its drawing includes both ends and its own + 1: unit_size_max + 1 occurs.
      const auto unit = between(*args_.unit_size_min, *args_.unit_size_max + 1);
      return {unit, unit};
    }
    const auto unit_x = std::max<std::int64_t>(2, width / args_.holes_number_x.value_or(10));
    if (!args_.holes_number_y) return {unit_x, std::max<std::int64_t>(2, std::min(unit_x, height))};
    return {unit_x, std::max<std::int64_t>(2, height / *args_.holes_number_y)};
  }

  Side side(std::int64_t unit, std::int64_t shift, const Between& between) const {
    const auto wanted = static_cast<std::int64_t>(static_cast<double>(unit) * args_.ratio);
    const auto hole = std::min(std::max<std::int64_t>(wanted, 1), unit - 1);
    if (args_.random_offset) return {unit, hole, between(0, unit - hole)};
    return {unit, hole, std::min(shift, unit - hole)};
  }

  GridDropoutArgs args_;
};

}  // namespace

void register_grid_dropout(DropoutRegistry& registry) {
  registry.add<GridDropoutArgs>(
      "GridDropout", [](const GridDropoutArgs& args) { return std::make_shared<GridDropout>(args); });
}

}  // namespace ph
