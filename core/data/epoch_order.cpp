#include "data/epoch_order.hpp"

#include <numeric>
#include <utility>

#include "data/rng.hpp"

namespace ph {

std::vector<std::int64_t> epoch_order(std::int64_t size, bool shuffle, std::uint64_t seed,
                                      std::int64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  if (!shuffle) return order;
  Rng random({seed, epoch, 0, purpose_of("order of an epoch")});
  for (std::size_t left = order.size(); left > 1; --left) {  // Fisher-Yates
    std::swap(order[left - 1], order[random.below(left)]);
  }
  return order;
}

}  // namespace ph
