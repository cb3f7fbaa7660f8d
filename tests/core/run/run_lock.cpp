#include "run/run_lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;

namespace {

void write_lock(const test::TempFolder& folder, const nlohmann::json& json, int seconds_old = 0) {
  const auto file = folder.path() / "run.lock";
  std::ofstream(file) << json.dump();
  std::filesystem::last_write_time(
      file, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(seconds_old));
}

}  // namespace

TEST_CASE("A work dir has one run", "[run][lock]") {
  const test::TempFolder folder;
  {
    const ph::RunLock lock(folder.path());
    CHECK_FALSE(lock.taken_from().has_value());
    const auto holder = ph::lock_holder(folder.path());
    REQUIRE(holder.has_value());
    CHECK((holder->pid == getpid() && holder->alive()));
    const auto text = test::error_of([&] { const ph::RunLock second(folder.path()); });
    CHECK_THAT(text, ContainsSubstring("another run is using this work dir"));
    CHECK_THAT(text, ContainsSubstring("pid " + std::to_string(getpid())));
    CHECK_THAT(text, ContainsSubstring("posehost status"));
  }
  CHECK_FALSE(ph::lock_holder(folder.path()).has_value());
  const ph::RunLock again(folder.path());
}

TEST_CASE("A dead run's lock is taken over", "[run][lock]") {
  const test::TempFolder folder;
  SECTION("its process is gone") {
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    const auto child = fork();
    if (child == 0) {
      auto* left = new ph::RunLock(folder.path());  // as a killed process leaves it
      if (write(fds[1], "x", 1) != 1 || left == nullptr) _exit(1);
      pause();
      _exit(0);
    }
    char c = 0;
    REQUIRE(read(fds[0], &c, 1) == 1);
    CHECK_THAT(test::error_of([&] { const ph::RunLock second(folder.path()); }),
               ContainsSubstring("pid " + std::to_string(child)));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(fds[0]);
    close(fds[1]);
    const ph::RunLock lock(folder.path());
    REQUIRE(lock.taken_from().has_value());
    CHECK(lock.taken_from()->pid == child);
  }
  SECTION("its number belongs to another process now") {
    nlohmann::json json;
    {
      const ph::RunLock own(folder.path());
      std::ifstream in(folder.path() / "run.lock");
      json = nlohmann::json::parse(in);
    }
    json["started"] = json["started"].get<std::int64_t>() - 1;
    write_lock(folder, json);
    const ph::RunLock lock(folder.path());
    CHECK(lock.taken_from().has_value());
  }
  SECTION("it was on another machine and has not been seen for long") {
    write_lock(folder, {{"host", "far"}, {"pid", 1}, {"machine", "other"}, {"token", "t"}, {"job", "77"}},
               1000);
    const ph::RunLock lock(folder.path());
    CHECK(lock.taken_from()->host == "far");
  }
  SECTION("it is no lock at all, and old") {
    write_lock(folder, "rubbish", 1000);
    const ph::RunLock lock(folder.path());
    CHECK(lock.taken_from().has_value());
  }
}

TEST_CASE("A run on another machine is alive while its heart beats", "[run][lock]") {
  const test::TempFolder folder;
  write_lock(folder, {{"host", "far"}, {"pid", 1}, {"machine", "other"}, {"token", "t"}, {"job", "77"}}, 20);
  CHECK_THAT(test::error_of([&] { const ph::RunLock lock(folder.path()); }),
             ContainsSubstring("pid 1 on far, job 77, last seen 2"));
}

TEST_CASE("A lock where nothing can be written says so", "[run][lock][error]") {
  CHECK_THAT(test::error_of([] { const ph::RunLock lock("/proc/self"); }),
             ContainsSubstring("cannot be written"));
}
