// SPDX-License-Identifier: MIT
//
// Base class of parameter-group rules.
#pragma once
#include <string>

#include <posehost/plugin.hpp>

namespace ph {

struct ParamGroupsKind;

class ParamGroups {
 public:
  using PluginKind = ParamGroupsKind;
  virtual ~ParamGroups() = default;

  // JSON in, JSON out, as described at ph_param_groups_api in abi.h. Called once, before the first
  // update. The SDK brings no JSON parser; use one of your own. [main]
  virtual std::string build(std::string_view input) const = 0;
};

struct ParamGroupsKind {
  static constexpr std::string_view id = PH_KIND_PARAM_GROUPS;
  template <class T>
  using Instance = detail::Instance<T>;

  template <class T>
  static std::int32_t build(const void* self, ph_str input, const ph_sink* out) noexcept {
    const auto& instance = *static_cast<const Instance<T>*>(self);
    return detail::guarded(instance.host, [&] {
      const std::string text = instance.object->build(detail::from_ph(input));
      out->write(out->ctx, text.data(), static_cast<std::int64_t>(text.size()));
    });
  }
  template <class T>
  static constexpr ph_param_groups_api table{sizeof(ph_param_groups_api), 0, &detail::destroy<T>, &build<T>};
};

}  // namespace ph
