#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ph {

/// Where the time of a run goes. PlaceScope tells it who is at work; what happens within a scope of
/// another is the other's, so that the sums add up to the time of the run. Main thread.
class RunTimes {
 public:
  struct Sum {
    std::string who;   ///< component, "" for the host itself
    std::string what;  ///< a stage, "backward", …
    std::int64_t ns = 0, calls = 0;
  };
  struct Span {
    const char *who, *what;  ///< who: null for the host itself
    std::int64_t begin_ns, end_ns;
  };

  /// Texts have to live as long as the run.
  void begin(const char* who, const char* what) noexcept;
  void end() noexcept;

  /// All sums since the run began, largest first.
  [[nodiscard]] std::vector<Sum> sums() const;

  /// Keeps the next `capacity` spans that end from now on.
  void record(std::size_t capacity);
  /// Those, in the order of their ends; nothing is kept any more.
  [[nodiscard]] std::vector<Span> take_recorded();

  /// Forgets everything: a run begins.
  void reset();

 private:
  struct Open {
    const char *who, *what;
    std::int64_t begin_ns, inner_ns;
  };
  struct Entry {
    const char *who, *what;
    Sum sum;
  };
  Sum& sum_of(const char* who, const char* what);
  std::array<Open, 32> open_{};
  std::size_t depth_ = 0;
  std::vector<Entry> entries_;
  std::vector<Span> recorded_;
  std::size_t capacity_ = 0;
};
[[nodiscard]] RunTimes& run_times() noexcept;

}  // namespace ph
