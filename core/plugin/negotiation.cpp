#include "plugin/negotiation.hpp"

#include <bit>
#include <string>

#include "config/error.hpp"

namespace ph {
namespace {

const std::string& host_version() {
  static const std::string text = abi_version(PH_ABI_MAJOR, PH_ABI_MINOR);
  return text;
}

}  // namespace

std::string abi_version(std::uint32_t major, std::uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

void judge_note(const PluginNote& note) {
  const auto file = note.file.string();
  if (note.abi_major != PH_ABI_MAJOR) {
    const bool newer = note.abi_major > PH_ABI_MAJOR;
    throw Error(
        ErrorKind::plugin, file + ": built for another major version of the plugin ABI",
        "built with ABI " + abi_version(note.abi_major, note.abi_minor),
        "major version " + std::to_string(PH_ABI_MAJOR) + " (this host has ABI " + host_version() + ")",
        newer ? "a newer posehost, or a build of the plugin with an SDK of major version " +
                    std::to_string(PH_ABI_MAJOR)
              : "a build of the plugin with this host's SDK");
  }
  // 0.9 was the first version; nothing can have been built with, or for, an older one, and no plugin
  // can need more than the header it was built with offers.
  if (note.abi_minor < 9 || note.min_host_minor < 9 || note.min_host_minor > note.abi_minor) {
    throw Error(ErrorKind::plugin, file + ": its version numbers make no sense",
                "built with ABI " + abi_version(note.abi_major, note.abi_minor) + ", needs host ABI " +
                    abi_version(note.abi_major, note.min_host_minor),
                "9 <= min_host_minor <= the minor version it was built with",
                "build the plugin with the SDK's headers");
  }
  if (note.min_host_minor > PH_ABI_MINOR) {
    throw Error(ErrorKind::plugin, file + ": the plugin needs a newer host",
                "needs host ABI " + abi_version(PH_ABI_MAJOR, note.min_host_minor),
                "at most " + host_version() + " (this host)",
                "a newer posehost, or a build of the plugin with POSEHOST_TARGET_MINOR=" +
                    std::to_string(PH_ABI_MINOR));
  }
  if (const auto unknown = note.must_understand & ~understood_bits; unknown != 0) {
    throw Error(ErrorKind::plugin, file + ": the plugin relies on something that this host does not know",
                "must-understand bit " + std::to_string(std::countr_zero(unknown)) + ", built with ABI " +
                    abi_version(note.abi_major, note.abi_minor),
                "bits that ABI " + host_version() + " knows (none)", "a newer posehost");
  }
}

void check_struct_size(std::uint32_t size, std::size_t floor, std::string_view what,
                       const std::filesystem::path& file) {
  if (size >= floor && size <= PH_MAX_STRUCT_SIZE) return;
  throw Error(
      ErrorKind::plugin,
      file.string() + ": " + (size < floor ? "a struct that is too short" : "a struct of an impossible size"),
      std::string{what} + " says it has " + std::to_string(size) + " bytes",
      std::to_string(floor) + " to " + std::to_string(PH_MAX_STRUCT_SIZE),
      "set size to sizeof the struct; the SDK's headers do");
}

}  // namespace ph
