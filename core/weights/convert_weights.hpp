#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tensor/tensor_view.hpp"
#include "weights/fuse_norms.hpp"
#include "weights/naming.hpp"

namespace ph {

enum class WeightsFormat { safetensors, pth };

/// The format that a file name or a word asks for: ".pth", ".pt", ".ckpt" or "pth", ".safetensors" or "safetensors".
[[nodiscard]] std::optional<WeightsFormat> weights_format(const std::string& name);

/// What `posehost convert` was asked for.
struct ConvertRequest {
  std::filesystem::path in, out;
  WeightsFormat format = WeightsFormat::safetensors;
  std::string names;               ///< a naming, or "" to leave names alone
  bool fuse = false;               ///< norms into the convolutions before them
  double eps = 1e-5;               ///< of those norms
  std::optional<TensorType> type;  ///< of all floating tensors
  bool averaged = false;           ///< the averaged weights of a file that has both
  bool overwrite = false;          ///< `out` may be there
  bool publish = false;            ///< leave out what differs from run to run
};

struct ConvertedFile {
  std::string format;  ///< of `in`
  Renaming renaming;
  std::vector<NormPair> fused;
  std::vector<std::string> not_fused;       ///< norms without a convolution before them
  std::map<std::string, int> left_out;      ///< "state of optimizer and hooks" -> how many tensors
  std::vector<std::string> facts_left_out;  ///< metadata that was not taken over
  std::vector<std::string> notes;
  std::size_t tensors = 0;
  std::uint64_t bytes = 0;  ///< of the tensors that were written
};

/// Reads weights of any format, changes what was asked for, writes them. State of a training (optimizer, hooks,
/// position) is never taken over; the config and the keypoints that posehost keeps in its files are. Throws Error:
/// usage when `out` is there, data for files that cannot be used, numbers beyond the range of `type`, names that meet.
/// Nothing is written then.
[[nodiscard]] ConvertedFile convert_weights(const ConvertRequest& request);

/// Converts likewise, to a file named "<out>-<first 8 digits of its SHA-256>.<suffix>" as mmpose's publish_model does;
/// `request.out` is without suffix, or with one, which is taken away. A file of that name stays as it is: equal content is no
/// error, other content is Error(environment).
struct PublishedFile {
  std::filesystem::path file;
  std::string sha256;
  bool was_there = false;
  ConvertedFile converted;
};
[[nodiscard]] PublishedFile publish_weights(ConvertRequest request);

}  // namespace ph
