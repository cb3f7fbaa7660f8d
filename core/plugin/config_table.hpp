#pragma once
#include <posehost/abi.h>

#include <string>

#include "config/node.hpp"

namespace ph {

/// The ph_config of one create() call: getters over arguments that outlive it.
class ConfigTable {
 public:
  explicit ConfigTable(const Node& args);
  ConfigTable(const ConfigTable&) = delete;
  ConfigTable& operator=(const ConfigTable&) = delete;
  [[nodiscard]] const ph_config* get() const noexcept { return &table_; }

 private:
  Node args_;
  std::string text_;
  ph_config table_{};
};

/// The value at a JSON pointer (RFC 6901) in `root`, or null when there is none or the pointer is none.
[[nodiscard]] const Json* at_pointer(const Json& root, std::string_view pointer);

}  // namespace ph
