#include "tensor/atomic_file.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "config/error.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

/// A limit on file sizes (ulimit -f) kills the process with SIGXFSZ before write() can say EFBIG. Held
/// back for this thread only, and taken from the queue if it came.
class HoldSizeSignal {
 public:
  HoldSizeSignal() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~HoldSizeSignal() {
    const int error = errno;
    if (sigismember(&before_, SIGXFSZ) == 0) {
      const timespec at_once{0, 0};
      while (sigtimedwait(&set_, nullptr, &at_once) == SIGXFSZ) {
      }
      pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    errno = error;
  }
  HoldSizeSignal(const HoldSizeSignal&) = delete;
  HoldSizeSignal& operator=(const HoldSizeSignal&) = delete;

 private:
  sigset_t set_, before_;
};

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path{"."};
}

fs::path temporary_beside(const fs::path& path) {
  static std::atomic<unsigned> count{0};
  // Hidden, and unlike any name that a run gives its files.
  return folder_of(path) / ("." + path.filename().string() + "." + std::to_string(::getpid()) + "." +
                            std::to_string(count++) + ".tmp");
}

std::string megabytes(std::uint64_t bytes) {
  const auto tenths = (bytes + 50000) / 100000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

}  // namespace

AtomicFile::AtomicFile(fs::path path, std::uint64_t expected_bytes)
    : path_{std::move(path)}, temporary_{temporary_beside(path_)}, expected_bytes_{expected_bytes} {
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd_ < 0) fail(errno, "create a file");
  if (expected_bytes == 0) return;
  const HoldSizeSignal hold;
  // Only what no later write could cure counts; many file systems cannot reserve at all.
  if (::fallocate(fd_, 0, 0, static_cast<off_t>(expected_bytes)) != 0 &&
      (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
    const int error = errno;
    ::close(fd_);
    ::unlink(temporary_.c_str());
    fail(error, "reserve space");
  }
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, std::size_t bytes) {
  const HoldSizeSignal hold;
  const auto* from = static_cast<const char*>(data);
  while (bytes > 0) {
    // Linux writes at most 2 GiB at a time.
    const auto done = ::write(fd_, from, std::min<std::size_t>(bytes, std::size_t{1} << 30));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) fail(done < 0 ? errno : EIO, "write");
    from += done;
    bytes -= static_cast<std::size_t>(done);
    written_ += static_cast<std::uint64_t>(done);
  }
}

void AtomicFile::commit() {
  // Reserved but not needed: the size is what was written.
  if (written_ < expected_bytes_ && ::ftruncate(fd_, static_cast<off_t>(written_)) != 0)
    fail(errno, "shorten");
  if (::fsync(fd_) != 0) fail(errno, "flush");
  if (::close(std::exchange(fd_, -1)) != 0) fail(errno, "close");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno, "rename the finished file");
  temporary_.clear();
  // The file is there; this makes its name survive a power cut. Some file systems cannot.
  const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

void AtomicFile::fail(int error, const char* doing) const {
  std::error_code none;
  const std::string kept = fs::exists(path_, none) ? "; the file that was there is as it was" : "";
  const auto size = std::max(expected_bytes_, written_);
  const auto where = path_.string() + ": cannot be written: ";
  if (error == ENOSPC) {
    struct statvfs info {};
    const bool known = ::statvfs(folder_of(path_).c_str(), &info) == 0;
    throw Error(ErrorKind::environment, where + "the disk is full",
                (known ? megabytes(std::uint64_t{info.f_bavail} * info.f_frsize) + " free"
                       : std::string{"no space left"}) +
                    kept,
                megabytes(size) + " or more", "free some space, or choose a work dir on another disk");
  }
  if (error == EDQUOT) {
    throw Error(ErrorKind::environment, where + "your disk quota is used up", std::strerror(error) + kept,
                megabytes(size) + " or more", "delete files of yours, or ask for a larger quota");
  }
  if (error == EFBIG) {
    throw Error(ErrorKind::environment, where + "larger than the limit on file sizes", megabytes(size) + kept,
                "a file within the limit", "ulimit -f unlimited");
  }
  const auto folder = folder_of(path_).string();
  throw Error(ErrorKind::environment, where + "could not " + doing, std::strerror(error) + kept,
              "a folder that you can write to: " + folder,
              error == ENOENT ? "mkdir -p " + folder : "another place, or look at it: ls -ld " + folder);
}

}  // namespace ph
