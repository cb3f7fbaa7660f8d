// PhotometricDistortion: brightness, contrast, saturation and hue at random.
#include "data/photometric.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct PhotometricArgs {
  double brightness_delta = 32;
  std::array<double, 2> contrast_range{0.5, 1.5}, saturation_range{0.5, 1.5};
  std::int64_t hue_delta = 18;
  static const ArgTable<PhotometricArgs>& table();
};

const ArgTable<PhotometricArgs>& PhotometricArgs::table() {
  using A = PhotometricArgs;
  static const auto t =
      ArgTable<A>("changes colours at random")
          .arg("brightness_delta", &A::brightness_delta, "at most so much is added or taken", range(0, 255))
          .arg("contrast_range", &A::contrast_range, "least and greatest factor of all values", at_least(0))
          .arg("saturation_range", &A::saturation_range, "least and greatest factor of saturation",
               at_least(0))
          .arg("hue_delta", &A::hue_delta, "hue is turned by less than so many times 2 degrees",
               range(0, 90));
  return t;
}

class PhotometricDistortion final : public Transform {
 public:
  explicit PhotometricDistortion(const PhotometricArgs& args) : args_(args) {
    for (const auto& [key, range] : {std::pair{"contrast_range", args.contrast_range},
                                     std::pair{"saturation_range", args.saturation_range}}) {
      if (range[0] > range[1]) throw Unavailable{key, "the range is empty", "the lesser number first"};
    }
  }

  Contract contract() const override { return {{Item::picture}, {}, {}}; }

  void meet(PixelFormat& format) override {
    if (format.channels == 0) format.channels = 3;
    if (format.channels == 3 && !format.floats) return;
    throw Unavailable{"type", "PhotometricDistortion changes bytes of three colours",
                      "LoadImageFromFile with \"color_type\": \"color\" and \"to_float32\": false"};
  }

  void apply(Sample& sample, const Draws& draws) const override {
    const auto to = sample.spare_image();
    distort(*sample.image, draw(sample, draws), *to);
    sample.image = to;
  }

 private:
  // mmpose: brightness and contrast half of the time each; of saturation and hue none, one, the other or
  // both. It draws a new order of the channels, too, and throws it away.
  Distortion draw(const Sample& sample, const Draws& draws) const {
    Rng random = rng(sample, draws);
    Distortion chosen;
    const auto once_in = [&](std::uint64_t n) { return random.below(n) == 0; };
    if (once_in(2)) chosen.brightness = random.uniform(-args_.brightness_delta, args_.brightness_delta);
    chosen.contrast_first = once_in(2);
    if (once_in(2)) chosen.contrast = random.uniform(args_.contrast_range[0], args_.contrast_range[1]);
    const auto which = random.below(4);
    if (which & 1) chosen.saturation = random.uniform(args_.saturation_range[0], args_.saturation_range[1]);
    if ((which & 2) && args_.hue_delta > 0) {
      const auto turns = random.below(2 * static_cast<std::uint64_t>(args_.hue_delta));
      chosen.hue = static_cast<int>(static_cast<std::int64_t>(turns) - args_.hue_delta);
    }
    return chosen;
  }

  PhotometricArgs args_;
};

}  // namespace

void register_photometric(TransformRegistry& registry) {
  registry.add<PhotometricArgs>("PhotometricDistortion",
                                [](const PhotometricArgs& args, const PipelineContext&) {
                                  return std::make_shared<PhotometricDistortion>(args);
                                });
}

}  // namespace ph
