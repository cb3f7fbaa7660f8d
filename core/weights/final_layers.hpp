#pragma once
#include <string>
#include <vector>

namespace ph {

/// The layers at the end of a heatmap head, whose names differ between mmpose 0.x and 1.x when there are convolutions
/// before the last one: 0.x numbers convolution, norm and activation of all of them below "final_layer", 1.x has "conv_layers"
/// and a "final_layer" by itself.
class FinalLayers {
 public:
  /// `names`: of all tensors of the network, in either version.
  explicit FinalLayers(const std::vector<std::string>& names);
  /// `name` (without the head's own) as 1.x (`conv_layers`) or 0.x has it; other names as they are.
  [[nodiscard]] std::string renamed(const std::string& name, bool conv_layers) const;

 private:
  int last_ = -1;  // number of the last layer in 0.x; -1: there is one layer only
};

/// "final_layer.3.bias" -> 3 and "bias", for `layer` "final_layer."; the number is -1 for other names. Whatever
/// stands before `layer`, it has to end in a dot.
struct NumberedName {
  int number = -1;
  std::string before, rest;
};
[[nodiscard]] NumberedName numbered_name(const std::string& name, const std::string& layer);

}  // namespace ph
