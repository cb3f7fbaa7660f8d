#include "data/image.hpp"

namespace ph {

std::shared_ptr<const Image> ImageCache::find(const std::string& file) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(file);
  if (found == by_name_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->image;
}

void ImageCache::put(const std::string& file, std::shared_ptr<const Image> image) {
  const std::size_t size = image->pixels.size();
  const std::lock_guard lock(mutex_);
  if (size > capacity_ || by_name_.contains(file)) return;  // two threads may have decoded the same file
  while (bytes_ + size > capacity_) {
    bytes_ -= by_use_.back().image->pixels.size();
    by_name_.erase(by_use_.back().file);
    by_use_.pop_back();
  }
  by_use_.push_front({file, std::move(image)});
  by_name_[file] = by_use_.begin();
  bytes_ += size;
}

std::size_t ImageCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace ph
