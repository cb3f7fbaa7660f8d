#pragma once
#include <string>

#include "config/node.hpp"
#include "tools/count_operators.hpp"

namespace ph {

/// "5.46 GFLOPs", "33.9 M": numbers as mmcv prints them, two decimals at most.
[[nodiscard]] std::string billions(std::int64_t count, const std::string& unit);
[[nodiscard]] std::string millions(std::int64_t count);

/// The table (rows_by_depth) and, below it, mmpose's block: input shape, FLOPs, parameters, a caution.
[[nodiscard]] std::string flops_text(const NetworkCount& count, CountConvention convention,
                                     std::size_t depth);
[[nodiscard]] Json flops_json(const NetworkCount& count, CountConvention convention, std::size_t depth);

}  // namespace ph
