#include "rule/param_facts.hpp"

namespace ph {

ph_param facts_of(const RuleParam& param, std::uint32_t index) noexcept {
  ph_param facts{};
  facts.size = sizeof facts;
  facts.name = to_ph(param.name);
  facts.index = index;
  facts.dtype = param.dtype;
  facts.device_type = PH_DEVICE_CPU;
  facts.ndim = static_cast<std::int32_t>(param.shape.size());
  facts.shape = param.shape.data();
  facts.strides = param.strides.data();
  facts.numel = facts.full_numel = param.numel;
  return facts;
}

bool takes(const PluginInstance& rule, const RuleParam& param) {
  const auto& api = rule.api<ph_optimizer_api>();
  if (!api.prepare) return true;
  const auto facts = facts_of(param, 0);
  const auto* const pointer = &facts;
  ph_layout layout{};
  layout.size = sizeof layout;
  layout.generation = 1;
  layout.params = &pointer;
  layout.n_params = 1;
  const auto status = api.prepare(rule.self(), &layout);
  if (status == PH_ERR_UNSUPPORTED) return false;
  rule.check(status, "prepare");
  return true;
}

}  // namespace ph
