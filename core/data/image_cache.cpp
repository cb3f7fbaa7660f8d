#include "data/image_cache.hpp"

#include <limits>

#include "system/limits.hpp"

namespace ph {
namespace {

// What its vector has taken may be more than its pixels.
std::size_t pixel_bytes(const Image& image) { return image.pixels.capacity(); }

}  // namespace

std::size_t ImageCache::kind_of(const DecodeOptions& options) noexcept {
  const auto flag = [](bool set) { return static_cast<std::size_t>(set ? 1 : 0); };
  static_assert(static_cast<int>(Channels::unchanged) == 2);
  return (static_cast<std::size_t>(options.channels) * 8) + (flag(options.rgb) * 4) +
         (flag(options.apply_orientation) * 2) + flag(options.floats);
}

std::shared_ptr<const Image> ImageCache::find(const std::string& file, const DecodeOptions& options) const {
  const std::lock_guard lock(mutex_);
  const auto& pictures = by_kind_[kind_of(options)];
  const auto found = pictures.find(file);
  return found == pictures.end() ? nullptr : found->second;
}

bool ImageCache::has_room(std::size_t bytes) const {
  {
    const std::lock_guard lock(mutex_);
    if (bytes_ >= capacity_ || bytes > capacity_ - bytes_) return false;
  }
  if (leave_free_ == 0) return true;
  const auto left = memory_left();
  return left > 0 && static_cast<std::size_t>(left) >= leave_free_ &&
         bytes <= static_cast<std::size_t>(left) - leave_free_;
}

bool ImageCache::put(const std::string& file, const DecodeOptions& options,
                     std::shared_ptr<const Image> image) {
  return add(file, options, std::move(image), capacity_);
}

void ImageCache::hold(const std::string& file, const DecodeOptions& options,
                      std::shared_ptr<const Image> image) {
  add(file, options, std::move(image), std::numeric_limits<std::size_t>::max());
}

bool ImageCache::add(const std::string& file, const DecodeOptions& options,
                     std::shared_ptr<const Image> image, std::size_t most) {
  const std::size_t size = pixel_bytes(*image);
  const std::lock_guard lock(mutex_);
  auto& pictures = by_kind_[kind_of(options)];
  if (pictures.contains(file)) return true;  // two threads have decoded it at the same time
  if (bytes_ > most || size > most - bytes_) return false;
  pictures.emplace(file, std::move(image));
  bytes_ += size;
  return true;
}

std::shared_ptr<const Image> ImageCache::take(const std::string& file, const DecodeOptions& options) {
  const std::lock_guard lock(mutex_);
  auto& pictures = by_kind_[kind_of(options)];
  const auto found = pictures.find(file);
  if (found == pictures.end()) return nullptr;
  auto image = std::move(found->second);
  bytes_ -= pixel_bytes(*image);
  pictures.erase(found);
  return image;
}

void ImageCache::clear() {
  const std::lock_guard lock(mutex_);
  for (auto& pictures : by_kind_) pictures.clear();
  bytes_ = 0;
}

std::size_t ImageCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::size_t ImageCache::pictures() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& pictures : by_kind_) count += pictures.size();
  return count;
}

}  // namespace ph
