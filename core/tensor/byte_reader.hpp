#pragma once
#include <concepts>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "tensor/file_mapping.hpp"

namespace ph {

/// Takes numbers and pieces from bytes of a file, in order and never past the end: that is an
/// Error(data) which says what was being read. Keeps references to `path` and `what`.
class ByteReader {
 public:
  ByteReader(const std::filesystem::path& path, const char* what, std::string_view bytes)
      : path_{path}, what_{what}, bytes_{bytes} {}

  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }

  [[nodiscard]] std::string_view take(std::uint64_t count) {
    if (count > left()) truncated(count);
    const auto piece = bytes_.substr(at_, count);
    at_ += count;
    return piece;
  }
  /// Little-endian, as the machine is.
  template <std::integral T>
  [[nodiscard]] T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  /// Up to the next line break, which is passed over.
  [[nodiscard]] std::string_view line() {
    const auto end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) truncated(left() + 1);
    const auto text = take(end - at_);
    ++at_;
    return text;
  }

 private:
  [[noreturn]] void truncated(std::uint64_t wanted) const {
    refuse_file(path_, "the file is truncated or damaged",
                "its " + std::string(what_) + " ends where " + std::to_string(wanted) + " bytes more belong",
                "a whole file", "copy or download it again");
  }

  const std::filesystem::path& path_;
  const char* what_;
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace ph
