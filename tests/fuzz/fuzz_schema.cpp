// A schema, a line of "---", a value: schemas come with plugins, values with configs.
#include "config/document.hpp"
#include "config/schema.hpp"
#include "open_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto cut = text.find("\n---\n");
  if (cut == text.npos) return 0;
  try {
    const auto schema = ph::Schema::parse(text.substr(0, cut), "fuzz");
    const auto checked = schema.check(ph::Node::parse(text.substr(cut + 5)), {"type"});
    fuzz::must(schema.check(checked, {"type"}).json() == checked.json(), "a checked value passes unchanged");
  } catch (const ph::Error& error) {
    fuzz::must(error.kind() == ph::ErrorKind::config, "a bad value is the config's fault");
  }
  return 0;
}
