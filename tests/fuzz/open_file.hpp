#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "config/error.hpp"

namespace fuzz {

/// The path of a file in memory that holds `data` until the next call.
inline const std::string& file_with(const std::uint8_t* data, std::size_t size) {
  static const int fd = memfd_create("fuzz", MFD_CLOEXEC);
  static const auto path = "/proc/self/fd/" + std::to_string(fd);
  if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  return path;
}

/// Gives `data` to File::open() as a file in memory, and reads every byte of what it makes of it. The only
/// exception that may come is Error.
template <class File>
void open_file(const std::uint8_t* data, std::size_t size) {
  try {
    const auto file = File::open(file_with(data, size));
    unsigned sum = 0;
    for (const auto& [name, view] : file.tensors()) {
      for (std::size_t i = 0; i < view.bytes(); ++i) sum += static_cast<const unsigned char*>(view.data)[i];
    }
    volatile unsigned keep = sum;
    (void)keep;
  } catch (const ph::Error&) {
  }
}

/// What has to hold whatever the input; more than not crashing.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace fuzz
