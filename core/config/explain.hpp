#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// Where one value of a config came from.
struct ValueOrigin {
  std::string path;    ///< JSON pointer
  std::string value;   ///< compact JSON; what came from the environment is hidden; "" where nothing is set
  std::string kind;    ///< "file", "command line", "environment" (in a file), "default", "not set"
  std::string source;  ///< the file, or "--set optimizer.lr"; of a default, whose it is
  int line = 0;        ///< 0 where it has none
  std::string doc;     ///< what the key means, where the host's schema says it
};

/// The origins of `key` ("optimizer.lr", "/optimizer/lr", "" for all): one for a number, a text or a list of
/// those; for anything larger, one for each in it. `loaded` is what load_config() returned, `checked` what
/// check_run_config() made of it. A key that the host knows and nobody set is "not set". Throws
/// Error(config) for one that is neither there nor known, with the nearest names.
[[nodiscard]] std::vector<ValueOrigin> explain_config(const Node& loaded, const Node& checked,
                                                      std::string_view key);

}  // namespace ph
