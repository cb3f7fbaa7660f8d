#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// Numbers from a seed: the same on every machine.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_{seed} {}
  [[nodiscard]] std::uint64_t bits() noexcept;
  /// 0 to n-1.
  [[nodiscard]] std::size_t below(std::size_t n) noexcept { return n == 0 ? 0 : bits() % n; }
  [[nodiscard]] double unit() noexcept { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  [[nodiscard]] bool chance(double p) noexcept { return unit() < p; }

 private:
  std::uint64_t state_;
};

/// Arguments made from a schema of the dialect.

/// What is required and nothing else; moderate values.
[[nodiscard]] Json minimal_args(const Json& schema, Draw& draw);
/// Any valid ones: edges of ranges, empty and long lists, every alternative.
[[nodiscard]] Json random_args(const Json& schema, Draw& draw);

struct BrokenArgs {
  Json args;
  std::string what;  ///< "/betas/0: above the maximum"
};
/// Every single way in which `valid` can be made wrong by the schema: type, range, choice, length, a
/// missing and an unknown key, at every place it has.
[[nodiscard]] std::vector<BrokenArgs> broken_args(const Json& schema, const Json& valid);

}  // namespace ph
