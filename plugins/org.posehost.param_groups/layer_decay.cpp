// SPDX-License-Identifier: Apache-2.0
//
// mmpose's LayerDecayOptimizerConstructor: the further a layer is from the output, the smaller its lr.
// With L = num_layers + 2 the lr of layer i is multiplied by layer_decay_rate^(L - 1 - i); layer 0 is what
// comes before the first layer, L - 1 what comes after the last. Parameters of one dimension, biases and
// position tables have no weight decay. Layers of a ViT are backbone.layers.<i> (mmpose 1.x) or
// backbone.blocks.<i> (ViTPose); those of a ResNet are its blocks, backbone.layer<k>.<i>, counted through,
// as timm does it.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include <posehost/param_groups.hpp>

#include "names.hpp"
#include "rule_input.hpp"

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view backbone = "backbone.";

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// The number at the front of `text`, up to a dot or its end; -1 if there is none.
int leading_number(std::string_view text) {
  int number = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && i < 6; ++i)
    number = 10 * number + text[i] - '0';
  return i == 0 || (i < text.size() && text[i] != '.') ? -1 : number;
}

// {layer, block} of a ResNet, {0, layer} of a ViT; {-1, -1} of what is in neither.
std::pair<int, int> place_of(std::string_view name) {
  constexpr std::pair<int, int> none{-1, -1};
  if (!starts_with(name, backbone)) return none;
  name.remove_prefix(backbone.size());
  for (const std::string_view list : {"layers.", "blocks."}) {
    if (!starts_with(name, list)) continue;
    const int layer = leading_number(name.substr(list.size()));
    return layer < 0 ? none : std::pair{0, layer};
  }
  if (!starts_with(name, "layer")) return none;
  name.remove_prefix(5);
  const int layer = leading_number(name);
  const auto dot = name.find('.');
  if (layer < 1 || dot == std::string_view::npos) return none;
  const int block = leading_number(name.substr(dot + 1));
  return block < 0 ? none : std::pair{layer, block};
}

// What comes before the first layer.
bool is_stem(std::string_view name) {
  for (const std::string_view start :
       {"backbone.patch_embed", "backbone.conv1.", "backbone.bn1.", "backbone.stem."})
    if (starts_with(name, start)) return true;
  return name == "backbone.cls_token" || name == "backbone.mask_token" || name == "backbone.pos_embed";
}

class LayerDecay final : public ph::ParamGroups {
 public:
  static constexpr auto info =
      ph::component("LayerDecay", "smaller lr for layers further from the output, of ViT or ResNet");
  static constexpr auto args = ph::args(
      ph::arg<double>("layer_decay_rate", ph::required, ph::above(0), ph::at_most(1),
                      "factor of lr from a layer to the one before it"),
      ph::arg<std::optional<std::int64_t>>("num_layers", ph::null, ph::at_least(1),
                                           "layers of the backbone; by default as many as it has"),
      ph::raw_arg("custom_keys", R"({"type":["object","null"],"default":null})",
                  "no effect, as in mmpose: biases, norms and position tables have no decay anyway"));

  explicit LayerDecay(const ph::Config& config)
      : rate_{config.get<double>("layer_decay_rate")},
        num_layers_{config.get<std::optional<std::int64_t>>("num_layers")},
        host_{config.host()} {
    if (config.has("custom_keys")) host_.warning("custom_keys has no effect in LayerDecay");
  }

  std::string build(std::string_view text) const override {
    const RuleInput input(text);
    const auto base = input.argument("lr");
    if (!base)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "layer_decay_rate multiplies lr, which is not given; expected it among the "
                        "optimizer's arguments");
    const auto layers = layers_of(input);
    const auto last = num_layers_.value_or(static_cast<std::int64_t>(layers.size())) + 1;
    RuleAnswer answer;
    for (const auto& param : input.params) {
      if (!param.requires_grad || !param.alias_of.empty()) continue;
      const auto id = layer_id(param.name, layers, last);
      Json values{{"lr", std::pow(rate_, static_cast<double>(last - id)) * *base}};
      const bool decays = param.dims != 1 && !param.bias && !contains(param.name, "pos_embed");
      if (!decays && input.has_hyper("weight_decay")) values["weight_decay"] = 0.0;
      answer.override_values(param.name, values,
                             "layer_" + std::to_string(id) + (decays ? "_decay" : "_no_decay"));
    }
    return answer.text();
  }

 private:
  using Layers = std::vector<std::pair<int, int>>;

  Layers layers_of(const RuleInput& input) const {
    std::set<std::pair<int, int>> found;
    for (const auto& param : input.params) {
      if (const auto place = place_of(param.name); place.second >= 0) found.insert(place);
    }
    if (found.empty())
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "the backbone has no layers that it knows; expected parameters backbone.layers.<i> "
                        "(ViT) or backbone.layer<k>.<i> (ResNet)");
    if (num_layers_ && *num_layers_ != static_cast<std::int64_t>(found.size()))
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "num_layers is " + std::to_string(*num_layers_) +
                                                     "; expected " + std::to_string(found.size()) +
                                                     ", as many as the backbone has");
    return {found.begin(), found.end()};
  }

  static std::int64_t layer_id(const std::string& name, const Layers& layers, std::int64_t last) {
    const auto place = place_of(name);
    if (place.second >= 0) return std::lower_bound(layers.begin(), layers.end(), place) - layers.begin() + 1;
    return is_stem(name) ? 0 : last;
  }

  double rate_;
  std::optional<std::int64_t> num_layers_;
  ph::Host host_;
};

}  // namespace

POSEHOST_COMPONENT(LayerDecay);
