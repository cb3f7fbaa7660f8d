#include <posehost/failure.hpp>

#include "fake_host.hpp"
#include "support/catch.hpp"

namespace {

template <class Exception>
void check(const Exception& thrown, std::int32_t code, const std::string& text) {
  test::FakeHost host;
  CHECK(ph::detail::guarded(host.table(), [&] { throw thrown; }) == code);
  CHECK(host.code == code);
  CHECK(host.error == text);
}

}  // namespace

TEST_CASE("whatever plugin code throws becomes a status and a text", "[sdk][failure]") {
  check(ph::Failure(PH_ERR_IO, "disk"), PH_ERR_IO, "disk");
  check(ph::Failure(PH_OK, "claims success"), PH_ERR_FAILED, "claims success");
  check(std::invalid_argument("lr"), PH_ERR_INVALID_ARGUMENT, "lr");
  check(std::out_of_range("index"), PH_ERR_INVALID_ARGUMENT, "index");
  check(std::domain_error("gamma"), PH_ERR_INVALID_ARGUMENT, "gamma");
  check(std::runtime_error("other"), PH_ERR_FAILED, "other");
  check(std::bad_alloc(), PH_ERR_OUT_OF_MEMORY, "out of memory");
  check(42, PH_ERR_FAILED, "an exception that is no std::exception");
  test::FakeHost host;
  CHECK(ph::detail::guarded(host.table(), [] {}) == PH_OK);
  CHECK(host.error.empty());
}

TEST_CASE("a struct of an older host reads as zero beyond its size", "[sdk][growth]") {
  ph_schedule_point given{};
  given.size = offsetof(ph_schedule_point, base);
  given.iter = 3;
  given.base = 0.5;  // beyond what this host claims to know
  const auto read = ph::detail::read_struct(&given);
  CHECK(read.iter == 3);
  CHECK(read.base == 0.0);
}

TEST_CASE("a struct of a newer host is read as far as this header knows it", "[sdk][growth]") {
  struct Newer {
    ph_schedule_point known;
    double later;
  } given{};
  given.known.size = sizeof(Newer);
  given.known.prev = 0.25;
  CHECK(ph::detail::read_struct(&given.known).prev == 0.25);
}

TEST_CASE("an output struct is written no further than its capacity", "[sdk][growth]") {
  ph_hook_info out;
  std::memset(&out, 0x55, sizeof out);
  out.size = offsetof(ph_hook_info, priority);
  ph::detail::write_struct(&out, ph_hook_info{sizeof(ph_hook_info), 0, 6, 10, 1});
  CHECK(out.size == offsetof(ph_hook_info, priority));
  CHECK(out.rev == 0);
  CHECK(out.stages == 6);
  CHECK(out.priority == 0x55555555);
  CHECK(out.flags == 0x55555555u);
}
