#include "system/child.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>

#include "support/catch.hpp"
#include "support/error_of.hpp"

TEST_CASE("A child's output and exit code come back", "[system]") {
  const auto result = ph::run_child({"/bin/sh", "-c", "echo out; echo err >&2; read line; exit 7"}, 10000);
  CHECK(result.exit_code == 7);
  CHECK(result.signal == 0);
  CHECK_FALSE(result.timed_out);
  CHECK(result.output == "out\nerr\n");
}

TEST_CASE("A child that a signal ended says so", "[system]") {
  const auto result = ph::run_child({"/bin/sh", "-c", "kill -TERM $$"}, 10000);
  CHECK(result.signal == SIGTERM);
  CHECK(result.exit_code == -1);
}

TEST_CASE("A child that is late is killed", "[system]") {
  const auto begin = std::chrono::steady_clock::now();
  const auto result = ph::run_child({"/bin/sleep", "30"}, 100);
  CHECK(result.timed_out);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("What a child leaves behind is not waited for", "[system]") {
  const auto begin = std::chrono::steady_clock::now();
  const auto alone = ph::run_child({"/bin/sh", "-c", "echo one; exit 0"}, {10000, 1000, -1, true});
  CHECK_FALSE(alone.left_behind);
  // The other process holds the pipe open for longer than the test may take.
  const auto result =
      ph::run_child({"/bin/sh", "-c", "sleep 30 & echo two; exit 4"}, {25000, 1000, -1, true});
  CHECK(result.exit_code == 4);
  CHECK(result.output == "two\n");
  CHECK(result.left_behind);
  CHECK_FALSE(result.timed_out);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("A child writes its report into descriptor 3", "[system]") {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  const auto result = ph::run_child({"/bin/sh", "-c", "echo report >&3"}, {10000, 1000, fileno(file), false});
  CHECK(result.exit_code == 0);
  char text[16]{};
  std::rewind(file);
  CHECK(std::fread(text, 1, sizeof text, file) == 7);
  CHECK(std::string(text) == "report\n");
  std::fclose(file);
}

TEST_CASE("Output beyond the limit is dropped, the child goes on", "[system]") {
  const auto result = ph::run_child({"/bin/sh", "-c", "head -c 300000 /dev/zero; exit 3"}, 10000, 1000);
  CHECK(result.output.size() == 1000);
  CHECK(result.exit_code == 3);
}

TEST_CASE("A program that is not there is an error", "[system][error]") {
  CHECK_THAT(test::error_of([] { (void)ph::run_child({"/nowhere/program"}, 1000); }),
             test::ContainsSubstring("/nowhere/program: cannot be started"));
}
