// TopDownGenerateTargetRegression: the crop's keypoints as shares of its sides.
#include "codec/coordinate_target.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct RegressionArgs {
  static const ArgTable<RegressionArgs>& table();
};

const ArgTable<RegressionArgs>& RegressionArgs::table() {
  static const auto t = ArgTable<RegressionArgs>("coordinates from 0 to 1");
  return t;
}

}  // namespace

void register_regression_target(TransformRegistry& registry) {
  registry.add<RegressionArgs>(
      "TopDownGenerateTargetRegression", [](const RegressionArgs&, const PipelineContext& context) {
        return make_encode_step(std::make_unique<CoordinateTarget>(context.image_size), context);
      });
}

}  // namespace ph
