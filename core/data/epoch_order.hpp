#pragma once
#include <cstdint>
#include <vector>

namespace ph {

/// The order in which an epoch shows `size` samples: the same for the same seed and epoch.
[[nodiscard]] std::vector<std::int64_t> epoch_order(std::int64_t size, bool shuffle, std::uint64_t seed,
                                                    std::int64_t epoch);

}  // namespace ph
