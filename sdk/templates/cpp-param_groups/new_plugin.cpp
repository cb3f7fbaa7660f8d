// NewPlugin: no weight decay for norms and biases, another learning rate for biases; a rule to begin
// with. Change overrides(). What comes in and goes out is described at ph_param_groups_api in abi.h.
#include <posehost/json.h>

#include <posehost/param_groups.hpp>

#include <cstdio>

namespace {

class NewPlugin final : public ph::ParamGroups {
 public:
  static constexpr auto info = ph::component("NewPlugin", "no weight decay for norms and biases");
  static constexpr auto args =
      ph::args(ph::arg<double>("bias_lr_mult", 1.0, ph::at_least(0), "factor of the learning rate of biases"),
               ph::arg<bool>("decay_norms", false, "whether norms have weight decay too"));

  explicit NewPlugin(const ph::Config& config)
      : bias_lr_mult_{config.get<double>("bias_lr_mult")}, decay_norms_{config.get<bool>("decay_norms")} {}

  std::string build(std::string_view text) const override {
    const ph_json input = ph_json_text({text.data(), static_cast<std::int64_t>(text.size())});
    std::string out;
    for (auto it = ph_json_each(ph_json_get(input, "params")); ph_json_next(&it);) {
      const ph_str name = ph_json_raw(ph_json_get(it.value, "name"));
      out += out.empty() ? "" : ",";
      out += "{\"name\":" + std::string(name.data, static_cast<std::size_t>(name.len));
      out += overrides(input, it.value) + "}";
    }
    return "{\"params\":[" + out + "]}";
  }

 private:
  // The overrides of one parameter, as JSON, and the reason, which a dry run shows.
  std::string overrides(ph_json input, ph_json param) const {
    const bool bias = ph_json_true(ph_json_get(param, "is_bias"));
    const bool norm = ph_json_true(ph_json_get(param, "is_norm"));
    const ph_json hypers = ph_json_get(input, "hypers");
    std::string all;
    if (bias && !norm && ph_json_has(hypers, "lr")) {
      const double lr = ph_json_number(ph_json_get(ph_json_get(input, "optimizer"), "lr"), 0);
      char text[64];
      std::snprintf(text, sizeof text, "\"lr\":%.17g", lr * bias_lr_mult_);
      all += text;
    }
    if ((bias || (norm && !decay_norms_)) && ph_json_has(hypers, "weight_decay"))
      all += std::string(all.empty() ? "" : ",") + "\"weight_decay\":0";
    return ",\"overrides\":{" + all + "},\"why\":\"" +
           (norm   ? "norm"
            : bias ? "bias"
                   : "neither norm nor bias") +
           "\"";
  }

  double bias_lr_mult_;
  bool decay_norms_;
};

}  // namespace

POSEHOST_COMPONENT(NewPlugin);
POSEHOST_PLUGIN("org.example.new_plugin", "0.1.0", "MIT", "", NewPlugin);
