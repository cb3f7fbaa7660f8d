// ToTensor and NormalizeTensor: from bytes to floats, channels first.
#include "data/transform.hpp"

namespace ph {
namespace {

struct NoArgs {
  static const ArgTable<NoArgs>& table();
};

const ArgTable<NoArgs>& NoArgs::table() {
  static const auto t = ArgTable<NoArgs>("pixels as floats from 0 to 1, channels first");
  return t;
}

struct NormalizeArgs {
  std::array<double, 3> mean{}, std{};
  static const ArgTable<NormalizeArgs>& table();
};

const ArgTable<NormalizeArgs>& NormalizeArgs::table() {
  static const auto t = ArgTable<NormalizeArgs>("(value - mean) / std for each channel")
                            .required("mean", &NormalizeArgs::mean, "of each channel, of values from 0 to 1")
                            .required("std", &NormalizeArgs::std, "of each channel", above(0));
  return t;
}

class NormalizeTensor final : public Transform {
 public:
  explicit NormalizeTensor(const NormalizeArgs& args) {
    for (std::size_t c = 0; c < 3; ++c) {
      mean_[c] = static_cast<float>(args.mean[c]);
      std_[c] = static_cast<float>(args.std[c]);
    }
  }
  Contract contract() const override { return {{Item::tensor}, {}, {}}; }
  void apply(Sample& sample, const Draws&) const override {
    const std::span<float> values = sample.img.values();
    const std::size_t plane = values.size() / 3;
    for (std::size_t c = 0; c < 3; ++c) {
      for (float& value : values.subspan(c * plane, plane)) value = normalized(value, c);
    }
  }
  [[nodiscard]] float normalized(float value, std::size_t channel) const noexcept {
    return (value - mean_[channel]) / std_[channel];
  }

 private:
  std::array<float, 3> mean_{}, std_{};
};

// A byte has 256 values: a table per channel does the division, and the normalisation that follows.
class ToTensor final : public Transform {
 public:
  ToTensor() {
    for (auto& channel : table_) {
      for (std::size_t byte = 0; byte < channel.size(); ++byte)
        channel[byte] = static_cast<float>(byte) / 255.0F;
    }
  }
  Contract contract() const override { return {{Item::crop}, {Item::tensor}, {Item::picture}}; }

  bool absorb(const Transform& next) override {
    const auto* normalize = dynamic_cast<const NormalizeTensor*>(&next);
    if (!normalize) return false;
    for (std::size_t c = 0; c < 3; ++c) {
      for (float& value : table_[c]) value = normalize->normalized(value, c);
    }
    return true;
  }

  void apply(Sample& sample, const Draws&) const override {
    const std::vector<std::uint8_t>& pixels = sample.image->pixels;
    const std::size_t plane = pixels.size() / 3;
    float* const out = sample.img.resize(pixels.size()).data();
    const std::uint8_t* in = pixels.data();
    float *first = out, *second = out + plane, *third = out + 2 * plane;
    for (std::size_t i = 0; i < plane; ++i, in += 3) {
      first[i] = table_[0][in[0]];
      second[i] = table_[1][in[1]];
      third[i] = table_[2][in[2]];
    }
  }

 private:
  std::array<std::array<float, 256>, 3> table_{};
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
