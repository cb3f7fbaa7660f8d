#include "plugin/load_advice.hpp"

#include <gnu/libc-version.h>

namespace ph {
namespace {

/// From `start` of `text` up to the first of `ends`.
std::string_view word(std::string_view text, std::size_t start, std::string_view ends) {
  return text.substr(start, text.find_first_of(ends, start) - start);
}

}  // namespace

std::string loader_message(std::string_view what) {
  constexpr std::string_view opening = "(dlerror system message: ";
  const auto start = what.find(opening);
  if (start == what.npos) return std::string{what};
  what.remove_prefix(start + opening.size());
  return std::string{what.substr(0, what.rfind(')'))};
}

std::string load_advice(std::string_view message) {
  if (const auto at = message.find("version `GLIBC_"); at != message.npos) {
    const auto wanted = word(message, at + 15, "'");
    return "a build of the plugin on a system with glibc " + std::string{gnu_get_libc_version()} +
           " or older (it wants " + std::string{wanted} + "), or a newer system";
  }
  if (message.find("version `GLIBCXX_") != message.npos || message.find("version `CXXABI_") != message.npos) {
    return "a build of the plugin with -static-libstdc++ -static-libgcc, as posehost_add_plugin() does";
  }
  // "libx.so.1: cannot open shared object file: No such file or directory"
  if (message.find("cannot open shared object file") != message.npos) {
    const auto library = word(message, 0, ":");
    return "install the library " + std::string{library} + ", or put its folder into LD_LIBRARY_PATH";
  }
  if (const auto at = message.find("undefined symbol: "); at != message.npos) {
    return "link the plugin with -Wl,-z,defs, which shows where " +
           std::string{word(message, at + 18, " ,()")} +
           " is missing: a plugin takes no symbol from the host";
  }
  if (message.find("failed to map segment") != message.npos) {
    return "a folder on a file system that is not mounted with noexec";
  }
  if (message.find("cannot allocate memory in static TLS block") != message.npos) {
    return "a build of the plugin without -ftls-model=initial-exec";
  }
  return {};
}

}  // namespace ph
