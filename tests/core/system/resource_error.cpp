#include "system/resource_error.hpp"

#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

#include "support/catch.hpp"

using test::ContainsSubstring;

TEST_CASE("What the machine lacks is an error of the environment, with four parts", "[system][memory]") {
  const auto code = [](int number) { return std::system_error(number, std::generic_category(), "it"); };
  struct Case {
    std::optional<ph::Error> error;
    const char* summary;
  };
  const Case cases[] = {
      {ph::resource_error(std::bad_alloc(), "in iteration 7"), "out of memory in iteration 7"},
      // LibTorch's, with keep_heap_mb 0 and on a GPU
      {ph::resource_error(std::runtime_error("[enforce fail at alloc_cpu.cpp:124] data. DefaultCPUAllocator: "
                                             "can't allocate memory: you tried to allocate 400 bytes."),
                          ""),
       "out of memory"},
      {ph::resource_error(std::runtime_error("CUDA out of memory. Tried to allocate 2 GiB"), ""),
       "out of memory"},
      {ph::resource_error(code(ENOMEM), ""), "out of memory"},
      {ph::resource_error(code(EAGAIN), ""), "no more threads can be started"},
      {ph::resource_error(code(EMFILE), ""), "no more files can be opened"},
      {ph::resource_error(code(EDQUOT), ""), "a file cannot be written"}};
  for (const auto& [error, summary] : cases) {
    CAPTURE(summary);
    REQUIRE(error);
    CHECK(error->summary() == summary);
    CHECK(error->exit_code() == 6);
    CHECK_FALSE((error->found().empty() || error->expected().empty() || error->advice().empty()));
  }
  CHECK_THAT(cases[0].error->found(), ContainsSubstring("MiB"));
  CHECK(cases[1].error->found().find("[enforce fail") == 0);
}

TEST_CASE("What is about something else stays what it was", "[system][memory]") {
  CHECK_FALSE(ph::resource_error(std::runtime_error("shapes differ"), ""));
  CHECK_FALSE(ph::resource_error(std::system_error(ENOENT, std::generic_category()), ""));
  CHECK_FALSE(ph::resource_error(ph::Error(ph::ErrorKind::data, "out of memory"), ""));
}
