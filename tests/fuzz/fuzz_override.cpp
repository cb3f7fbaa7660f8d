// Changes from the command line: each line one, those that begin with "c" in mmcv's syntax.
#include <sstream>

#include "config/document.hpp"
#include "config/override.hpp"
#include "open_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in{std::string{reinterpret_cast<const char*>(data), size}};
  ph::ConfigOverrides overrides;
  for (std::string line; std::getline(in, line) && overrides.set.size() < 20;) {
    if (!line.empty() && line[0] == 'c') {
      overrides.cfg_options.push_back(line.substr(1));
    } else {
      overrides.set.push_back(line);
    }
  }
  auto document = ph::parse_text(R"({"a": [1, {"b": null}], "optimizer": {"lr": 0.1}})",
                                 std::make_shared<const std::string>("fuzz.json"));
  try {
    ph::apply_overrides(document, overrides);
    (void)document.value.dump(-1, ' ', false, ph::Json::error_handler_t::replace);
  } catch (const ph::Error& error) {
    fuzz::must(error.kind() == ph::ErrorKind::config, "a bad change is the user's fault");
  }
  return 0;
}
