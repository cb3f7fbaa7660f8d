#pragma once
#include <string>
#include <vector>

#include "train/optimizer_set.hpp"

namespace ph {

/// The parameter groups of a run as a table: group, tensors, numbers, lr, weight decay, optimizer,
/// parameters, why. Lines without line breaks.
[[nodiscard]] std::vector<std::string> group_table(const OptimizerSet& optimizers);

}  // namespace ph
