#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace ph {

/// A whole file in memory, for reading. Reads garbage or crashes if somebody shortens the file
/// meanwhile. Throws Error(data) when `path` is no regular file that can be read. Any thread.
class FileMapping {
 public:
  /// `expected` is what the error says is wanted: "a safetensors file".
  FileMapping(const std::filesystem::path& path, const char* expected);
  ~FileMapping();
  FileMapping(const FileMapping&) = delete;
  FileMapping& operator=(const FileMapping&) = delete;
  [[nodiscard]] std::string_view bytes() const noexcept { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::uint64_t size_ = 0;
};

/// Throws Error(data) about the file `path`: the summary is "path: problem".
[[noreturn]] void refuse_file(const std::filesystem::path& path, const std::string& problem,
                              std::string found = {}, std::string expected = {}, std::string advice = {});

}  // namespace ph
