#include <ATen/Context.h>
#include <torch/nn/modules/conv.h>
#include <torch/utils.h>

#include "data/sample.hpp"
#include "model/load_weights.hpp"
#include "train/plan_parts.hpp"

namespace ph {
namespace {

// Module::to takes no memory format; only 4-d tensors have this one.
void use_channels_last(PoseModel& model) {
  at::NoGradGuard no_grad;
  for (auto& param : model.parameters()) {
    if (param.dim() == 4) param.set_data(param.contiguous(at::MemoryFormat::ChannelsLast));
  }
}

// oneDNN of LibTorch 2.11 writes beyond its memory in the backward pass of such a convolution when it is channels_last: 1x1 with
// a stride, from fewer than 16 channels. Seen in narrow ResNets, and in Python just so.
bool has_narrow_shortcut(const PoseModel& model) {
  for (const auto& module : model.modules(/*include_self=*/false)) {
    const auto* conv = module->as<torch::nn::Conv2d>();
    if (!conv) continue;
    const auto& options = conv->options;
    if (options.kernel_size()->at(0) == 1 && options.stride()->at(0) > 1 && options.in_channels() < 16)
      return true;
  }
  return false;
}

void check_keypoints(const RunPlan& plan, const Loader* loader) {
  if (!loader) return;
  const auto have = static_cast<std::int64_t>(loader->dataset().info().keypoints.size());
  if (have == plan.model->num_keypoints()) return;
  throw plan.config.at("model").error("the head gives " + std::to_string(plan.model->num_keypoints()) +
                                          " keypoints, the data set has " + std::to_string(have),
                                      "equal numbers",
                                      "model.keypoint_head." + plan.model->keypoints_setting(have));
}

void check_image_channels(const RunPlan& plan, const Loader* loader) {
  if (!loader) return;
  const auto have = loader->dataset().shapes().img.front();
  if (have == plan.model->in_channels()) return;
  throw plan.config.at("model").error("the backbone takes images of " +
                                          std::to_string(plan.model->in_channels()) +
                                          " channels, the data set gives " + std::to_string(have),
                                      "equal numbers",
                                      "model.backbone.in_channels = " + std::to_string(have) +
                                          ", or another color_type of LoadImageFromFile");
}

// A dry run goes without files that are not there, and says so. A resumed run takes all weights from its
// checkpoint: what it once started from may be gone.
void load_all_weights(RunPlan& plan, bool dry_run) {
  auto& report = plan.weights_report;
  if (!plan.resume.empty()) {
    report.push_back("weights: those of " + plan.resume.string());
    return;
  }
  for (const auto& request : weights_requests(plan.config)) {
    const auto place = locate_weights(request.source);
    if (place.file.empty() && dry_run) {
      report.push_back(request.key + " " + request.source.string() + ": MISSING, wanted as " +
                       place.put.string() + (place.url.empty() ? "" : "; from " + place.url));
      continue;
    }
    const auto lines = load_weights(*plan.model, request);
    report.insert(report.end(), lines.begin(), lines.end());
  }
}

}  // namespace

void plan_model(RunPlan& plan, const RunOptions& options) {
  const auto node = plan.config.at("model");
  plan.model = make_model(node, *plan.compat);
  check_keypoints(plan, plan.train.get());
  check_keypoints(plan, plan.val.get());
  check_image_channels(plan, plan.train.get());
  check_image_channels(plan, plan.val.get());
  // Weights depend on the seed alone, not on what was drawn before.
  at::manual_seed(static_cast<std::uint64_t>(plan.seed));
  plan.model->init_weights();
  load_all_weights(plan, options.dry_run);
  plan.model->to(plan.compute.device);
  if (plan.compute.channels_last && plan.compute.device.is_cpu() && has_narrow_shortcut(*plan.model)) {
    plan.compute.channels_last = false;
    plan.compute.notes.emplace_back(
        "channels_last: off, the network has 1x1 convolutions with a stride and fewer than 16 channels");
  }
  if (plan.compute.channels_last) use_channels_last(*plan.model);
  if (plan.compute.param_dtype != at::kFloat)
    plan.masters = MasterWeights(*plan.model, plan.compute.param_dtype);
}

}  // namespace ph
