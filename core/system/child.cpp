#include "system/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
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
pid_t start(const std::vector<std::string>& argv, int out) {
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, out, 2);
  pid_t child = 0;
  const int error = posix_spawn(&child, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(argv[0], error);
  return child;
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& argv, int timeout_ms, std::size_t max_output) {
  using clock = std::chrono::steady_clock;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail(argv[0], errno);
  pid_t child = 0;
  try {
    child = start(argv, ends[1]);
  } catch (...) {
    close(ends[0]);
    close(ends[1]);
    throw;
  }
  close(ends[1]);

  ChildResult result;
  const auto deadline = clock::now() + std::chrono::milliseconds(timeout_ms);
  std::array<char, 4096> part{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
    pollfd wait{ends[0], POLLIN, 0};
    const int ready = left > 0 ? poll(&wait, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      result.timed_out = true;
      kill(child, SIGKILL);
      break;
    }
    const auto n = read(ends[0], part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    // What is too much is read and dropped, so that the child can go on.
    const auto room = max_output - result.output.size();
    result.output.append(part.data(), std::min(static_cast<std::size_t>(n), room));
  }
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

}  // namespace ph
