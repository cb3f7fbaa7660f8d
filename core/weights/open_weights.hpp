#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tensor/tensor_view.hpp"

namespace ph {

/// The weights in a file, whatever its format.
struct Weights {
  std::string format;  ///< "safetensors", "PyTorch", "PyTorch before 1.6"
  std::map<std::string, TensorView> tensors;
  /// A safetensors file's metadata; the numbers and texts beside the weights of torch.save ("meta.epoch").
  std::map<std::string, std::string> metadata;
  std::vector<std::string> notes;  ///< "averaged weights are there too (ema_state_dict); not used"
  std::string averaged;            ///< member of a file of torch.save with averaged weights; not in `tensors`
  std::shared_ptr<const void> file;  ///< keeps the views alive
};

/// Opens a safetensors file or one of torch.save; what it holds decides, not its name. "module." of
/// DataParallel before a name is taken away. Throws Error(data).
[[nodiscard]] Weights open_weights(const std::filesystem::path& path);

/// The averaged ones (EMA, SWA) instead of those that trained, wherever the program that wrote the file keeps
/// them: beside the others ("state_dict_ema"), or, as posehost and mmengine do, in their place. Throws Error(data) also
/// when the file has none.
[[nodiscard]] Weights open_averaged_weights(const std::filesystem::path& path);

}  // namespace ph
