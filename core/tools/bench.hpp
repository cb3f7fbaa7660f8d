#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "train/run_options.hpp"

namespace ph {

struct BenchOptions {
  RunOptions run;
  std::vector<std::string> what{"data", "step", "optimizer"};
  int rounds = 20;  ///< measured; two more before them are not
  /// JSON file, {"shapes": [[64, 3, 7, 7], [64], …]}: `optimizer` works on tensors of these shapes instead
  /// of the model's. Empty: the model's.
  std::filesystem::path shapes;
};

/// Measures parts of the run that a config describes, without writing anything:
///   data       samples a second of the training pipeline, by number of threads, from files and, in a
///              second pass, from the cache of decoded images (loading alone, as fast as it goes)
///   step       a training iteration on one real batch, split into forward with loss, backward, optimizer
///   operators  where an iteration goes: LibTorch's operators by time, without those that they call; on a GPU
///              the time to launch them only
///   optimizer  the optimizer plugin's step, interleaved with LibTorch's fused one where there is one
/// Times are medians over `rounds`. Returns {"data": …, "step": …, "optimizer": …}. Throws Error.
[[nodiscard]] Json run_bench(const BenchOptions& options);

}  // namespace ph
