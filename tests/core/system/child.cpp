#include "system/child.hpp"

#include <chrono>
#include <csignal>

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

TEST_CASE("Output beyond the limit is dropped, the child goes on", "[system]") {
  const auto result = ph::run_child({"/bin/sh", "-c", "head -c 300000 /dev/zero; exit 3"}, 10000, 1000);
  CHECK(result.output.size() == 1000);
  CHECK(result.exit_code == 3);
}

TEST_CASE("A program that is not there is an error", "[system][error]") {
  CHECK_THAT(test::error_of([] { (void)ph::run_child({"/nowhere/program"}, 1000); }),
             test::ContainsSubstring("/nowhere/program: cannot be started"));
}
