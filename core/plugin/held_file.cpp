// A path that was checked may lead elsewhere a moment later, and /proc/self/fd/N is no way out: glibc takes
// two libraries for one when the number is used again. So a copy is loaded that bears its hash as its name.
#include "plugin/held_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "config/error.hpp"
#include "plugin/trust.hpp"
#include "tensor/atomic_file.hpp"
#include "tensor/sha256.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t max_bytes = 256u << 20;

struct Descriptor {
  explicit Descriptor(int number) : fd{number} {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int fd;
};

Error refuse(const fs::path& file, const std::string& problem, const std::string& found) {
  return Error(ErrorKind::plugin, file.string() + ": " + problem, found, "a plugin file that can be read");
}

/// All bytes by one descriptor. O_NONBLOCK: a pipe that is called x.so must not wait for a writer.
std::string read_bytes(const fs::path& file, int extra_flags = 0) {
  const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | extra_flags)};
  if (in.fd < 0) throw refuse(file, "cannot be opened", std::strerror(errno));
  struct stat info {};
  if (::fstat(in.fd, &info) != 0 || !S_ISREG(info.st_mode)) throw refuse(file, "not a regular file", {});
  if (static_cast<std::uint64_t>(info.st_size) > max_bytes)
    throw refuse(file, "too large for a plugin", std::to_string(info.st_size) + " bytes");
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  for (std::size_t done = 0; done < bytes.size();) {
    const auto got = ::read(in.fd, bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      throw refuse(file, "cannot be read", got < 0 ? std::strerror(errno) : "the file became shorter");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

/// A folder that belongs to the user, with every mode bit of others away.
fs::path private_folder() {
  const auto folder = held_folder();
  if (folder.empty()) {
    throw Error(ErrorKind::environment, "no place for copies of locked plugins",
                "neither XDG_CACHE_HOME nor HOME is set", "one of them");
  }
  std::error_code failure;
  fs::create_directories(folder.parent_path(), failure);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw Error(ErrorKind::environment, folder.string() + ": cannot be made", std::strerror(errno),
                "a folder for copies of locked plugins", "XDG_CACHE_HOME=DIR");
  }
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() ||
      (info.st_mode & 077) != 0) {
    throw Error(ErrorKind::environment, folder.string() + ": others could reach copies of plugins in it",
                "no folder of your own with the mode 700", "one that only you can enter",
                "rm -r '" + folder.string() + "'; it is made anew");
  }
  check_not_writable_by_others(folder);  // above it
  return folder;
}

bool holds(const fs::path& copy, const std::string& bytes) {
  struct stat info {};
  if (::lstat(copy.c_str(), &info) != 0) return false;
  if (!S_ISREG(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & 022) != 0) return false;
  return static_cast<std::uint64_t>(info.st_size) == bytes.size() && read_bytes(copy, O_NOFOLLOW) == bytes;
}

}  // namespace

fs::path held_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return fs::path{cache} / "posehost" / "plugins";
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') return {};
  return fs::path{home} / ".cache" / "posehost" / "plugins";
}

HeldFile hold_file(const fs::path& file) {
  const auto bytes = read_bytes(file);
  HeldFile held{sha256(bytes), {}};
  held.copy = private_folder() / (held.sha256 + ".so");
  if (holds(held.copy, bytes)) return held;
  AtomicFile out{held.copy, bytes.size()};
  out.write(bytes.data(), bytes.size());
  out.commit();
  fs::permissions(held.copy, fs::perms::owner_read | fs::perms::owner_exec);
  return held;
}

std::string file_sha256(const fs::path& file) { return sha256(read_bytes(file)); }

}  // namespace ph
