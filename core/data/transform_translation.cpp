// TopDownRandomTranslation: moves the crop at random.
#include "data/box.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct TranslationArgs {
  double trans_factor = 0.15, trans_prob = 1.0;
  static const ArgTable<TranslationArgs>& table();
};

const ArgTable<TranslationArgs>& TranslationArgs::table() {
  static const auto t =
      ArgTable<TranslationArgs>("moves the crop at random")
          .arg("trans_factor", &TranslationArgs::trans_factor, "at most this share of the crop", at_least(0))
          .arg("trans_prob", &TranslationArgs::trans_prob, "how often", range(0, 1));
  return t;
}

class TopDownRandomTranslation final : public Transform {
 public:
  explicit TopDownRandomTranslation(const TranslationArgs& args) : args_(args) {}
  Contract contract() const override { return {{Item::center, Item::scale, Item::box}, {}, {}}; }
  void apply(Sample& sample, const Draws& draws) const override {
    Rng random = rng(sample, draws);
    if (random.uniform() > args_.trans_prob) return;
    for (std::size_t i = 0; i < 2; ++i) {
      const double share = random.uniform(-1, 1) * args_.trans_factor;
      sample.center[i] = static_cast<float>(sample.center[i] + share * sample.scale[i] * pixels_per_scale);
    }
  }

 private:
  TranslationArgs args_;
};

}  // namespace

void register_translation(TransformRegistry& registry) {
  registry.add<TranslationArgs>("TopDownRandomTranslation",
                                [](const TranslationArgs& args, const PipelineContext&) {
                                  return std::make_shared<TopDownRandomTranslation>(args);
                                });
}

}  // namespace ph
