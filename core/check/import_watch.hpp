#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ph {

/// Watches what a loaded plugin calls of libc. The functions that its own global offset table leads to are
/// replaced; nobody else's calls are seen, and no symbol has to be exported, so that this works in any
/// program and for plugins with a static C++ runtime. What is not seen: calls at load time, calls by other
/// libraries on its behalf, direct system calls.
namespace import_watch {

enum class Group {
  memory,   ///< malloc and its like, operator new, mmap
  outside,  ///< clocks, random numbers, files, the environment: what makes a result depend on the moment
  process,  ///< what no call may do: fork, exit, setlocale, chdir, setenv, signal, fesetround, …
};

/// Once for each loaded file. Throws Error(internal) when the file is not loaded.
void install(const std::filesystem::path& file);

/// Forgets what was seen.
void reset() noexcept;
/// The functions of a group that were called since, with their numbers: "malloc (3 times)".
[[nodiscard]] std::vector<std::string> seen(Group group);
/// How many calls of the group.
[[nodiscard]] std::int64_t count(Group group) noexcept;

/// Blocks that the plugin has allocated and not freed since install().
[[nodiscard]] std::int64_t blocks_held() noexcept;

/// From now on the n-th allocation (from 0) fails; a negative n: none.
void fail_allocation(std::int64_t n) noexcept;

}  // namespace import_watch
}  // namespace ph
