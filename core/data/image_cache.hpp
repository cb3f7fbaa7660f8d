#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "data/image.hpp"

namespace ph {

/// Decoded pictures of a run, by file and by how they were decoded. It is filled once: what it has stays, and what
/// finds no room is decoded each time. An epoch shows every picture once in random order, where dropping the
/// oldest would drop each shortly before it comes again. Any thread.
class ImageCache {
 public:
  /// At most `capacity` bytes of pixels; none that would leave this process less than `leave_free` bytes of memory.
  explicit ImageCache(std::size_t capacity, std::size_t leave_free = 0)
      : capacity_(capacity), leave_free_(leave_free) {}

  /// Null when it is not there. `Region wanted` of the options is of no account: pictures are whole.
  [[nodiscard]] std::shared_ptr<const Image> find(const std::string& file,
                                                  const DecodeOptions& options) const;
  /// Whether a picture of `bytes` would be kept now; 0: one of whatever size. Another thread may be faster.
  [[nodiscard]] bool has_room(std::size_t bytes) const;
  /// False where there is no room. A picture that is there already stays, and is the one that counts.
  bool put(const std::string& file, const DecodeOptions& options, std::shared_ptr<const Image> image);
  /// Likewise without asking for room: for a picture that stands in no file.
  void hold(const std::string& file, const DecodeOptions& options, std::shared_ptr<const Image> image);
  /// find() for the last time: it is kept no longer.
  std::shared_ptr<const Image> take(const std::string& file, const DecodeOptions& options);
  void clear();

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::size_t pictures() const;

 private:
  using Pictures = std::unordered_map<std::string, std::shared_ptr<const Image>>;
  static constexpr std::size_t kinds = 24;  // order, orientation, floats, three kinds of channels
  [[nodiscard]] static std::size_t kind_of(const DecodeOptions& options) noexcept;
  bool add(const std::string& file, const DecodeOptions& options, std::shared_ptr<const Image> image,
           std::size_t most);

  mutable std::mutex mutex_;
  std::array<Pictures, kinds> by_kind_;
  const std::size_t capacity_, leave_free_;
  std::size_t bytes_ = 0;
};

}  // namespace ph
