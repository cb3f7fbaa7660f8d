#include "data/dataset.hpp"

#include "config/registry.hpp"
#include "data/coco_dataset.hpp"
#include "data/sample.hpp"

namespace ph {

Sample Dataset::sample(std::int64_t index, std::uint64_t seed, std::int64_t epoch) const {
  Sample made;
  make_sample(index, seed, epoch, made);
  return made;
}

MetricContext Dataset::metric_context() const {
  MetricContext context;
  context.info = &info();
  return context;
}

const DatasetRegistry& datasets() {
  static const DatasetRegistry all = [] {
    DatasetRegistry registry("data set");
    register_coco_dataset(registry);
    return registry;
  }();
  return all;
}

std::shared_ptr<const Dataset> make_dataset(const Node& node, const DataContext& context) {
  return datasets().make(node, context);
}

}  // namespace ph
