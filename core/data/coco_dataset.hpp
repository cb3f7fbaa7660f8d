#pragma once
#include "config/registry.hpp"
#include "data/dataset.hpp"

namespace ph {

using DatasetRegistry = Registry<Dataset, const DataContext&>;

/// All data sets that a config can name.
[[nodiscard]] const DatasetRegistry& datasets();

/// TopDownCocoDataset.
void register_coco_dataset(DatasetRegistry& registry);

}  // namespace ph
