#include "model/global_average_pooling.hpp"

#include <ATen/ops/adaptive_avg_pool2d.h>

namespace ph {

const ArgTable<GlobalAveragePoolingArgs>& GlobalAveragePoolingArgs::table() {
  static const auto table = ArgTable<GlobalAveragePoolingArgs>("the mean of each channel");
  return table;
}

Features GlobalAveragePooling::forward(const Features& features) {
  Features pooled;
  for (const auto& map : features) pooled.push_back(at::adaptive_avg_pool2d(map, {1, 1}).flatten(1));
  return pooled;
}

}  // namespace ph
