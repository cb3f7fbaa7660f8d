#include "schedule/run_length.hpp"

namespace ph {

RunLength read_run_length(const Node& config, std::int64_t iters_per_epoch) {
  RunLength length;
  length.iters_per_epoch = iters_per_epoch;
  const auto runner = config.find("runner");
  length.by_epoch = !runner || !runner->has("type") || runner->at("type").string() != "IterBasedRunner";
  if (!length.by_epoch) {
    length.max_iters = runner->at("max_iters").i64();
    return length;
  }
  const auto epochs =
      runner && runner->has("max_epochs") ? runner->at("max_epochs") : config.at("total_epochs");
  length.max_epochs = epochs.i64();
  if (__builtin_mul_overflow(length.max_epochs, iters_per_epoch, &length.max_iters)) {
    throw epochs.error(
        "more iterations than can be counted: " + std::to_string(iters_per_epoch) + " an epoch",
        "fewer epochs");
  }
  return length;
}

}  // namespace ph
