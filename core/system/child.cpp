#include "system/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "config/error.hpp"

extern char** environ;

namespace ph {
namespace {

[[noreturn]] void fail(const std::string& program, int error) {
  throw Error(ErrorKind::environment, program + ": cannot be started", std::strerror(error),
              "a program that this machine can run", {});
}

// Starts it with both streams into the pipe's writing end.
pid_t start(const std::vector<std::string>& argv, int out, const ChildOptions& options) {
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, out, 2);
  if (options.report_fd >= 0) posix_spawn_file_actions_adddup2(&actions, options.report_fd, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  if (options.own_group) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = 0;
  const int error = posix_spawn(&child, words[0], &actions, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(argv[0], error);
  return child;
}

// A descriptor that becomes readable when the process ends; -1 on a kernel without.
int open_process(pid_t child) { return static_cast<int>(syscall(SYS_pidfd_open, child, 0)); }

// Reads until the child has ended (or, without `process`, closed its streams) or is late; true then.
bool collect(int out, int process, const ChildOptions& options, std::string& output) {
  using clock = std::chrono::steady_clock;
  const auto deadline = clock::now() + std::chrono::milliseconds(options.timeout_ms);
  std::array<char, 4096> part{};
  bool open = true, ended = false;
  while (open || (process >= 0 && !ended)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
    std::array<pollfd, 2> wait{{{open ? out : -1, POLLIN, 0}, {ended ? -1 : process, POLLIN, 0}}};
    // Once it has ended, what is in the pipe is all there is, whoever else holds the other end.
    const int ready = left > 0 || ended ? poll(wait.data(), 2, ended ? 0 : static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return !ended;
    if (wait[1].revents != 0) ended = true;
    if (wait[0].revents == 0) continue;
    const auto n = read(out, part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      open = false;
      continue;
    }
    // What is too much is read and dropped, so that the child can go on.
    const auto room = options.max_output - output.size();
    output.append(part.data(), std::min(static_cast<std::size_t>(n), room));
  }
  return false;
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& argv, const ChildOptions& options) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail(argv[0], errno);
  pid_t child = 0;
  try {
    child = start(argv, ends[1], options);
  } catch (...) {
    close(ends[0]);
    close(ends[1]);
    throw;
  }
  close(ends[1]);

  ChildResult result;
  const int process = open_process(child);
  result.timed_out = collect(ends[0], process, options, result.output);
  if (result.timed_out) kill(options.own_group ? -child : child, SIGKILL);
  if (process >= 0) close(process);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  // The group's number is not given to others while a member lives.
  if (options.own_group && kill(-child, SIGKILL) == 0) result.left_behind = !result.timed_out;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

}  // namespace ph
