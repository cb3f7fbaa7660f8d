// SPDX-License-Identifier: MIT
// Noise on the pixels of a crop: each channel of each pixel gets up to `strength` more or less.
#include <posehost/transform.hpp>

#include <algorithm>

namespace {

class PixelNoise final : public ph::CropTransform {
 public:
  static constexpr auto info = ph::component("PixelNoise", "even noise on the pixels of a crop");
  static constexpr auto args =
      ph::args(ph::arg<double>("strength", 10.0, ph::range(0.0, 255.0), "largest change of a value"),
               ph::arg<double>("prob", 0.5, ph::range(0.0, 1.0), "share of samples that get it"));

  explicit PixelNoise(const ph::Config& config)
      : strength_{config.get<double>("strength")}, prob_{config.get<double>("prob")} {}

  void apply(const ph::Crop& crop) const override {
    if (crop.uniform() >= prob_) return;
    for (std::int64_t y = 0; y < crop.height(); ++y) {
      std::uint8_t* row = crop.row(y);
      for (std::int64_t i = 0; i < crop.width() * crop.channels(); ++i) {
        const double value = row[i] + crop.uniform(-strength_, strength_);
        row[i] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  }

 private:
  double strength_, prob_;
};

}  // namespace

POSEHOST_COMPONENT(PixelNoise);
POSEHOST_PLUGIN("org.example.transforms", "1.0.0", "MIT", "", PixelNoise);
