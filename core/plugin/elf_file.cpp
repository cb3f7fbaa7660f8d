#include "plugin/elf_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace ph {
namespace {

constexpr const char* wanted_file = "a shared library for Linux on x86-64";

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

}  // namespace

ElfFile::ElfFile(std::filesystem::path path) : path_{std::move(path)} {
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

ElfFile::~ElfFile() { ::close(fd_); }

std::string ElfFile::read(std::uint64_t offset, std::uint64_t count, std::string_view what) const {
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
    if (got <= 0) throw refuse("cannot be read", got < 0 ? std::strerror(errno) : "the file became shorter");
    done += static_cast<std::uint64_t>(got);
  }
  return bytes;
}

Error ElfFile::refuse(std::string_view problem, std::string found, std::string expected,
                      std::string advice) const {
  return Error(ErrorKind::plugin, path_.string() + ": " + std::string{problem}, std::move(found),
               std::move(expected), std::move(advice));
}

Elf64_Ehdr ElfFile::header() const {
  if (size_ == 0) throw refuse("not an ELF file", "an empty file", wanted_file);
  const auto ident = size_ < EI_NIDENT ? std::string{} : read(0, EI_NIDENT, "the ELF header");
  if (ident.compare(0, SELFMAG, ELFMAG, SELFMAG) != 0) {
    throw refuse("not an ELF file", "a file that does not begin as ELF files do", wanted_file);
  }
  const auto machine_advice = "a build of the plugin for x86-64";
  if (ident[EI_CLASS] != ELFCLASS64) {
    throw refuse("built for another machine", "an ELF file that is not 64-bit", wanted_file, machine_advice);
  }
  if (ident[EI_DATA] != ELFDATA2LSB) {
    throw refuse("built for another machine", "a big-endian ELF file", wanted_file, machine_advice);
  }
  const auto header = read_struct<Elf64_Ehdr>(0, "the ELF header");
  if (header.e_machine != EM_X86_64) {
    throw refuse("built for another machine", "an ELF file for " + machine_name(header.e_machine),
                 wanted_file, machine_advice);
  }
  if (header.e_type != ET_DYN) {
    const char* kind = header.e_type == ET_EXEC  ? "a program"
                       : header.e_type == ET_REL ? "an object file"
                                                 : "an ELF file of another type";
    throw refuse("not a shared library", kind, wanted_file, "link it with -shared");
  }
  return header;
}

}  // namespace ph
