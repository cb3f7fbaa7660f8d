#include "config/parse_config.hpp"

#include <memory>

#include "config/document.hpp"
#include "config/override.hpp"

namespace ph {

Node parse_config(std::string_view text, const std::string& label, const ConfigOverrides& overrides) {
  auto config = parse_text(text, std::make_shared<const std::string>(label));
  apply_overrides(config, overrides);
  return Document::root(std::move(config.value), std::move(config.places), label);
}

}  // namespace ph
