#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tensor/tensor_view.hpp"

namespace ph {

/// A batch norm and the convolution before it, by the names of their modules.
struct NormPair {
  std::string conv, norm;
};

/// Which norms (modules with running_mean and running_var) stand behind which convolutions: "bn2" behind "conv2", "bn"
/// behind "conv", "1" behind "0". A norm without such a convolution is in `alone`.
struct NormPairs {
  std::vector<NormPair> pairs;
  std::vector<std::string> alone;
};
[[nodiscard]] NormPairs find_norm_pairs(const std::map<std::string, TensorView>& tensors);

/// The convolution that belongs to the norm `norm` by its name; nothing when its name says none.
[[nodiscard]] std::optional<std::string> conv_of_norm(const std::string& norm);

/// Weights whose norms are part of the convolutions before them.
struct FusedWeights {
  std::map<std::string, TensorView> tensors;  ///< views of `memory` and of the weights that were given
  std::deque<std::vector<std::byte>> memory;
  std::vector<NormPair> fused;
  std::vector<std::string> alone;  ///< norms that stayed, as find_norm_pairs()
};

/// w' = w g / sqrt(v + eps), b' = (b - m) g / sqrt(v + eps) + s for each output channel, computed in double and rounded
/// once to `type`, or to the convolution's own; "conv.bias" appears, the norm's tensors go. Transposed convolutions ("deconv" in
/// their name) have their output channels second. Throws Error(data), `file` for messages: sizes that do not fit, a
/// variance below 0 or no number, weights that are no floating numbers.
[[nodiscard]] FusedWeights fuse_norms(const std::map<std::string, TensorView>& tensors, double eps,
                                      const std::string& file, std::optional<TensorType> type = {});

}  // namespace ph
