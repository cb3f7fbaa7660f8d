#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/atomic_file.hpp"

namespace ph {

/// Writes a zip archive of stored entries, as torch.save does (PKWARE's APPNOTE, sections 4.3 and 4.5.3): data
/// begins at multiples of 64 bytes, check sums are there, numbers beyond 32 bits go to 64-bit fields. Times
/// are left 0, so that equal content gives equal bytes. Throws Error(environment), as AtomicFile.
class ZipWriter {
 public:
  /// `wide_from`: numbers from here on are written as 64-bit fields; lower in tests alone.
  explicit ZipWriter(AtomicFile& file, std::uint64_t wide_from = 0xffffffff)
      : file_{file}, wide_from_{wide_from} {}
  /// `name`: at most 65535 bytes, each name once.
  void add(const std::string& name, std::string_view data);
  /// The directory, after the last entry. The caller commits the file.
  void finish();

 private:
  struct Entry {
    std::string name;
    std::uint64_t header = 0, size = 0;
    std::uint32_t crc = 0;
  };
  void write(std::string_view bytes);
  [[nodiscard]] bool wide(std::uint64_t number) const noexcept { return number >= wide_from_; }
  [[nodiscard]] std::string directory_entry(const Entry& entry) const;

  AtomicFile& file_;
  std::uint64_t wide_from_, at_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace ph
