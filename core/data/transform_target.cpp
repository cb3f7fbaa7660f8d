// TopDownGenerateTarget: what the network should give for the crop's keypoints.
#include "codec/msra_target.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct TargetArgs {
  OneOrMany<double> sigma{{2.0}};
  Node kernel = Node::parse("[11, 11]");
  double valid_radius_factor = 0.0546875;
  std::string target_type = "GaussianHeatmap", encoding = "MSRA";
  bool unbiased_encoding = false;
  static const ArgTable<TargetArgs>& table();
};

const ArgTable<TargetArgs>& TargetArgs::table() {
  static const auto t =
      ArgTable<TargetArgs>("heatmaps from keypoints")
          .arg("sigma", &TargetArgs::sigma, "deviation of the Gaussian in heatmap pixels")
          .arg("kernel", &TargetArgs::kernel, "Megvii only: size of the blur")
          .arg("valid_radius_factor", &TargetArgs::valid_radius_factor,
               "CombinedTarget only: radius over height", above(0))
          .arg("target_type", &TargetArgs::target_type, "what the channels hold",
               one_of({"GaussianHeatmap", "GaussianHeatMap", "CombinedTarget"}))
          .arg("encoding", &TargetArgs::encoding, "how heatmaps are drawn", one_of({"MSRA", "Megvii", "UDP"}))
          .arg("unbiased_encoding", &TargetArgs::unbiased_encoding,
               "MSRA with the centre between pixels (DARK)");
  return t;
}

double checked_sigma(const TargetArgs& args) {
  if (args.encoding != "MSRA") {
    throw Unavailable{"encoding", "\"" + args.encoding + "\" is not available yet", "\"MSRA\""};
  }
  if (args.target_type == "CombinedTarget") {
    throw Unavailable{"target_type", "\"CombinedTarget\" is not available yet", "\"GaussianHeatmap\""};
  }
  if (args.unbiased_encoding) {
    throw Unavailable{"unbiased_encoding", "unbiased encoding is not available yet", "false"};
  }
  if (args.sigma.values.size() != 1)
    throw Unavailable{"sigma", "several sigmas are not available yet", "a number"};
  const double sigma = args.sigma.values.front();
  if (!(sigma > 0 && sigma <= MsraTarget::max_sigma)) {
    throw Unavailable{"sigma", "out of range", "above 0, at most " + std::to_string(MsraTarget::max_sigma)};
  }
  return sigma;
}

class TopDownGenerateTarget final : public Transform {
 public:
  TopDownGenerateTarget(const TargetArgs& args, const PipelineContext& context)
      : codec_(context.image_size, context.heatmap_size, checked_sigma(args)) {
    if (!context.use_different_joint_weights) return;
    for (const double weight : context.info->joint_weights) weights_.push_back(static_cast<float>(weight));
  }

  Contract contract() const override { return {{Item::crop}, {Item::target}, {}}; }

  void apply(Sample& sample, const Draws&) const override {
    const std::size_t count = sample.visible.size();
    const auto target = sample.target.resize(count * codec_.plane());
    const auto weight = sample.target_weight.resize(count);
    codec_.encode(sample.joints, sample.visible, target, weight);
    for (std::size_t k = 0; k < weights_.size(); ++k) weight[k] *= weights_[k];
  }

 private:
  MsraTarget codec_;
  std::vector<float> weights_;  // empty: all 1
};

}  // namespace

void register_generate_target(TransformRegistry& registry) {
  registry.add<TargetArgs>("TopDownGenerateTarget",
                           [](const TargetArgs& args, const PipelineContext& context) {
                             return std::make_shared<TopDownGenerateTarget>(args, context);
                           });
}

}  // namespace ph
