// SPDX-License-Identifier: Apache-2.0
//
// mmcv's DefaultOptimizerConstructor: lr and weight_decay of each parameter by paramwise_cfg. The first
// that applies, separately for lr and for weight_decay unless custom_keys decides both:
//   custom_keys > dcn_offset_lr_mult > bias_lr_mult
//   custom_keys > norm_decay_mult > dwconv_decay_mult > bias_decay_mult
// Biases of norms have no bias_lr_mult, those of deformable convolutions no bias multiplier at all.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include <posehost/param_groups.hpp>

#include "custom_keys.hpp"

namespace {

using Json = nlohmann::ordered_json;

constexpr auto multiplier(std::string_view name, std::string_view doc) {
  return ph::arg<std::optional<double>>(name, ph::null, ph::at_least(0), doc);
}

// The value that multipliers apply to. Throws if `user` needs it and the optimizer's arguments lack it.
struct Base {
  Base(const Json& input, const char* name_, const std::string& user) : name{name_} {
    const auto found = input.at("optimizer").find(name_);
    if (found != input.at("optimizer").end() && found->is_number()) value = found->get<double>();
    const auto& hypers = input.at("hypers");
    const bool known = std::find(hypers.begin(), hypers.end(), name) != hypers.end();
    if (!user.empty() && (!value || !known))
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        user + " multiplies " + name + ", which " +
                            (known ? "is not given; expected it among the optimizer's arguments"
                                   : "the optimizer does not have; expected one that has it"));
  }
  std::string name;
  std::optional<double> value;
};

// What a rule decides about one parameter.
struct Decision {
  std::optional<double> lr, decay;  // multipliers
  std::string why;

  void set(std::optional<double>& target, const char* rule, std::optional<double> mult) {
    if (!mult) return;
    target = mult;
    why += (why.empty() ? "" : ", ") + std::string(rule) + " " + Json(*mult).dump();
  }
};

class Default final : public ph::ParamGroups {
 public:
  static constexpr auto info =
      ph::component("Default", "lr and weight decay by kind and name of a parameter");
  static constexpr auto args = ph::args(
      multiplier("bias_lr_mult", "for lr of biases, but of norms and deformable convolutions"),
      multiplier("bias_decay_mult", "for weight decay of biases, but of norms and deformable convolutions"),
      multiplier("norm_decay_mult", "for weight decay of norms, weights and biases"),
      multiplier("dwconv_decay_mult", "for weight decay of depth-wise convolutions"),
      multiplier("dcn_offset_lr_mult", "for lr of the offsets of deformable convolutions"),
      ph::arg<bool>("bypass_duplicate", false, "leave out parameters that two modules share"),
      ph::raw_arg("custom_keys",
                  R"({"type":["object","null"],"default":null,"additionalProperties":{"type":"object",)"
                  R"("properties":{"lr_mult":{"type":"number","minimum":0,"description":"for lr"},)"
                  R"("decay_mult":{"type":"number","minimum":0,"description":"for weight decay"}},)"
                  R"("additionalProperties":false}})",
                  "multipliers by part of a name; the longest part counts and cancels all other rules"));

  explicit Default(const ph::Config& config)
      : bias_lr_{config.get<std::optional<double>>("bias_lr_mult")},
        bias_decay_{config.get<std::optional<double>>("bias_decay_mult")},
        norm_decay_{config.get<std::optional<double>>("norm_decay_mult")},
        dwconv_decay_{config.get<std::optional<double>>("dwconv_decay_mult")},
        dcn_offset_lr_{config.get<std::optional<double>>("dcn_offset_lr_mult")},
        bypass_duplicate_{config.get<bool>("bypass_duplicate")},
        custom_keys_{config.json()},
        host_{config.host()} {}

