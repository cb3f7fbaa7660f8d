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
  std::vector<std::int64_t> shape;
  std::int64_t numel = 0;
  bool is_norm = false, is_bias = false, is_depthwise = false, is_dcn = false, requires_grad = true;
};

/// Parameters that share all hyper-parameters.
struct ParamGroup {
  std::vector<double> base;         ///< initial value of each hyper-parameter, in the optimizer's order
  std::vector<std::size_t> params;  ///< indices into the descriptions
  std::string why;                  ///< the rule's reason, "" for the defaults
  std::int64_t numel = 0;
};

/// Asks the param_groups component that `optimizer_config` names (`constructor`, default "Default",
/// with `paramwise_cfg` as its arguments) and merges parameters with equal values into groups, in
/// the order of first appearance. Parameters that need no gradient are left out. Throws Error.
[[nodiscard]] std::vector<ParamGroup> make_param_groups(const PluginCatalog& catalog,
                                                        const Node& optimizer_config,
                                                        const std::vector<HyperInfo>& hypers,
                                                        const std::vector<ParamDescription>& params);

}  // namespace ph
