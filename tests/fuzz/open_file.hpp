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

/// Gives `data` to File::open() as a file in memory, and reads every byte of what it makes of it. The only
/// exception that may come is Error.
template <class File>
void open_file(const std::uint8_t* data, std::size_t size) {
  static const int fd = memfd_create("fuzz", MFD_CLOEXEC);
  static const auto path = "/proc/self/fd/" + std::to_string(fd);
  if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  try {
    const auto file = File::open(path);
    unsigned sum = 0;
    for (const auto& [name, view] : file.tensors()) {
      for (std::size_t i = 0; i < view.bytes(); ++i) sum += static_cast<const unsigned char*>(view.data)[i];
    }
    volatile unsigned keep = sum;
    (void)keep;
  } catch (const ph::Error&) {
  }
}

}  // namespace fuzz
