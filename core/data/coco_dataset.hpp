#pragma once
#include "config/registry.hpp"
#include "data/dataset.hpp"

namespace ph {

using DatasetRegistry = Registry<Dataset, const DataContext&>;

/// TopDownCocoDataset.
void register_coco_dataset(DatasetRegistry& registry);

}  // namespace ph
