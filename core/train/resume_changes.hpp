#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace ph {

/// How a config differs from the one that a checkpoint was made with.
struct ConfigChanges {
  std::vector<std::string> taken;    ///< "/optimizer/lr: 0.1 -> 0.01": take effect
  std::vector<std::string> refused;  ///< make another network or task of it
};

/// `before` and `now` are resolved configs; keys that only say where things are do not count.
[[nodiscard]] ConfigChanges config_changes(const nlohmann::ordered_json& before,
                                           const nlohmann::ordered_json& now);

}  // namespace ph
