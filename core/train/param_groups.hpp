#pragma once
#include <string>
#include <vector>

#include <posehost/abi.h>

#include "config/node.hpp"
#include "plugin/catalog.hpp"
#include "plugin/declared.hpp"

namespace ph {

/// One parameter as rules for parameter groups see it.
struct ParamDescription {
  std::string name, module, module_class;
  std::string alias_of;  ///< the name under which the same tensor stands already; "" for the first
  std::vector<std::int64_t> shape;
  std::int64_t numel = 0;
  bool is_norm = false, is_bias = false, is_depthwise = false, is_dcn = false, requires_grad = true;
};

/// Parameters that share all hyper-parameters.
struct ParamGroup {
  std::vector<double> base;         ///< initial value of each hyper-parameter, in the optimizer's order
  std::vector<std::size_t> params;  ///< indices into the descriptions
  std::vector<std::string> why;     ///< the rule's reasons; none for the defaults
  std::int64_t numel = 0;
};

/// Asks the param_groups component that `optimizer_config` names (`constructor`, by default
/// DefaultOptimizerConstructor, with `paramwise_cfg` as its arguments; `compat` is the version of mmpose to
/// follow) and merges parameters with equal values into groups, in the order of first appearance. Left out
/// are parameters that need no gradient, as those that the rule freezes, and aliases: it sets
/// requires_grad of both to false. Throws Error.
[[nodiscard]] std::vector<ParamGroup> make_param_groups(const PluginCatalog& catalog,
                                                        const Node& optimizer_config,
                                                        const std::string& compat,
                                                        const std::vector<HyperInfo>& hypers,
                                                        std::vector<ParamDescription>& params);

}  // namespace ph
