#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace ph {

/// A file that appears whole or not at all: bytes go to a temporary file beside `path`, which commit()
/// flushes to the disk and renames. Without commit() the temporary file goes away and `path` stays as
/// it was. Every failure is an Error(environment) that names a full disk, quota or size limit as such.
/// One thread at a time.
class AtomicFile {
 public:
  /// `expected_bytes` are reserved at once where the file system can, so that a full disk shows before
  /// the writing; 0 when the size is not known.
  explicit AtomicFile(std::filesystem::path path, std::uint64_t expected_bytes = 0);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t bytes);
  void commit();

 private:
  [[noreturn]] void fail(int error, const char* doing) const;
  std::filesystem::path path_, temporary_;
  std::uint64_t expected_bytes_ = 0, written_ = 0;
  int fd_ = -1;
};

}  // namespace ph
