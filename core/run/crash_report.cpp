#include "run/crash_report.hpp"

#include <execinfo.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <string>

#include "run/place.hpp"

namespace ph {

RunPlace& place() noexcept {
  static RunPlace here;
  return here;
}

namespace {

constexpr std::array<int, 5> kSignals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
std::array<char, 4096> report_path{};
alignas(16) std::array<char, 64 * 1024> handler_stack{};

const char* name_of(int number) {
  switch (number) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGILL:
      return "SIGILL";
    case SIGFPE:
      return "SIGFPE";
    default:
      return "SIGABRT";
  }
}

// Nothing but what a signal handler may call: no allocation, no stdio.
void put(int fd, const char* text) {
  if (const auto done = write(fd, text, std::strlen(text)); done < 0) return;
}

void put(int fd, std::int64_t number) {
  std::array<char, 24> digits{};
  auto at = digits.size() - 1;
  do {
    digits[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0);
  put(fd, &digits[at]);
}

void describe(int fd, int number, void* const* frames, int n_frames) {
  const auto& here = place();
  const char* who = here.who.load();
  put(fd, "error: crashed by ");
  put(fd, name_of(number));
  put(fd, who != nullptr ? " in plugin " : " in the host");
  if (who != nullptr) put(fd, who);
  put(fd, "\n  found     ");
  put(fd, here.doing.load());
  put(fd, ", iteration ");
  put(fd, here.iteration.load());
  put(fd, "\n  try       --resume goes on from the last checkpoint; without this plugin, if it is one\n");
  backtrace_symbols_fd(frames, n_frames, fd);
}

extern "C" void on_crash(int number) {
  std::array<void*, 64> frames{};
  const int n_frames = backtrace(frames.data(), static_cast<int>(frames.size()));
  describe(STDERR_FILENO, number, frames.data(), n_frames);
  const int fd = open(report_path.data(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd >= 0) describe(fd, number, frames.data(), n_frames);
  // SA_RESETHAND: the system's own reaction comes now.
  raise(number);
}

}  // namespace

CrashReport::CrashReport(const std::filesystem::path& file) {
  const auto text = file.string();
  if (text.size() < report_path.size()) std::memcpy(report_path.data(), text.c_str(), text.size() + 1);
  // The first call loads a library, which a handler must not do.
  std::array<void*, 1> frame{};
  backtrace(frame.data(), 1);
  // A stack overflow leaves no stack for its handler.
  stack_t stack{};
  stack.ss_sp = handler_stack.data();
  stack.ss_size = handler_stack.size();
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = on_crash;
  action.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (const int number : kSignals) sigaction(number, &action, nullptr);
}

CrashReport::~CrashReport() {
  for (const int number : kSignals) std::signal(number, SIG_DFL);
  stack_t off{};
  off.ss_flags = SS_DISABLE;
  sigaltstack(&off, nullptr);
}

}  // namespace ph
