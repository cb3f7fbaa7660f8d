// CoarseDropout: rectangles at random (DeVries and Taylor, "Improved regularization of convolutional neural
// networks with cutout", 2017).
#include <algorithm>

#include "data/dropout.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct CoarseDropoutArgs {
  std::int64_t max_holes = 8, max_height = 8, max_width = 8;
  std::optional<std::int64_t> min_holes, min_height, min_width;
  std::int64_t fill_value = 0;
  double p = 0.5;
  bool always_apply = false;
  static const ArgTable<CoarseDropoutArgs>& table();
};

const ArgTable<CoarseDropoutArgs>& CoarseDropoutArgs::table() {
  using A = CoarseDropoutArgs;
  static const auto t =
      ArgTable<A>("blanks out rectangles")
          .arg("max_holes", &A::max_holes, "most rectangles", range(1, 1000))
          .arg("max_height", &A::max_height, "in pixels", range(1, 16384))
          .arg("max_width", &A::max_width, "in pixels", range(1, 16384))
          .arg("min_holes", &A::min_holes, "fewest; max_holes when left out", range(1, 1000))
          .arg("min_height", &A::min_height, "max_height when left out", range(1, 16384))
          .arg("min_width", &A::min_width, "max_width when left out", range(1, 16384))
          .arg("fill_value", &A::fill_value, "what stands in them", range(0, 255))
          .arg("p", &A::p, "how often", range(0, 1))
          .arg("always_apply", &A::always_apply, "whatever p is")
          .ignored("mask_fill_value", "there are no masks");
  return t;
}

class CoarseDropout final : public Dropout {
 public:
  explicit CoarseDropout(const CoarseDropoutArgs& args)
      : args_(args),
        count_(checked("min_holes", args.min_holes, args.max_holes)),
        height_(checked("min_height", args.min_height, args.max_height)),
        width_(checked("min_width", args.min_width, args.max_width)) {
    probability = args.always_apply ? 1 : args.p;
    fill_value = static_cast<std::uint8_t>(args.fill_value);
  }

  std::vector<Hole> holes(std::int64_t width, std::int64_t height, const Between& between) const override {
    std::vector<Hole> all;
    for (auto left = between(count_, args_.max_holes); left > 0; --left) {
      // albumentations fails for a hole that is larger than the picture; here it is the whole side.
      const auto tall = std::min(between(height_, args_.max_height), height);
      const auto wide = std::min(between(width_, args_.max_width), width);
      const auto y = between(0, height - tall), x = between(0, width - wide);
      all.push_back({x, y, x + wide, y + tall});
    }
    return all;
  }

 private:
  static std::int64_t checked(const char* key, const std::optional<std::int64_t>& least, std::int64_t most) {
    if (least.value_or(most) <= most) return least.value_or(most);
    throw Unavailable{key, "more than the most", "at most " + std::to_string(most)};
  }

  CoarseDropoutArgs args_;
  std::int64_t count_, height_, width_;  // the least of each
};

}  // namespace

void register_coarse_dropout(DropoutRegistry& registry) {
  registry.add<CoarseDropoutArgs>(
      "CoarseDropout", [](const CoarseDropoutArgs& args) { return std::make_shared<CoarseDropout>(args); });
}

}  // namespace ph
