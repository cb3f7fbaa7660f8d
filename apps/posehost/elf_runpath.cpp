#include "elf_runpath.hpp"

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

namespace fs = std::filesystem;
namespace {

template <class T>
bool read_at(std::ifstream& in, std::uint64_t offset, T& out) {
  in.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(in.read(reinterpret_cast<char*>(&out), sizeof out));
}

std::vector<Elf64_Phdr> segments_of(std::ifstream& in) {
  Elf64_Ehdr header{};
  if (!read_at(in, 0, header) || header.e_phentsize != sizeof(Elf64_Phdr)) return {};
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!read_at(in, header.e_phoff + i * sizeof(Elf64_Phdr), segments[i])) return {};
  }
  return segments;
}

/// Where in the file what is loaded at `address` stands.
std::uint64_t offset_of(std::uint64_t address, const std::vector<Elf64_Phdr>& segments) {
  for (const auto& segment : segments) {
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_filesz)
      return address - segment.p_vaddr + segment.p_offset;
  }
  return 0;
}

std::string search_path(std::ifstream& in) {
  const auto segments = segments_of(in);
  std::uint64_t names = 0, at = 0;
  bool has_path = false;
  for (const auto& segment : segments) {
    if (segment.p_type != PT_DYNAMIC) continue;
    Elf64_Dyn entry{};
    for (std::uint64_t i = 0; i < segment.p_filesz / sizeof entry; ++i) {
      if (!read_at(in, segment.p_offset + i * sizeof entry, entry) || entry.d_tag == DT_NULL) break;
      if (entry.d_tag == DT_STRTAB) names = offset_of(entry.d_un.d_ptr, segments);
      if (entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH) {
        at = entry.d_un.d_val;
        has_path = true;
      }
    }
  }
  std::string path;
  if (!has_path || names == 0) return path;
  in.seekg(static_cast<std::streamoff>(names + at));
  std::getline(in, path, '\0');
  return path.substr(0, 1 << 16);
}

}  // namespace

std::vector<fs::path> elf_runpath(const fs::path& program) {
  std::ifstream in{program, std::ios::binary};
  std::string rest = in ? search_path(in) : std::string{};
  std::vector<fs::path> folders;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    auto folder = rest.substr(0, end);
    if (const auto origin = folder.find("$ORIGIN"); origin != std::string::npos)
      folder.replace(origin, 7, program.parent_path().string());
    if (!folder.empty()) folders.push_back(fs::path{folder}.lexically_normal());
    rest.erase(0, std::min(end + 1, rest.size()));
  }
  return folders;
}
