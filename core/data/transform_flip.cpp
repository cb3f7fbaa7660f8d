// TopDownRandomFlip: mirrors picture, keypoints and centre.
#include "data/image_view.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct FlipArgs {
  double flip_prob = 0.5;
  static const ArgTable<FlipArgs>& table();
};

const ArgTable<FlipArgs>& FlipArgs::table() {
  static const auto t = ArgTable<FlipArgs>("mirrors left and right at random")
                            .arg("flip_prob", &FlipArgs::flip_prob, "how often", range(0, 1));
  return t;
}

class TopDownRandomFlip final : public Transform {
 public:
  TopDownRandomFlip(const FlipArgs& args, const PipelineContext& context)
      : prob_(args.flip_prob), pairs_(context.info->flip_pairs) {}

  Contract contract() const override { return {{Item::image, Item::center}, {}, {}}; }

  bool takes_undecoded() const override { return true; }

  void apply(Sample& sample, const Draws& draws) const override {
    if (rng(sample, draws).uniform() > prob_) return;
    if (sample.source) {
      sample.mirrored = !sample.mirrored;
    } else {
      mirror_image(sample);
    }
    // The annotation's width is the image's, or it is refused when it is decoded.
    const auto width = sample.image ? sample.image->width : sample.instance->image_width;
    const auto last = static_cast<float>(width - 1);
    for (const auto& [left, right] : pairs_) swap_joints(sample, left, right);
    for (std::size_t k = 0; k < sample.visible.size(); ++k) {
      // mmpose multiplies by the visibility: what is not labelled ends at 0, 0.
      sample.joints[2 * k] = (last - sample.joints[2 * k]) * sample.visible[k];
      sample.joints[2 * k + 1] *= sample.visible[k];
    }
    sample.center[0] = last - sample.center[0];
  }

 private:
  static void mirror_image(Sample& sample) {
    const Image& from = *sample.image;
    const auto to = sample.spare_image();
    to->resize(from.width, from.height, from.format);
    cv::Mat mirrored = view_of(*to);
    cv::flip(view_of(from), mirrored, 1);
    sample.image = to;
  }

  static void swap_joints(Sample& sample, int left, int right) {
    const auto a = static_cast<std::size_t>(left), b = static_cast<std::size_t>(right);
    std::swap(sample.joints[2 * a], sample.joints[2 * b]);
    std::swap(sample.joints[2 * a + 1], sample.joints[2 * b + 1]);
    std::swap(sample.visible[a], sample.visible[b]);
  }

  double prob_;
  std::vector<std::pair<int, int>> pairs_;
};

}  // namespace

void register_flip(TransformRegistry& registry) {
  registry.add<FlipArgs>("TopDownRandomFlip", [](const FlipArgs& args, const PipelineContext& context) {
    return std::make_shared<TopDownRandomFlip>(args, context);
  });
}

}  // namespace ph
