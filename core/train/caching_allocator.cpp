#include "train/caching_allocator.hpp"

#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <unordered_map>

namespace ph {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLarge = std::size_t{1} << 20;
constexpr std::size_t kAlignment = 64;  // LibTorch's own

std::size_t round_up(std::size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }

// `bytes`, a multiple of the huge page, at a multiple of it: mapped with one too many, the rest cut off.
// NULL when there is no memory.
void* map_aligned(std::size_t bytes) {
  void* raw = mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return nullptr;
  auto* begin = static_cast<char*>(raw);
  const auto address = reinterpret_cast<std::uintptr_t>(begin);
  const std::size_t before = (kHugePage - address % kHugePage) % kHugePage;
  if (before > 0) munmap(begin, before);
  if (before < kHugePage) munmap(begin + before + bytes, kHugePage - before);
  madvise(begin + before, bytes, MADV_HUGEPAGE);  // a wish; without it pages are small
  return begin + before;
}

class CachingAllocator final : public c10::Allocator {
 public:
  explicit CachingAllocator(std::size_t limit) : limit_{limit} {}

  c10::DataPtr allocate(std::size_t bytes) override;
  c10::DeleterFnPtr raw_deleter() const override;
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }

  void* take(std::size_t bytes) {
    const auto size = round_up(bytes);
    {
      const std::lock_guard lock(mutex_);
      // An eighth too large, and for small ones a page, is still a fit.
      const auto fit = idle_.lower_bound(size);
      if (fit != idle_.end() && fit->first <= size + size / 8 + kHugePage) {
        void* const block = fit->second;
        idle_bytes_ -= fit->first;
        note(block, fit->first, bytes);
        idle_.erase(fit);
        return block;
      }
    }
    void* block = map_aligned(size);
    if (block == nullptr) {
      // Another mix of sizes than before: what is idle does not fit, and has to go.
      {
        const std::lock_guard lock(mutex_);
        shrink(0);
      }
      block = map_aligned(size);
    }
    if (block == nullptr) throw std::bad_alloc();
    const std::lock_guard lock(mutex_);
    note(block, size, bytes);
    return block;
  }

  // Keeps or unmaps a block of take(); false when it is none.
  bool give_back(void* block) {
    const std::lock_guard lock(mutex_);
    const auto found = used_.find(block);
    if (found == used_.end()) return false;
    const auto [size, wanted] = found->second;
    idle_.emplace(size, block);
    idle_bytes_ += size;
    used_bytes_ -= wanted;
    used_.erase(found);
    shrink(limit_);
    return true;
  }

  void set_limit(std::size_t limit) {
    const std::lock_guard lock(mutex_);
    limit_ = limit;
    shrink(limit_);
  }

  std::size_t used_bytes() {
    const std::lock_guard lock(mutex_);
    return used_bytes_;
  }
  std::size_t idle_bytes() {
    const std::lock_guard lock(mutex_);
    return idle_bytes_;
  }

 private:
  struct Used {
    std::size_t size, wanted;
  };
  void note(void* block, std::size_t size, std::size_t wanted) {
    used_[block] = {size, wanted};
    used_bytes_ += wanted;
  }

  // Under the mutex: the largest go first, they are the least likely to fit again.
  void shrink(std::size_t limit) {
    while (idle_bytes_ > limit) {
      const auto largest = std::prev(idle_.end());
      munmap(largest->second, largest->first);
      idle_bytes_ -= largest->first;
      idle_.erase(largest);
    }
  }

  std::size_t limit_;
  std::mutex mutex_;
  std::multimap<std::size_t, void*> idle_;  // by size
  std::unordered_map<void*, Used> used_;
  std::size_t idle_bytes_ = 0, used_bytes_ = 0;
};

// Never destroyed: tensors in static objects may outlive main().
CachingAllocator* installed = nullptr;

void give_back_large(void* block) { (void)installed->give_back(block); }
void give_back_any(void* block) {
  if (block != nullptr && !installed->give_back(block)) std::free(block);
}

c10::DataPtr CachingAllocator::allocate(std::size_t bytes) {
  if (bytes == 0) return {nullptr, nullptr, &std::free, c10::kCPU};
  void* block = nullptr;
  if (bytes >= kLarge) {
    block = take(bytes);
    return {block, block, &give_back_large, c10::kCPU};
  }
  if (posix_memalign(&block, kAlignment, bytes) != 0) throw std::bad_alloc();
  return {block, block, &std::free, c10::kCPU};
}

c10::DeleterFnPtr CachingAllocator::raw_deleter() const { return &give_back_any; }

}  // namespace

void use_caching_allocator(std::size_t limit_bytes) {
  if (installed) return installed->set_limit(limit_bytes);
  installed = new CachingAllocator(limit_bytes);
  c10::SetCPUAllocator(installed, /*priority=*/1);
}

std::size_t large_tensor_bytes() { return installed ? installed->used_bytes() : 0; }
std::size_t cached_bytes() { return installed ? installed->idle_bytes() : 0; }

}  // namespace ph
