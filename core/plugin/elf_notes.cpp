#include "plugin/elf_notes.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "config/error.hpp"
#include "plugin/elf_file.hpp"

namespace ph {
namespace {

/// Walks one run of notes; those of other owners are skipped.
class NoteReader {
 public:
  NoteReader(const ElfFile& file, std::string_view owner) : file_{file}, owner_{owner} {}

  void walk(std::uint64_t offset, std::uint64_t size, std::uint64_t alignment) {
    if (size > max_note_bytes - total_) {
      throw file_.refuse("malformed notes", "more than 4 MiB of notes", "at most 4 MiB");
    }
    total_ += size;
    const auto bytes = file_.read(offset, size, "notes");
    const std::uint64_t unit = alignment == 8 ? 8 : 4;
    std::uint64_t at = 0;
    while (size - at >= sizeof(Elf64_Nhdr)) {
      Elf64_Nhdr note;
      std::memcpy(&note, bytes.data() + at, sizeof note);
      if (note.n_namesz == 0 && note.n_descsz == 0 && note.n_type == 0) {
        at += 4;  // padding that a compiler left between two notes
        continue;
      }
      const auto name_at = at + sizeof note;
      const auto content_at = round_up(name_at + note.n_namesz, unit);
      const auto end = content_at + note.n_descsz;  // 32-bit sizes: cannot overflow
      if (end > size) {
        throw file_.refuse("malformed notes", "a note that says it is longer than its segment",
                           "notes that fit");
      }
      // The size of the owner counts its terminator.
      const std::string_view name{bytes.data() + name_at, note.n_namesz};
      if (name.size() == owner_.size() + 1 && name.substr(0, owner_.size()) == owner_ &&
          name.back() == '\0') {
        notes_.push_back({note.n_type, bytes.substr(content_at, note.n_descsz)});
      }
      at = std::min(round_up(end, unit), size);
    }
  }
  [[nodiscard]] std::vector<ElfNote>& notes() noexcept { return notes_; }

 private:
  static std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
    return (value + unit - 1) / unit * unit;
  }
  const ElfFile& file_;
  std::string_view owner_;
  std::vector<ElfNote> notes_;
  std::uint64_t total_ = 0;
};

void walk_segments(const ElfFile& file, const Elf64_Ehdr& header, NoteReader& reader) {
  if (header.e_phnum == 0) return;
  if (header.e_phentsize != sizeof(Elf64_Phdr)) {
    throw file.refuse("the file is truncated or damaged", "program headers of a wrong size",
                      "a complete file");
  }
  const auto table = file.read(header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr), "the program headers");
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, table.data() + i * sizeof segment, sizeof segment);
    if (segment.p_type == PT_NOTE) reader.walk(segment.p_offset, segment.p_filesz, segment.p_align);
  }
}

/// For linkers that put the section outside any PT_NOTE segment.
void walk_sections(const ElfFile& file, const Elf64_Ehdr& header, std::string_view wanted,
                   NoteReader& reader) {
  if (header.e_shnum == 0 || header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shstrndx >= header.e_shnum)
    return;
  const auto table = file.read(header.e_shoff, header.e_shnum * sizeof(Elf64_Shdr), "the section headers");
  const auto section = [&](std::size_t i) {
    Elf64_Shdr value;
    std::memcpy(&value, table.data() + i * sizeof value, sizeof value);
    return value;
  };
  const auto names = section(header.e_shstrndx);
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    const auto candidate = section(i);
    if (candidate.sh_type == SHT_NOBITS || candidate.sh_name >= names.sh_size) continue;
    if (names.sh_size - candidate.sh_name <= wanted.size()) continue;
    if (names.sh_offset > file.size() || candidate.sh_name > file.size() - names.sh_offset) continue;
    const auto name = file.read(names.sh_offset + candidate.sh_name, wanted.size() + 1, "a section's name");
    if (name.compare(0, wanted.size(), wanted) == 0 && name.back() == '\0') {
      reader.walk(candidate.sh_offset, candidate.sh_size, candidate.sh_addralign);
    }
  }
}

}  // namespace

std::vector<ElfNote> read_elf_notes(const std::filesystem::path& path, std::string_view owner,
                                    std::string_view section) {
  const ElfFile file{path};
  const auto header = file.header();
  NoteReader reader{file, owner};
  walk_segments(file, header, reader);
  if (reader.notes().empty()) walk_sections(file, header, section, reader);
  if (reader.notes().empty()) {
    throw file.refuse("not a posehost plugin",
                      "a shared library without a \"" + std::string{owner} + "\" note",
                      "the note that posehost's SDK puts into each plugin",
                      "build it with the SDK's headers, or move the file out of the plugin folders");
  }
  return std::move(reader.notes());
}

}  // namespace ph
