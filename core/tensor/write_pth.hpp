#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "tensor/tensor_view.hpp"

namespace ph {

/// Writes a file of weights that `torch.load(path, weights_only=True)` reads: torch 1.6's zip format with a pickle
/// of protocol 2, {"meta": {key: text, …}, "state_dict": OrderedDict of tensors by name}, the shape that mmcv's
/// and mmpose's checkpoints have. Each tensor has a storage of its own. Equal input gives equal bytes; the
/// file appears whole or not at all. Unsigned types of more than 8 bits need torch 2.3 to be read. Throws
/// Error(environment). Names and texts are UTF-8 of less than 4 GiB; pointers and shapes have to be right.
void write_pth(const std::filesystem::path& path, const std::map<std::string, TensorView>& tensors,
               const std::map<std::string, std::string>& meta);

}  // namespace ph
