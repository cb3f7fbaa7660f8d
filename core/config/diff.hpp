#pragma once
#include <string>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// One place where two configs differ.
struct ConfigChange {
  enum Kind { added, removed, changed };
  Kind kind;
  std::string path;           ///< JSON pointer in the second config; in the first where `removed`
  std::string before, after;  ///< compact JSON, what came from the environment hidden; "" where nothing is
};

/// What has to change to get from `first` to `second`, by structure: the order of keys and the layout of the
/// files do not count. Elements of lists of objects are matched by their "type", so that a transform put into
/// a pipeline is one change.
[[nodiscard]] std::vector<ConfigChange> diff_configs(const Node& first, const Node& second);

}  // namespace ph
