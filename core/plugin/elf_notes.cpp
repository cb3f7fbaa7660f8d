#include "plugin/elf_notes.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "config/error.hpp"

namespace ph {
namespace {

constexpr const char* wanted_file = "a shared library for Linux on x86-64";

/// An open file that refuses to read outside itself.
class File {
 public:
  explicit File(std::filesystem::path path) : path_{std::move(path)} {
    // O_NONBLOCK: opening a pipe that somebody named x.so must not wait for a writer.
    fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd_ < 0) throw refuse("cannot be opened", std::strerror(errno), "a file that can be read");
    struct stat info {};
    if (::fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode)) {
      ::close(fd_);
      throw refuse("not a regular file", {}, wanted_file);
    }
    size_ = static_cast<std::uint64_t>(info.st_size);
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  [[nodiscard]] std::string read(std::uint64_t offset, std::uint64_t count, std::string_view what) const {
    if (offset > size_ || count > size_ - offset) {
      throw refuse("the file is truncated or damaged",
                   std::string{what} + " at byte " + std::to_string(offset) + ", " + std::to_string(count) +
                       " bytes long, in a file of " + std::to_string(size_) + " bytes",
                   "a complete file", "copy or build the file again");
    }
    std::string bytes(count, '\0');
    for (std::uint64_t done = 0; done < count;) {
      const auto got = ::pread(fd_, bytes.data() + done, count - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0)
        throw refuse("cannot be read", got < 0 ? std::strerror(errno) : "the file became shorter");
      done += static_cast<std::uint64_t>(got);
    }
    return bytes;
  }

  template <class T>
  [[nodiscard]] T read_struct(std::uint64_t offset, std::string_view what) const {
    const auto bytes = read(offset, sizeof(T), what);
    T value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }

  [[nodiscard]] Error refuse(std::string_view problem, std::string found = {}, std::string expected = {},
                             std::string advice = {}) const {
    return Error(ErrorKind::plugin, path_.string() + ": " + std::string{problem}, std::move(found),
                 std::move(expected), std::move(advice));
  }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

std::string machine_name(unsigned machine) {
  constexpr std::array<std::pair<unsigned, const char*>, 6> known{{{EM_386, "32-bit x86"},
                                                                   {EM_ARM, "32-bit ARM"},
                                                                   {EM_AARCH64, "64-bit ARM (aarch64)"},
                                                                   {EM_RISCV, "RISC-V"},
                                                                   {EM_PPC64, "64-bit PowerPC"},
                                                                   {EM_S390, "IBM Z"}}};
  for (const auto& [value, name] : known) {
    if (value == machine) return name;
  }
  return "machine " + std::to_string(machine);
}

Elf64_Ehdr read_header(const File& file) {
  if (file.size() == 0) throw file.refuse("not an ELF file", "an empty file", wanted_file);
  const auto ident = file.size() < EI_NIDENT ? std::string{} : file.read(0, EI_NIDENT, "the ELF header");
  if (ident.compare(0, SELFMAG, ELFMAG, SELFMAG) != 0) {
    throw file.refuse("not an ELF file", "a file that does not begin as ELF files do", wanted_file);
  }
  const auto machine_advice = "a build of the plugin for x86-64";
  if (ident[EI_CLASS] != ELFCLASS64) {
    throw file.refuse("built for another machine", "an ELF file that is not 64-bit", wanted_file,
                      machine_advice);
  }
  if (ident[EI_DATA] != ELFDATA2LSB) {
    throw file.refuse("built for another machine", "a big-endian ELF file", wanted_file, machine_advice);
  }
  const auto header = file.read_struct<Elf64_Ehdr>(0, "the ELF header");
  if (header.e_machine != EM_X86_64) {
    throw file.refuse("built for another machine", "an ELF file for " + machine_name(header.e_machine),
                      wanted_file, machine_advice);
  }
  if (header.e_type != ET_DYN) {
    const char* kind = header.e_type == ET_EXEC  ? "a program"
                       : header.e_type == ET_REL ? "an object file"
                                                 : "an ELF file of another type";
    throw file.refuse("not a shared library", kind, wanted_file, "link it with -shared");
  }
  return header;
}

/// Walks one run of notes; those of other owners are skipped.
class NoteReader {
 public:
  NoteReader(const File& file, std::string_view owner) : file_{file}, owner_{owner} {}

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
  const File& file_;
  std::string_view owner_;
  std::vector<ElfNote> notes_;
  std::uint64_t total_ = 0;
};

void walk_segments(const File& file, const Elf64_Ehdr& header, NoteReader& reader) {
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
void walk_sections(const File& file, const Elf64_Ehdr& header, std::string_view wanted, NoteReader& reader) {
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
  const File file{path};
  const auto header = read_header(file);
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