  std::string build(std::string_view text) const override {
    const auto input = Json::parse(text);
    std::vector<std::string> names;
    for (const auto& param : input.at("params")) names.push_back(param.at("name").get<std::string>());
    custom_keys_.check_used(names);

    Json out{{"params", Json::array()}};
    const auto lr_user = uses_lr(), decay_user = uses_decay();
    if (lr_user.empty() && decay_user.empty()) return out.dump();  // everything at the defaults
    const Base lr(input, "lr", lr_user), decay(input, "weight_decay", decay_user);
    for (const auto& param : input.at("params")) {
      if (!param.at("requires_grad").get<bool>() || is_shared(param)) continue;
      const auto decision = decide(param);
      if (decision.why.empty()) continue;
      Json overrides = Json::object();
      if (decision.lr) overrides[lr.name] = *lr.value * *decision.lr;
      if (decision.decay) overrides[decay.name] = *decay.value * *decision.decay;
      out["params"].push_back({{"name", param.at("name")}, {"overrides", overrides}, {"why", decision.why}});
    }
    return out.dump();
  }

 private:
  Decision decide(const Json& param) const {
    Decision decision;
    const auto name = param.at("name").get<std::string>();
    if (const auto* key = custom_keys_.find(name)) {
      decision.set(decision.lr, "lr_mult", key->lr_mult);
      decision.set(decision.decay, "decay_mult", key->decay_mult);
      decision.why =
          "custom_keys " + key->pattern + ": " + (decision.why.empty() ? "defaults" : decision.why);
      return decision;
    }
    const bool norm = param.at("is_norm").get<bool>(), dcn = param.at("is_dcn").get<bool>();
    const bool bias = param.at("is_bias").get<bool>() && !dcn;
    const bool dcn_offset = dcn && param.at("module_class") == "Conv2d" &&
                            param.at("module").get<std::string>().find("conv_offset") != std::string::npos;
    if (dcn_offset)
      decision.set(decision.lr, "dcn_offset_lr_mult", dcn_offset_lr_);
    else if (bias && !norm)
      decision.set(decision.lr, "bias_lr_mult", bias_lr_);
    if (norm)
      decision.set(decision.decay, "norm_decay_mult", norm_decay_);
    else if (param.at("is_depthwise").get<bool>())
      decision.set(decision.decay, "dwconv_decay_mult", dwconv_decay_);
    else if (bias)
      decision.set(decision.decay, "bias_decay_mult", bias_decay_);
    return decision;
  }

  // A parameter that stands twice in the model: torch refuses to put it into two groups.
  bool is_shared(const Json& param) const {
    const auto alias = param.find("alias_of");
    if (alias == param.end() || !alias->is_string()) return false;
    const auto name = param.at("name").get<std::string>(), first = alias->get<std::string>();
    if (!bypass_duplicate_)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "parameter \"" + name + "\" is \"" + first +
                            "\" once more; expected bypass_duplicate true in such a model");
    host_.warning("parameter \"" + name + "\" is \"" + first + "\" once more: left out");
    return true;
  }

  // The first argument that multiplies lr or weight decay, "" if none does.
  std::string uses_lr() const {
    if (bias_lr_) return "bias_lr_mult";
    if (dcn_offset_lr_) return "dcn_offset_lr_mult";
    const auto* key = custom_keys_.first_with_lr();
    return key ? "custom_keys " + key->pattern + ": lr_mult" : "";
  }
  std::string uses_decay() const {
    if (bias_decay_) return "bias_decay_mult";
    if (norm_decay_) return "norm_decay_mult";
    if (dwconv_decay_) return "dwconv_decay_mult";
    const auto* key = custom_keys_.first_with_decay();
    return key ? "custom_keys " + key->pattern + ": decay_mult" : "";
  }

  std::optional<double> bias_lr_, bias_decay_, norm_decay_, dwconv_decay_, dcn_offset_lr_;
  bool bypass_duplicate_;
  CustomKeys custom_keys_;
  ph::Host host_;
};

}  // namespace

POSEHOST_COMPONENT(Default);
