// Text of configs: the parser, {{...}}, the check of the host's sections, and printing.
#include "config/document.hpp"
#include "config/load.hpp"
#include "config/run_config.hpp"
#include "config/template.hpp"
#include "open_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  try {
    auto parsed = ph::parse_text(text, std::make_shared<const std::string>("fuzz.json"));
    ph::expand_templates(parsed, "/configs/fuzz.json", {ph::Json::object(), {}});
    const auto node = ph::Document::root(parsed.value, parsed.places, "fuzz.json");
    const auto printed = ph::pretty_config(node, false);
    fuzz::must(ph::Node::parse(printed).json() == node.json(), "a printed config reads back as it was");
    const auto checked = ph::check_run_config(node);
    fuzz::must(ph::check_run_config(checked).json() == checked.json(), "a checked config passes unchanged");
  } catch (const ph::Error& error) {
    fuzz::must(error.kind() == ph::ErrorKind::config, "a bad config is the config's fault");
  }
  return 0;
}
