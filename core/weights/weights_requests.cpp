#include "weights/find_weights.hpp"

namespace ph {
namespace {

WeightsRequest request(const Node& source, std::string key, std::string part) {
  if (!source.is_string())
    throw source.error("not the name of a file", "null, a path, a URL or a torchvision:// name");
  return {source, std::move(key), std::move(part), {}};
}

// mmcv's other way to say `pretrained`: {"type": "Pretrained", "checkpoint": …, "prefix": "backbone."}.
std::optional<WeightsRequest> init_cfg_request(const Node& model) {
  const auto backbone = model.find("backbone");
  const auto init = backbone && backbone->is_object() ? backbone->find("init_cfg") : std::nullopt;
  if (!init) return {};
  if (!init->is_object() || !init->has("type") || init->at("type").string() != "Pretrained") {
    throw init->error("this way to draw weights is not available",
                      R"({"type": "Pretrained", "checkpoint": …})",
                      "leave init_cfg out: weights are drawn as mmpose does");
  }
  for (const auto& key : init->keys()) {
    if (key != "type" && key != "checkpoint" && key != "prefix" && key != "map_location")
      throw init->at(key).error("unknown key", "checkpoint, prefix",
                                did_you_mean(key, {"checkpoint", "prefix"}));
  }
  auto made = request(init->at("checkpoint"), "model.backbone.init_cfg.checkpoint", "backbone");
  if (const auto prefix = init->find("prefix")) made.prefix = prefix->string();
  if (!made.prefix.empty() && !made.prefix.ends_with('.')) made.prefix += '.';
  if (model.has("pretrained"))
    throw init->error("given beside model.pretrained, its older form", "one of them", "remove pretrained");
  return made;
}

}  // namespace

std::vector<WeightsRequest> weights_requests(const Node& config) {
  std::vector<WeightsRequest> all;
  if (const auto model = config.find("model"); model && model->is_object()) {
    if (const auto init = init_cfg_request(*model)) all.push_back(*init);
    if (const auto source = model->find("pretrained"))
      all.push_back(request(*source, "model.pretrained", "backbone"));
  }
  if (const auto source = config.find("load_from")) all.push_back(request(*source, "load_from", ""));
  return all;
}

}  // namespace ph
