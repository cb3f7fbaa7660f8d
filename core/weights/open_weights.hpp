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
  std::vector<std::string> notes;    ///< "averaged weights are there too (ema_state_dict); not used"
  std::shared_ptr<const void> file;  ///< keeps the views alive
};

/// Opens a safetensors file or one of torch.save; what it holds decides, not its name. "module." of
/// DataParallel before a name is taken away. Throws Error(data).
[[nodiscard]] Weights open_weights(const std::filesystem::path& path);

}  // namespace ph
