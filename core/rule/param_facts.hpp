#pragma once
#include <posehost/abi.h>

#include "plugin/instance.hpp"
#include "rule/rule_driver.hpp"

namespace ph {

/// What prepare() is told of a parameter; borrows from `param`.
[[nodiscard]] ph_param facts_of(const RuleParam& param, std::uint32_t index) noexcept;

/// Whether the rule takes a parameter like this one (name, dtype, shape, strides, numel): false where its
/// prepare() says that it is nothing it can update. `rule` should be an instance for asking alone. Throws
/// what else it reports as Error.
[[nodiscard]] bool takes(const PluginInstance& rule, const RuleParam& param);

}  // namespace ph
