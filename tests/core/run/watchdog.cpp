// Both end the process: each test does it in a child and looks at what is left.
#include "run/watchdog.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>

#include "run/crash_report.hpp"
#include "run/place.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;
using namespace std::chrono_literals;

namespace {

// How a child that does `work` ends, as wait() says; its stderr goes to `file`.
int end_of(const std::filesystem::path& file, const std::function<void()>& work) {
  const auto child = fork();
  if (child == 0) {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (std::freopen(file.c_str(), "w", stderr) == nullptr) _exit(3);
    for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS}) std::signal(number, SIG_DFL);
    work();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("The watchdog ends a run in which nothing moves, and says who it was", "[run][watchdog]") {
  const test::TempFolder folder;
  const auto status = end_of(folder.path() / "err", [] {
    const ph::PlaceScope scope("org.acme/Stuck", "after_train_iter");
    ph::place().iteration = 12;
    const ph::Watchdog watchdog(200ms);
    std::this_thread::sleep_for(20s);
  });
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
  const auto text = text_of(folder.path() / "err");
  CHECK_THAT(text, ContainsSubstring("plugin org.acme/Stuck is stuck"));
  CHECK_THAT(text, ContainsSubstring("after_train_iter, iteration 12"));
}

TEST_CASE("The watchdog lets a slow run go on", "[run][watchdog]") {
  const test::TempFolder folder;
  CHECK(end_of(folder.path() / "err", [] {
          const ph::Watchdog watchdog(1500ms), off(0ms);
          for (int i = 0; i < 20; ++i) {
            std::this_thread::sleep_for(100ms);
            ++ph::place().beats;
          }
        }) == 0);
}

TEST_CASE("A crash names plugin, stage and iteration, and the exit code stays the system's", "[run][crash]") {
  const test::TempFolder folder;
  const auto number = GENERATE(SIGSEGV, SIGFPE, SIGABRT);
  const auto status = end_of(folder.path() / "err", [&] {
    const ph::CrashReport report(folder.path() / "crash.txt");
    ph::place().iteration = 7;
    const ph::PlaceScope scope("org.acme/Wild", "before_run");
    std::raise(number);
  });
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == number));
  for (const char* file : {"err", "crash.txt"}) {
    const auto text = text_of(folder.path() / file);
    CHECK_THAT(text, ContainsSubstring("in plugin org.acme/Wild"));
    CHECK_THAT(text, ContainsSubstring("before_run, iteration 7"));
    CHECK_THAT(text, ContainsSubstring("test_base"));  // the stack
  }
}

TEST_CASE("The place of a run is what its innermost scope says", "[run]") {
  const ph::PlaceScope outer("a/A", "one");
  {
    const ph::PlaceScope inner(nullptr, "two");
    CHECK((ph::place().who.load() == nullptr && std::string(ph::place().doing) == "two"));
  }
  CHECK((std::string(ph::place().who) == "a/A" && std::string(ph::place().doing) == "one"));
}
