#include "system/resource_error.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <new>
#include <string_view>
#include <system_error>

#include "system/limits.hpp"

namespace ph {
namespace {

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

// LibTorch and oneDNN throw types of their own, which this library does not know; their texts are all
// there is.
bool tells_of_memory(std::string text) {
  constexpr std::array<std::string_view, 5> kTexts{"can't allocate memory", "not enough memory",
                                                   "out of memory", "bad_alloc", "cannot allocate memory"};
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(kTexts.begin(), kTexts.end(),
                     [&](std::string_view known) { return text.find(known) != text.npos; });
}

std::string limits_of_memory() {
  auto text = mebibytes(static_cast<std::uint64_t>(std::max<std::int64_t>(0, usable_memory()))) + " usable";
  rlimit space{};
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
    text += ", at most " + mebibytes(space.rlim_cur) + " of addresses (ulimit -v)";
  return text;
}

Error of_memory(const std::string& during, const std::string& what) {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto first_line = what.substr(0, std::min(what.find('\n'), std::size_t{200}));
  return {ErrorKind::environment, "out of memory" + during,
          first_line + "; the process had " + mebibytes(static_cast<std::uint64_t>(used.ru_maxrss) << 10) +
              " at most",
          "what a run needs, within the limits: " + limits_of_memory(),
          "a smaller samples_per_gpu or image_size, workers_per_gpu, runtime.image_cache_mb, or more memory"};
}

}  // namespace

std::optional<Error> resource_error(const std::exception& error, const std::string& during) {
  const auto place = during.empty() ? during : " " + during;
  if (dynamic_cast<const Error*>(&error)) return std::nullopt;
  if (dynamic_cast<const std::bad_alloc*>(&error)) return of_memory(place, error.what());
  if (const auto* system = dynamic_cast<const std::system_error*>(&error)) {
    const auto& code = system->code();
    if (code.category() != std::generic_category() && code.category() != std::system_category())
      return std::nullopt;
    switch (code.value()) {
      case ENOMEM:
        return of_memory(place, error.what());
      case EAGAIN:  // of a thread that could not be made
        return Error(ErrorKind::environment, "no more threads can be started" + place, error.what(),
                     "room for the threads of a run, and memory for their stacks",
                     "ulimit -u, ulimit -v, the cgroup's pids.max; fewer workers_per_gpu or runtime.threads");
      case EMFILE:
      case ENFILE:
        return Error(ErrorKind::environment, "no more files can be opened" + place, error.what(),
                     "room for the files of a run", "a larger ulimit -n");
      case ENOSPC:
      case EDQUOT:
      case EROFS:
      case EACCES:
        return Error(ErrorKind::environment, "a file cannot be written" + place, error.what(),
                     "a disk with room that this user may write to", "free some space, or --work-dir DIR");
      default:
        return std::nullopt;
    }
  }
  return tells_of_memory(error.what()) ? std::optional(of_memory(place, error.what())) : std::nullopt;
}

}  // namespace ph
