#pragma once
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "config/error.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace test {
namespace fs = std::filesystem;

/// An environment variable for the length of a test; nullptr unsets it.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_{name} {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~Environment() { set(before_ ? before_->c_str() : nullptr); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void set(const char* value) const {
    if (value != nullptr) {
      ::setenv(name_, value, 1);
    } else {
      ::unsetenv(name_);
    }
  }
  const char* name_;
  std::optional<std::string> before_;
};

/// Where tests/fixtures/plugins/CMakeLists.txt puts a plugin.
inline fs::path fixture(const std::string& name) {
  return fs::path{POSEHOST_BUILD_DIR} / "tests" / "plugins" / (name + ".so");
}

/// Copies a fixture into `dir`, as only its owner can write it.
inline fs::path copy_fixture(const std::string& name, const fs::path& dir, const std::string& as = {}) {
  fs::create_directories(dir);
  const auto target = dir / ((as.empty() ? name : as) + ".so");
  fs::copy_file(fixture(name), target);
  fs::permissions(target, fs::perms::owner_read | fs::perms::owner_write);
  return target;
}

/// The Error that `run` throws, as text; fails the test when it throws none.
template <class F>
std::string error_text(F&& run, ph::ErrorKind kind = ph::ErrorKind::plugin) {
  try {
    run();
  } catch (const ph::Error& error) {
    CHECK(static_cast<int>(error.kind()) == static_cast<int>(kind));
    return error.what();
  }
  FAIL("no error was thrown");
  return {};
}

}  // namespace test
