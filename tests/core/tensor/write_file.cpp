#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/error.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"
#include "tensor/atomic_file.hpp"
#include "tensor/safetensors.hpp"

using test::ContainsSubstring;

namespace {

template <class F>
std::string error_of(F&& run) {
  try {
    run();
  } catch (const ph::Error& error) {
    CHECK(static_cast<int>(error.kind()) == static_cast<int>(ph::ErrorKind::environment));
    return error.what();
  }
  FAIL("no error was thrown");
  return {};
}

/// ulimit -f for the length of a test. SIGXFSZ keeps its default, which ends the process: the writer has
/// to cope with that.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit lower{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &lower);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a file appears whole, and replaces the old one", "[tensor][write]") {
  const test::TempFolder dir;
  const auto path = dir.path() / "status.json";
  ph::write_file_atomically(path, "first, and longer");
  ph::write_file_atomically(path, "second");
  CHECK(test::read_all(path) == "second");
  ph::write_file_atomically(path, "");
  CHECK(test::read_all(path).empty());
  CHECK(dir.files() == 1);
}

TEST_CASE("a file that is not committed leaves nothing behind", "[tensor][write]") {
  const test::TempFolder dir;
  const auto path = dir.path() / "x";
  ph::write_file_atomically(path, "old");
  {
    ph::AtomicFile file{path, 100};
    file.write("half", 4);
    CHECK(dir.files() == 2);
  }
  CHECK(test::read_all(path) == "old");
  CHECK(dir.files() == 1);
}

TEST_CASE("more was reserved than needed", "[tensor][write]") {
  const test::TempFolder dir;
  ph::AtomicFile file{dir.path() / "x", 1000};
  file.write("short", 5);
  file.commit();
  CHECK(test::read_all(dir.path() / "x") == "short");
}

TEST_CASE("a limit on file sizes ends in an error, with the old file kept", "[tensor][write][error]") {
  const test::TempFolder dir;
  const auto path = dir.path() / "m.safetensors";
  const std::vector<float> data(100'000, 1.0F);
  const std::map<std::string, ph::TensorView> small{{"a", {ph::TensorType::f32, {2}, data.data()}}};
  const std::map<std::string, ph::TensorView> large{{"a", {ph::TensorType::f32, {100'000}, data.data()}}};
  ph::write_safetensors(path, small, {});
  const auto before = test::read_all(path);
  std::string error;
  {
    const FileSizeLimit limit{100'000};
    error = error_of([&] { ph::write_safetensors(path, large, {}); });
    // Found while writing too, where nothing could be reserved.
    CHECK_THAT(error_of([&] {
                 ph::AtomicFile file{path};
                 for (int i = 0; i < 100; ++i) file.write(data.data(), 4096);
               }),
               ContainsSubstring("larger than the limit on file sizes"));
  }
  CHECK_THAT(error,
             ContainsSubstring(path.string() + ": cannot be written: larger than the limit on file sizes"));
  CHECK_THAT(error, ContainsSubstring("the file that was there is as it was"));
  CHECK_THAT(error, ContainsSubstring("ulimit -f"));
  CHECK(test::read_all(path) == before);
  CHECK(dir.files() == 1);
}

namespace {

/// Runs in a child with a file system of 64 KiB mounted at `dir`. 0: all as it should be; 77: mounting is
/// not allowed here; anything else: the number of the check that failed.
int on_a_full_disk(const std::filesystem::path& dir) {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return 77;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 77;
  if (::mount("tmpfs", dir.c_str(), "tmpfs", 0, "size=64k") != 0) return 77;
  const auto path = dir / "m.safetensors";
  const std::vector<float> data(100'000, 1.0F);
  ph::write_safetensors(path, {{"a", {ph::TensorType::f32, {2}, data.data()}}}, {});
  const auto before = test::read_all(path);
  try {
    ph::write_safetensors(path, {{"a", {ph::TensorType::f32, {100'000}, data.data()}}}, {});
    return 1;
  } catch (const ph::Error& error) {
    const std::string text = error.what();
    if (text.find("cannot be written: the disk is full") == text.npos) return 2;
    if (text.find("the file that was there is as it was") == text.npos) return 3;
    if (text.find("0.4 MB or more") == text.npos) return 4;
    if (error.kind() != ph::ErrorKind::environment) return 5;
  }
  try {
    ph::AtomicFile file{path};  // no size known: found while writing
    for (int i = 0; i < 100; ++i) file.write(data.data(), 4096);
    return 6;
  } catch (const ph::Error& error) {
    if (std::string{error.what()}.find("the disk is full") == std::string::npos) return 7;
  }
  if (test::read_all(path) != before) return 8;
  return std::distance(std::filesystem::directory_iterator{dir}, {}) == 1 ? 0 : 9;
}

}  // namespace

TEST_CASE("a full disk is named, and the old file kept", "[tensor][write][error]") {
  const test::TempFolder dir;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int result = 99;
    try {
      result = on_a_full_disk(dir.path());
    } catch (...) {
    }
    ::_exit(result);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) {
    WARN("a small file system cannot be mounted here; the limit on file sizes is tested instead");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a folder that is not there is named", "[tensor][write][error]") {
  const auto error = error_of([] { ph::write_file_atomically("/nonexistent/dir/x", "text"); });
  CHECK_THAT(error, ContainsSubstring("/nonexistent/dir/x: cannot be written: could not create a file"));
  CHECK_THAT(error, ContainsSubstring("No such file or directory"));
}

TEST_CASE("a folder in the file's place is not replaced", "[tensor][write][error]") {
  const test::TempFolder dir;
  std::filesystem::create_directories(dir.path() / "x" / "y");
  CHECK_THAT(error_of([&] { ph::write_file_atomically(dir.path() / "x", "text"); }),
             ContainsSubstring("could not rename the finished file"));
  CHECK(dir.files() == 1);
}
