// glibc's allocation functions, with a counter before them. Being the program's own they come before the C library's
// for everything that is loaded, as the dynamic linker has it.
#include "counted_malloc.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

std::atomic<bool> counting{false};
std::atomic<std::int64_t> calls{0}, total{0};

void note(std::size_t size) noexcept {
  if (!counting.load(std::memory_order_relaxed)) return;
  calls.fetch_add(1, std::memory_order_relaxed);
  total.fetch_add(static_cast<std::int64_t>(size), std::memory_order_relaxed);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  note(size);
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  note(count * size);
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  note(size);
  return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  note(size);
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  *memory = memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}

}  // extern "C"

namespace test {

CountedAllocations::CountedAllocations() noexcept {
  calls = total = 0;
  counting = true;
}
CountedAllocations::~CountedAllocations() { counting = false; }
std::int64_t CountedAllocations::count() const noexcept { return calls; }
std::int64_t CountedAllocations::bytes() const noexcept { return total; }

}  // namespace test
