#include "check/process_state.hpp"

#include <fenv.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xmmintrin.h>

#include <algorithm>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>

extern char** environ;

namespace ph {
namespace {

std::size_t count_threads() {
  std::error_code ignored;
  std::size_t n = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task", ignored))
    ++n;
  return n;
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

std::string bytes_of(const void* data, std::size_t size) { return {static_cast<const char*>(data), size}; }

std::map<int, std::string> read_handlers() {
  std::map<int, std::string> all;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0) continue;
    all[signal] = bytes_of(&action.sa_handler, sizeof action.sa_handler) +
                  bytes_of(&action.sa_flags, sizeof action.sa_flags);
  }
  return all;
}

std::map<int, std::string> read_descriptors() {
  std::map<int, std::string> all;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    // The descriptor that lists them is gone by the time of the next line.
    if (!gone && target.string().find("/proc/") != 0)
      all[std::stoi(entry.path().filename())] = target.string();
  }
  return all;
}

std::string blocked_signals() {
  sigset_t set;
  sigemptyset(&set);
  ::pthread_sigmask(SIG_BLOCK, nullptr, &set);
  std::string bits;
  for (int signal = 1; signal < NSIG; ++signal) bits += sigismember(&set, signal) == 1 ? '1' : '0';
  return bits;
}

std::map<std::string, std::string> read_values() {
  std::map<std::string, std::string> all;
  const char* locale = std::setlocale(LC_ALL, nullptr);
  all["the locale"] = locale != nullptr ? locale : "";
  const locale_t own = ::uselocale(nullptr);
  all["the locale of the thread"] = bytes_of(&own, sizeof own);
  std::error_code ignored;
  all["the current folder"] = std::filesystem::current_path(ignored).string();
  const mode_t mask = ::umask(0);
  ::umask(mask);
  all["the file mode mask"] = std::to_string(mask);
  // Rounding, flushing to zero and masks; not the flags of exceptions that happened.
  all["the floating-point mode"] = std::to_string(_mm_getcsr() & 0xffc0u) + "/" +
                                   std::to_string(::fegetround()) + "/" + std::to_string(::fegetexcept());
  all["the blocked signals"] = blocked_signals();
  itimerval timer{};
  ::getitimer(ITIMER_REAL, &timer);
  all["the alarm timer"] = timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0 ? "set" : "";
  rlimit limit{};
  for (const int what : {RLIMIT_STACK, RLIMIT_NOFILE, RLIMIT_CORE}) {
    ::getrlimit(static_cast<__rlimit_resource>(what), &limit);
    all["a resource limit"] += std::to_string(limit.rlim_cur) + " ";
  }
  all["the priority"] = std::to_string(::getpriority(PRIO_PROCESS, 0));
  return all;
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? "SIG" + std::string{name} : "signal " + std::to_string(signal);
}

}  // namespace

ProcessState ProcessState::now() {
  ProcessState state;
  state.threads_ = count_threads();
  state.children_ = has_children();
  state.handlers_ = read_handlers();
  state.descriptors_ = read_descriptors();
  state.values_ = read_values();
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    state.environment_.emplace_back(*entry);
  }
  std::sort(state.environment_.begin(), state.environment_.end());
  return state;
}

std::vector<std::string> ProcessState::compared_with(const ProcessState& later) const {
  std::vector<std::string> all;
  if (later.threads_ > threads_) {
    all.push_back("leaves " + std::to_string(later.threads_ - threads_) + " threads running");
  }
  if (later.children_ && !children_) all.push_back("started a process");
  for (const auto& [signal, handler] : later.handlers_) {
    const auto before = handlers_.find(signal);
    if (before != handlers_.end() && before->second != handler) {
      all.push_back("changed the handler of " + signal_name(signal));
    }
  }
  for (const auto& [number, target] : later.descriptors_) {
    const auto before = descriptors_.find(number);
    if (before == descriptors_.end()) all.push_back("left a file open: " + target);
    if (before != descriptors_.end() && before->second != target)
      all.push_back("replaced an open file by " + target);
  }
  for (const auto& [number, target] : descriptors_) {
    if (later.descriptors_.count(number) == 0) all.push_back("closed a file that is not its own: " + target);
  }
  for (const auto& [what, value] : values_) {
    if (later.values_.at(what) != value) all.push_back("changed " + what);
  }
  if (later.environment_ != environment_) all.push_back("changed the environment");
  return all;
}

std::vector<std::string> ProcessState::changes_since() const {
  std::vector<std::string> changes;
  for (int round = 0; round < 10; ++round) {
    changes = compared_with(now());
    if (changes.empty()) break;
    // A thread that was joined may be listed for a moment.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return changes;
}

}  // namespace ph
