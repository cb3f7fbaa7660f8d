// SPDX-License-Identifier: Apache-2.0
//
// mmcv's DefaultOptimizerConstructor and, where compat is 1.x, mmengine's DefaultOptimWrapperConstructor:
// values of each parameter by paramwise_cfg. The first that applies, separately for lr and for
// weight_decay unless custom_keys decides both:
//   freeze
//   custom_keys > dcn_offset_lr_mult > bias_lr_mult
//   mmcv:     custom_keys > norm_decay_mult > dwconv_decay_mult > bias_decay_mult > flat_decay_mult
//   mmengine: custom_keys > norm_decay_mult > bias_decay_mult > dwconv_decay_mult > flat_decay_mult
// In mmcv a norm is a norm even if norm_decay_mult is not given; in mmengine the next rule then applies.
// Biases of norms have no bias_lr_mult, those of deformable convolutions no bias multiplier at all.
// mmcv has no flat_decay_mult; it comes last, so that nothing else changes.
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include <posehost/param_groups.hpp>

#include "custom_keys.hpp"
#include "names.hpp"
#include "rule_input.hpp"

namespace {

using Json = nlohmann::ordered_json;

constexpr auto multiplier(std::string_view name, std::string_view doc) {
  return ph::arg<std::optional<double>>(name, ph::null, ph::at_least(0), doc);
}

// The value that multipliers apply to. Throws if `user` needs it and the optimizer's arguments lack it.
struct Base {
  Base(const RuleInput& input, const char* name_, const std::string& user)
      : name{name_}, value{input.argument(name_)} {
    const bool known = input.has_hyper(name);
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
  Json values = Json::object();     // set outright
  std::string why;

  void say(const std::string& text) { why += (why.empty() ? "" : ", ") + text; }
  void set(std::optional<double>& target, const char* rule, std::optional<double> mult) {
    if (!mult) return;
    target = mult;
    say(std::string(rule) + " " + Json(*mult).dump());
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
      multiplier("flat_decay_mult", "for weight decay of parameters of one dimension that no rule above has"),
      multiplier("dcn_offset_lr_mult", "for lr of the offsets of deformable convolutions"),
      ph::arg<bool>("bypass_duplicate", false, "leave out parameters that two modules share"),
      ph::arg<bool>("force_default_settings", false, "the other rules count where custom_keys applies too"),
      ph::arg<std::optional<std::vector<std::string>>>(
          "freeze", ph::null,
          "parts of names of parameters that are not trained, nor statistics of their norms"),
      ph::raw_arg("custom_keys",
                  R"({"type":["object","null"],"default":null,"additionalProperties":{"type":"object",)"
                  R"("properties":{"lr_mult":{"type":"number","minimum":0,"description":"for lr"},)"
                  R"("decay_mult":{"type":"number","minimum":0,"description":"for weight decay"}},)"
                  R"("additionalProperties":{"type":"number"}}})",
                  "by part of a name: multipliers, or hyper-parameters; the longest part counts and cancels "
                  "all other rules"));

  explicit Default(const ph::Config& config)
      : bias_lr_{config.get<std::optional<double>>("bias_lr_mult")},
        bias_decay_{config.get<std::optional<double>>("bias_decay_mult")},
        norm_decay_{config.get<std::optional<double>>("norm_decay_mult")},
        dwconv_decay_{config.get<std::optional<double>>("dwconv_decay_mult")},
        flat_decay_{config.get<std::optional<double>>("flat_decay_mult")},
        dcn_offset_lr_{config.get<std::optional<double>>("dcn_offset_lr_mult")},
        bypass_duplicate_{config.get<bool>("bypass_duplicate")},
        force_{config.get<bool>("force_default_settings")},
        custom_keys_{config.json()},
        host_{config.host()} {
    if (config.has("freeze")) freeze_ = config.get<std::vector<std::string>>("freeze");
  }

  std::string build(std::string_view text) const override {
    const RuleInput input(text);
    custom_keys_.check(input, host_);
    const auto names = input.names();
    for (const auto& part : freeze_) {
      if (!check_used("freeze", part, names))
        host_.warning("freeze \"" + part + "\" is in the name of no parameter");
    }
    const Base lr(input, "lr", uses_lr()), decay(input, "weight_decay", uses_decay());
    RuleAnswer answer;
    for (const auto& param : input.params) {
      if (!param.requires_grad) continue;
      if (const auto* part = frozen_by(param)) {
        answer.freeze(param.name, "freeze " + *part);
        continue;
      }
      if (is_shared(param)) continue;
      const auto decision = decide(param, input.mmengine);
      if (decision.why.empty()) continue;
      auto values = decision.values;
      if (decision.lr) values[lr.name] = *lr.value * *decision.lr;
      if (decision.decay) values[decay.name] = *decay.value * *decision.decay;
      answer.override_values(param.name, values, decision.why);
    }
    return answer.text();
  }

 private:
  Decision decide(const Param& param, bool mmengine) const {
    Decision decision;
    const auto* key = custom_keys_.find(param.name);
    if (key != nullptr) {
      decision.set(decision.lr, "lr_mult", key->lr_mult);
      decision.set(decision.decay, "decay_mult", key->decay_mult);
      for (const auto& [name, value] : key->values) {
        decision.values[name] = value;
        decision.say(name + " " + Json(value).dump());
      }
      decision.why =
          "custom_keys " + key->pattern + ": " + (decision.why.empty() ? "defaults" : decision.why);
      if (!force_) return decision;
    }
    decide_lr(param, decision);
    decide_decay(param, mmengine, decision);
    return decision;
  }

  void decide_lr(const Param& param, Decision& decision) const {
    const bool offset = param.dcn && param.module_class == "Conv2d" && contains(param.module, "conv_offset");
    if (param.bias && !param.dcn && !param.norm) decision.set(decision.lr, "bias_lr_mult", bias_lr_);
    if (offset) decision.set(decision.lr, "dcn_offset_lr_mult", dcn_offset_lr_);
  }

  void decide_decay(const Param& param, bool mmengine, Decision& decision) const {
    struct Rule {
      bool applies;
      const char* name;
      const std::optional<double>& mult;
    };
    const Rule norm{param.norm, "norm_decay_mult", norm_decay_};
    const Rule dwconv{param.depthwise, "dwconv_decay_mult", dwconv_decay_};
    const Rule bias{param.bias && !param.dcn, "bias_decay_mult", bias_decay_};
    const Rule flat{param.dims == 1 && !param.dcn, "flat_decay_mult", flat_decay_};
    const auto order = mmengine ? std::array{norm, bias, dwconv, flat} : std::array{norm, dwconv, bias, flat};
    for (const auto& rule : order) {
      if (!rule.applies || (mmengine && !rule.mult)) continue;
      // mmcv has no flat_decay_mult: a rule without a multiplier leaves the parameter to it.
      const auto& deciding = rule.mult || !flat.applies ? rule : flat;
      decision.set(decision.decay, deciding.name, deciding.mult);
      return;
    }
  }

  const std::string* frozen_by(const Param& param) const {
    for (const auto& part : freeze_)
      if (contains(param.name, part)) return &part;
    return nullptr;
  }

  // A parameter that stands twice in the model: torch refuses to put it into two groups.
  bool is_shared(const Param& param) const {
    if (param.alias_of.empty()) return false;
    const auto place = "parameter \"" + param.name + "\" is \"" + param.alias_of + "\" once more";
    if (!bypass_duplicate_ && !(uses_lr().empty() && uses_decay().empty()))
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, place + "; expected bypass_duplicate true in such a model");
    if (bypass_duplicate_) host_.warning(place + ": left out");
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
    if (flat_decay_) return "flat_decay_mult";
    const auto* key = custom_keys_.first_with_decay();
    return key ? "custom_keys " + key->pattern + ": decay_mult" : "";
  }

  std::optional<double> bias_lr_, bias_decay_, norm_decay_, dwconv_decay_, flat_decay_, dcn_offset_lr_;
  bool bypass_duplicate_, force_;
  std::vector<std::string> freeze_;
  CustomKeys custom_keys_;
  ph::Host host_;
};

}  // namespace

POSEHOST_COMPONENT(Default);
