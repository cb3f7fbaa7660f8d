#include "run/run_lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;

namespace {

// Long enough for a heartbeat of these tests.
constexpr std::chrono::milliseconds kWatch{600};

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
    const ph::RunLock lock(folder.path(), kWatch);
    CHECK(lock.taken_from()->host == "far");
  }
  SECTION("it is no lock at all, and old") {
    write_lock(folder, "rubbish", 1000);
    const ph::RunLock lock(folder.path(), kWatch);
    CHECK(lock.taken_from().has_value());
  }
}

TEST_CASE("A run on another machine is alive while its heart beats", "[run][lock]") {
  const test::TempFolder folder;
  write_lock(folder, {{"host", "far"}, {"pid", 1}, {"machine", "other"}, {"token", "t"}, {"job", "77"}}, 20);
  CHECK_THAT(test::error_of([&] { const ph::RunLock lock(folder.path()); }),
             ContainsSubstring("pid 1 on far, job 77, last seen 2"));
}

TEST_CASE("A heart that beats is seen whatever the clocks say", "[run][lock][clock]") {
  const test::TempFolder folder;
  // Of a machine whose clock is an hour, or a year, behind or ahead of the file server's.
  const int off = GENERATE(3600, -3600, 31'536'000, -31'536'000);
  CAPTURE(off);
  const nlohmann::json far{{"host", "far"}, {"pid", 1}, {"machine", "other"}, {"token", "t"}, {"job", ""}};
  write_lock(folder, far, off);
  SECTION("alive") {
    std::atomic<bool> end{false};
    std::thread heart([&] {
      for (int beat = 1; !end; ++beat) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        std::filesystem::last_write_time(folder.path() / "run.lock",
                                         std::filesystem::file_time_type::clock::now() -
                                             std::chrono::seconds(off) + std::chrono::milliseconds(beat));
      }
    });
    const auto text = test::error_of([&] { const ph::RunLock lock(folder.path(), kWatch); });
    end = true;
    heart.join();
    CHECK_THAT(text, ContainsSubstring("another run is using this work dir"));
    CHECK_THAT(text, !ContainsSubstring("last seen -"));
  }
  SECTION("dead") {
    const ph::RunLock lock(folder.path(), kWatch);
    REQUIRE(lock.taken_from().has_value());
    CHECK(lock.taken_from()->host == "far");
  }
}

TEST_CASE("The guard of a takeover that never ended is removed", "[run][lock][clock]") {
  const test::TempFolder folder;
  write_lock(folder, {{"host", "far"}, {"pid", 1}, {"machine", "other"}, {"token", "t"}, {"job", ""}}, 1000);
  const auto guard = folder.path() / "run.lock.takeover";
  std::ofstream(guard) << "x";
  // Also one from the future: the clock has been set back since.
  const int off = GENERATE(1000, -1000);
  std::filesystem::last_write_time(guard,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::seconds(off));
  const ph::RunLock lock(folder.path(), std::chrono::milliseconds(50));
  CHECK(lock.taken_from().has_value());
  CHECK_FALSE(std::filesystem::exists(guard));
}

TEST_CASE("A lock where nothing can be written says so", "[run][lock][error]") {
  CHECK_THAT(test::error_of([] { const ph::RunLock lock("/proc/self"); }),
             ContainsSubstring("cannot be written"));
}
