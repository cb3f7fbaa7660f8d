#include "tensor/file_mapping.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "config/error.hpp"
#include "system/similar_file.hpp"

namespace ph {

void refuse_file(const std::filesystem::path& path, const std::string& problem, std::string found,
                 std::string expected, std::string advice) {
  throw Error(ErrorKind::data, path.string() + ": " + problem, std::move(found), std::move(expected),
              std::move(advice));
}

FileMapping::FileMapping(const std::filesystem::path& path, const char* expected) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    const int error = errno;
    refuse_file(path, "cannot be opened", std::strerror(error), expected,
                error == ENOENT || error == ENOTDIR ? similar_file(path) : "look at its permissions: ls -l");
  }
  struct stat info {};
  const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  if (regular && info.st_size > 0) {
    size_ = static_cast<std::uint64_t>(info.st_size);
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
  }
  const int error = errno;
  ::close(fd);
  if (!regular)
    refuse_file(path, "not a regular file", S_ISDIR(info.st_mode) ? "a folder" : "a device, pipe or socket",
                expected, "name the file itself");
  if (size_ > 0 && data_ == MAP_FAILED) {
    data_ = nullptr;
    refuse_file(path, "cannot be mapped into memory", std::strerror(error), expected);
  }
}

FileMapping::~FileMapping() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace ph
