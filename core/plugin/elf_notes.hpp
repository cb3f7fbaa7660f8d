#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ph {

struct ElfNote {
  std::uint32_t type = 0;
  std::string content;
};

/// Most bytes of notes that are read from one file.
inline constexpr std::uint64_t max_note_bytes = 4u << 20;

/// The notes of `owner` in a 64-bit x86-64 shared library, in the order of the file, read with pread
/// and checked against the file's size; no code of the file runs. Looks in the PT_NOTE segments, and
/// in the section `section` where those have none. Throws Error(plugin): unreadable, not a regular
/// file, not ELF, another class or machine, not a shared library, truncated, malformed notes, none.
[[nodiscard]] std::vector<ElfNote> read_elf_notes(const std::filesystem::path& file, std::string_view owner,
                                                  std::string_view section);

}  // namespace ph
