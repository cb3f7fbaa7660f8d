// TopDownHalfBodyTransform: sometimes only the upper or the lower body.
#include <algorithm>

#include "data/box.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct HalfBodyArgs {
  std::int64_t num_joints_half_body = 8;
  double prob_half_body = 0.3;
  static const ArgTable<HalfBodyArgs>& table();
};

const ArgTable<HalfBodyArgs>& HalfBodyArgs::table() {
  static const auto t = ArgTable<HalfBodyArgs>("cuts out the upper or lower body at random")
                            .arg("num_joints_half_body", &HalfBodyArgs::num_joints_half_body,
                                 "only instances with more labelled keypoints than this", at_least(0))
                            .arg("prob_half_body", &HalfBodyArgs::prob_half_body, "how often", range(0, 1));
  return t;
}

using Points = std::vector<std::array<float, 2>>;
constexpr double half_body_padding = 1.5;

class TopDownHalfBodyTransform final : public Transform {
 public:
  TopDownHalfBodyTransform(const HalfBodyArgs& args, const PipelineContext& context)
      : args_(args),
        size_(context.image_size),
        normal_(context.compat->half_body_normal),
        upper_(context.info->keypoints.size(), false) {
    for (const int k : context.info->upper_body) upper_[static_cast<std::size_t>(k)] = true;
  }

  Contract contract() const override { return {{Item::center, Item::scale, Item::box}, {}, {}}; }

  void apply(Sample& sample, const Draws& draws) const override {
    const auto labelled =
        std::count_if(sample.visible.begin(), sample.visible.end(), [](float v) { return v > 0; });
    if (labelled <= args_.num_joints_half_body) return;
    Rng random = rng(sample, draws);
    if (random.uniform() >= args_.prob_half_body) return;

    Points upper, lower;  // mmpose: whatever is not "upper" is lower
    for (std::size_t k = 0; k < sample.visible.size(); ++k) {
      if (sample.visible[k] > 0)
        (upper_[k] ? upper : lower).push_back({sample.joints[2 * k], sample.joints[2 * k + 1]});
    }
    // The normal draw of 0.x is below 0.5 with probability 0.69.
    const bool prefer_upper = normal_ ? random.normal() < 0.5 : random.uniform() < 0.7;
    const Points& chosen = prefer_upper && upper.size() > 2 ? upper : lower.size() > 2 ? lower : upper;
    if (chosen.size() >= 2) crop_to(chosen, sample);
  }

 private:
  void crop_to(const Points& points, Sample& sample) const {
    std::array<float, 2> sum{}, low = points.front(), high = points.front();
    for (const auto& point : points) {
      for (std::size_t i = 0; i < 2; ++i) {
        sum[i] += point[i];
        low[i] = std::min(low[i], point[i]);
        high[i] = std::max(high[i], point[i]);
      }
    }
    std::array<float, 2> middle{};
    box_to_crop({low[0], low[1], high[0] - low[0], high[1] - low[1]}, size_, half_body_padding, middle,
                sample.scale);
    const auto count = static_cast<float>(points.size());
    sample.center = {sum[0] / count, sum[1] / count};  // the mean, not the middle
  }

  HalfBodyArgs args_;
  std::array<std::int64_t, 2> size_;
  bool normal_;
  std::vector<bool> upper_;
};

}  // namespace

void register_half_body(TransformRegistry& registry) {
  registry.add<HalfBodyArgs>("TopDownHalfBodyTransform",
                             [](const HalfBodyArgs& args, const PipelineContext& context) {
                               return std::make_shared<TopDownHalfBodyTransform>(args, context);
                             });
}

}  // namespace ph
