#include "infer/infer_network.hpp"

#include <nlohmann/json.hpp>

#include "model/fused_forward.hpp"
#include "model/load_whole_network.hpp"
#include "model/top_down.hpp"

namespace ph {
namespace {

Node runtime_of(const InferOptions& options, const Node& config) {
  Json runtime = config.has("runtime") ? config.at("runtime").json() : Json::object();
  if (!options.device.empty()) runtime["device"] = options.device;
  return config.has("runtime") ? config.at("runtime").with(runtime) : Node::from_json(runtime, "runtime");
}

void check_keypoints(const PoseModel& model, const InferConfig& config) {
  const auto have = static_cast<std::int64_t>(config.info.keypoints.size());
  if (have == model.num_keypoints()) return;
  throw config.config.at("model").error("the head gives " + std::to_string(model.num_keypoints()) +
                                            " keypoints, " + std::to_string(have) + " are described",
                                        "equal numbers",
                                        "the dataset_info that these weights were trained with");
}

}  // namespace

InferNetwork make_infer_network(const InferOptions& options, const InferConfig& config) {
  InferNetwork network;
  network.compute = set_up_compute(runtime_of(options, config.config));
  network.model = make_model(config.config.at("model"), *config.compat);
  check_keypoints(*network.model, config);
  network.report = load_whole_network(*network.model, options.checkpoint).lines(options.checkpoint.string());
  network.model->to(network.compute.device);
  network.model->eval();
  auto* top_down = dynamic_cast<TopDown*>(network.model.get());
  const auto& compute = network.compute;
  if (options.plain || !top_down || !FusedForward::supports(compute.precision, compute.device))
    return network;
  const auto fused = std::make_shared<FusedForward>(network.model, compute.precision);
  top_down->predict_with([fused](const at::Tensor& img) { return (*fused)(img); });
  return network;
}

}  // namespace ph
