#pragma once
#include <elf.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "config/error.hpp"

namespace ph {

/// An open shared library that refuses to read outside itself; none of its code runs.
class ElfFile {
 public:
  /// Throws Error(plugin): unreadable, no regular file.
  explicit ElfFile(std::filesystem::path path);
  ~ElfFile();
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// `what` names the part in the message. Throws Error(plugin) for a part outside the file.
  [[nodiscard]] std::string read(std::uint64_t offset, std::uint64_t count, std::string_view what) const;
  template <class T>
  [[nodiscard]] T read_struct(std::uint64_t offset, std::string_view what) const {
    const auto bytes = read(offset, sizeof(T), what);
    T value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  /// Throws Error(plugin): not ELF, not 64-bit x86-64, not a shared library.
  [[nodiscard]] Elf64_Ehdr header() const;

  [[nodiscard]] Error refuse(std::string_view problem, std::string found = {}, std::string expected = {},
                             std::string advice = {}) const;

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace ph
