// Where to cut: centre and scale from the box, and their random changes.
#include <algorithm>
#include <cmath>

#include "data/box.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct CenterScaleArgs {
  double padding = 1.25;
  static const ArgTable<CenterScaleArgs>& table();
};

const ArgTable<CenterScaleArgs>& CenterScaleArgs::table() {
  static const auto t = ArgTable<CenterScaleArgs>("centre and scale of the crop from the box")
                            .arg("padding", &CenterScaleArgs::padding, "crop size over box size", above(0));
  return t;
}

class TopDownGetBboxCenterScale final : public Transform {
 public:
  TopDownGetBboxCenterScale(const CenterScaleArgs& args, const PipelineContext& context)
      : padding_(args.padding), size_(context.image_size) {}
  Contract contract() const override { return {{Item::box}, {Item::center, Item::scale}, {}}; }
  void apply(Sample& sample, const Draws&) const override {
    box_to_crop(sample.instance->bbox, size_, padding_, sample.center, sample.scale);
  }

 private:
  double padding_;
  std::array<std::int64_t, 2> size_;
};

struct ShiftArgs {
  double shift_factor = 0.16, prob = 0.3;
  static const ArgTable<ShiftArgs>& table();
};

const ArgTable<ShiftArgs>& ShiftArgs::table() {
  static const auto t =
      ArgTable<ShiftArgs>("moves the crop's centre at random")
          .arg("shift_factor", &ShiftArgs::shift_factor, "at most this share of the crop", at_least(0))
          .arg("prob", &ShiftArgs::prob, "how often", range(0, 1));
  return t;
}

class TopDownRandomShiftBboxCenter final : public Transform {
 public:
  explicit TopDownRandomShiftBboxCenter(const ShiftArgs& args) : args_(args) {}
  Contract contract() const override { return {{Item::center, Item::scale, Item::box}, {}, {}}; }
  void apply(Sample& sample, const Draws& draws) const override {
    Rng random = rng(sample, draws);
    if (random.uniform() >= args_.prob) return;
    for (std::size_t i = 0; i < 2; ++i) {
      const double share = random.uniform(-1, 1) * args_.shift_factor;
      sample.center[i] = static_cast<float>(sample.center[i] + share * sample.scale[i] * pixels_per_scale);
    }
  }

 private:
  ShiftArgs args_;
};

struct ScaleRotationArgs {
  double rot_factor = 40, scale_factor = 0.5, rot_prob = 0.6;
  static const ArgTable<ScaleRotationArgs>& table();
};

const ArgTable<ScaleRotationArgs>& ScaleRotationArgs::table() {
  static const auto t = ArgTable<ScaleRotationArgs>("scales and turns the crop at random")
                            .arg("rot_factor", &ScaleRotationArgs::rot_factor,
                                 "deviation in degrees; at most twice that", at_least(0))
                            .arg("scale_factor", &ScaleRotationArgs::scale_factor,
                                 "deviation of the scale; at most that", range(0, 1))
                            .arg("rot_prob", &ScaleRotationArgs::rot_prob, "how often it turns", range(0, 1));
  return t;
}

class TopDownGetRandomScaleRotation final : public Transform {
 public:
  explicit TopDownGetRandomScaleRotation(const ScaleRotationArgs& args) : args_(args) {}
  Contract contract() const override { return {{Item::scale, Item::box}, {}, {}}; }
  void apply(Sample& sample, const Draws& draws) const override {
    Rng random = rng(sample, draws);
    const double spread = args_.scale_factor, turn = args_.rot_factor;
    const auto factor = static_cast<float>(std::clamp(random.normal() * spread + 1, 1 - spread, 1 + spread));
    for (float& scale : sample.scale) scale *= factor;
    const double rotation = std::clamp(random.normal() * turn, -2 * turn, 2 * turn);
    sample.rotation = random.uniform() <= args_.rot_prob ? rotation : 0;
  }

 private:
  ScaleRotationArgs args_;
};

}  // namespace

void box_to_crop(const std::array<double, 4>& box, const std::array<std::int64_t, 2>& size, double padding,
                 std::array<float, 2>& center, std::array<float, 2>& scale) {
  double width = box[2], height = box[3];
  const double aspect = static_cast<double>(size[0]) / static_cast<double>(size[1]);
  center = {static_cast<float>(box[0] + width * 0.5), static_cast<float>(box[1] + height * 0.5)};
  if (width > aspect * height) {
    height = width / aspect;
  } else if (width < aspect * height) {
    width = height * aspect;
  }
  // In float32, as numpy computes it.
  const auto factor = static_cast<float>(padding);
  scale = {static_cast<float>(width) / pixels_per_scale * factor,
           static_cast<float>(height) / pixels_per_scale * factor};
}

void register_box_transforms(TransformRegistry& registry) {
  registry.add<CenterScaleArgs>("TopDownGetBboxCenterScale",
                                [](const CenterScaleArgs& args, const PipelineContext& context) {
                                  return std::make_shared<TopDownGetBboxCenterScale>(args, context);
                                });
  registry.add<ShiftArgs>("TopDownRandomShiftBboxCenter", [](const ShiftArgs& args, const PipelineContext&) {
    return std::make_shared<TopDownRandomShiftBboxCenter>(args);
  });
  registry.add<ScaleRotationArgs>("TopDownGetRandomScaleRotation",
                                  [](const ScaleRotationArgs& args, const PipelineContext&) {
                                    return std::make_shared<TopDownGetRandomScaleRotation>(args);
                                  });
}

}  // namespace ph
