// ToTensor and NormalizeTensor: from bytes to floats, channels first.
#include <algorithm>

#include "data/transform.hpp"

namespace ph {
namespace {

constexpr std::size_t max_channels = 4;

struct NoArgs {
  static const ArgTable<NoArgs>& table();
};

const ArgTable<NoArgs>& NoArgs::table() {
  static const auto t =
      ArgTable<NoArgs>("channels first; bytes become floats from 0 to 1, floats stay as they are");
  return t;
}

struct NormalizeArgs {
  std::vector<double> mean, std;
  static const ArgTable<NormalizeArgs>& table();
};

const ArgTable<NormalizeArgs>& NormalizeArgs::table() {
  static const auto t =
      ArgTable<NormalizeArgs>("(value - mean) / std for each channel")
          .required("mean", &NormalizeArgs::mean, "of each channel, or one of all", length(1, max_channels))
          .required("std", &NormalizeArgs::std, "of each channel, or one of all",
                    Limits{above(0).keywords + "," + length(1, max_channels).keywords});
  return t;
}

class NormalizeTensor final : public Transform {
 public:
  NormalizeTensor() { std_.fill(1); }  // leaves values as they are
  explicit NormalizeTensor(const NormalizeArgs& args)
      : args_(args), channels_(std::max(args.mean.size(), args.std.size())) {
    for (std::size_t c = 0; c < max_channels; ++c) {
      mean_[c] = static_cast<float>(args.mean[std::min(c, args.mean.size() - 1)]);
      std_[c] = static_cast<float>(args.std[std::min(c, args.std.size() - 1)]);
    }
  }

  Contract contract() const override { return {{Item::tensor}, {}, {}}; }

  void meet(PixelFormat& format) override {
    if (format.channels == 0 && channels_ > 1) format.channels = static_cast<int>(channels_);
    const auto check = [&](const char* key, std::size_t count) {
      const auto channels = static_cast<std::size_t>(format.channels);
      if (count == 1 || count == channels || channels == 0) return;
      throw Unavailable{key,
                        std::to_string(count) + " numbers for pictures of " + std::to_string(channels) +
                            (channels == 1 ? " channel" : " channels"),
                        channels == 1 ? "one number" : "one number, or one for each channel"};
    };
    check("mean", args_.mean.size());
    check("std", args_.std.size());
  }

  void apply(Sample& sample, const Draws&) const override {
    const std::span<float> values = sample.img.values();
    const std::size_t plane = values.size() / channels_;
    for (std::size_t c = 0; c < channels_; ++c) {
      for (float& value : values.subspan(c * plane, plane)) value = normalized(value, c);
    }
  }

  [[nodiscard]] float normalized(float value, std::size_t channel) const noexcept {
    return (value - mean_[channel]) / std_[channel];
  }

 private:
  NormalizeArgs args_;
  std::size_t channels_ = 1;  // at least; one number stands for all
  std::array<float, max_channels> mean_{}, std_{};
};

// A byte has 256 values: a table per channel does the division, and the normalisation that follows.
class ToTensor final : public Transform {
 public:
  ToTensor() { fill_table(); }
  Contract contract() const override { return {{Item::crop}, {Item::tensor}, {Item::picture}}; }

  bool absorb(const Transform& next) override {
    const auto* normalize = dynamic_cast<const NormalizeTensor*>(&next);
    if (!normalize || absorbed_) return false;
    normalize_ = *normalize;
    absorbed_ = true;
    fill_table();
    return true;
  }

  void apply(Sample& sample, const Draws&) const override {
    const Image& image = *sample.image;
    const auto channels = static_cast<std::size_t>(image.format.channels);
    const std::size_t plane = image.pixels.size() / image.format.bytes();
    float* const out = sample.img.resize(channels * plane).data();
    if (image.format.floats) return take_floats(image, out);
    const std::uint8_t* in = image.pixels.data();
    if (channels == 3) {
      float *first = out, *second = out + plane, *third = out + 2 * plane;
      for (std::size_t i = 0; i < plane; ++i, in += 3) {
        first[i] = table_[0][in[0]];
        second[i] = table_[1][in[1]];
        third[i] = table_[2][in[2]];
      }
      return;
    }
    for (std::size_t i = 0; i < plane; ++i) {
      for (std::size_t c = 0; c < channels; ++c) out[c * plane + i] = table_[c][*in++];
    }
  }

 private:
  void fill_table() {
    for (std::size_t c = 0; c < max_channels; ++c) {
      for (std::size_t byte = 0; byte < table_[c].size(); ++byte)
        table_[c][byte] = normalize_.normalized(static_cast<float>(byte) / 255.0F, c);
    }
  }

  // torchvision's to_tensor divides bytes only.
  void take_floats(const Image& image, float* out) const {
    const auto channels = static_cast<std::size_t>(image.format.channels);
    const std::size_t plane = image.pixels.size() / image.format.bytes();
    const auto* in = reinterpret_cast<const float*>(image.pixels.data());
    for (std::size_t i = 0; i < plane; ++i) {
      for (std::size_t c = 0; c < channels; ++c) out[c * plane + i] = normalize_.normalized(*in++, c);
    }
  }

  NormalizeTensor normalize_;
  bool absorbed_ = false;
  std::array<std::array<float, 256>, max_channels> table_{};
};

}  // namespace

void register_tensor_transforms(TransformRegistry& registry) {
  registry.add<NoArgs>("ToTensor",
                       [](const NoArgs&, const PipelineContext&) { return std::make_shared<ToTensor>(); });
  registry.add<NormalizeArgs>("NormalizeTensor", [](const NormalizeArgs& args, const PipelineContext&) {
    return std::make_shared<NormalizeTensor>(args);
  });
}

}  // namespace ph
