#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ph {

/// What the dynamic loader would see in a shared library, read without loading it.
struct ElfImage {
  struct Symbol {
    std::string name;
    std::string version, library;  ///< "GLIBC_2.34" of "libc.so.6"; empty without a version
    bool defined = false, weak = false;
    bool unique = false;  ///< STB_GNU_UNIQUE: one in the process, whichever library came first
  };
  std::vector<Symbol> symbols;  ///< local ones left out
  std::vector<std::string> needed, rpath, runpath, filters;
  std::uint64_t flags = 0, flags_1 = 0;  ///< DF_*, DF_1_*
  bool text_relocations = false;
  bool stack_header = false, executable_stack = false;
  bool writable_code = false;  ///< a segment that is writable and executable

  /// Every offset is checked against the file; at most 16 MiB of it are read. Throws Error(plugin): not a
  /// shared library for this machine, damaged.
  [[nodiscard]] static ElfImage read(const std::filesystem::path& file);
};

}  // namespace ph
