#include "system/limits.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "support/catch.hpp"

namespace {

constexpr std::int64_t mega = std::int64_t{1} << 20;

/// A soft limit for as long as it lives.
class Limited {
 public:
  Limited(__rlimit_resource resource, std::int64_t bytes) : resource_{resource} {
    REQUIRE(getrlimit(resource, &before_) == 0);
    auto lower = before_;
    lower.rlim_cur = static_cast<rlim_t>(bytes);
    REQUIRE(setrlimit(resource, &lower) == 0);
  }
  ~Limited() { setrlimit(resource_, &before_); }
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;

 private:
  __rlimit_resource resource_;
  rlimit before_{};
};

std::int64_t addresses() {
  std::int64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

}  // namespace

TEST_CASE("memory that is left is less than all", "[system][limits]") {
  CHECK(ph::memory_left() > 0);
  CHECK(ph::memory_left() < ph::usable_memory());
  CHECK(ph::limited_memory() <= ph::usable_memory());
}

TEST_CASE("a limit of addresses or data counts as memory", "[system][limits]") {
  const auto limit = addresses() + 50 * mega;
  {
    const Limited space(RLIMIT_AS, limit);
    CHECK(ph::limited_memory() == std::min(ph::usable_memory(), limit));
    const auto left = ph::memory_left();
    CHECK((left > 0 && left <= 50 * mega));
  }
  {
    const Limited data(RLIMIT_DATA, limit);
    CHECK(ph::limited_memory() == std::min(ph::usable_memory(), limit));
    CHECK(ph::memory_left() <= limit);
  }
}
