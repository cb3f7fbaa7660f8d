// Files that claim to be plugins: ELF headers, notes, the JSON in them.
#include "open_file.hpp"
#include "plugin/negotiation.hpp"
#include "plugin/note.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto note = ph::read_note(fuzz::file_with(data, size));
    ph::judge_note(note);
    fuzz::must(!note.id.empty() && !note.components.empty(), "what is accepted has an id and components");
    for (const auto& component : note.components) (void)component.arguments();
  } catch (const ph::Error& error) {
    fuzz::must(error.kind() == ph::ErrorKind::plugin, "a bad file is the plugin's fault");
  }
  return 0;
}
