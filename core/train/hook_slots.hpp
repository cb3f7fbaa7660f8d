#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/declared.hpp"

namespace torch::nn {
class Module;
}

namespace ph {

class MasterWeights;
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Tensors that one hook owns: for each of its slots one for each parameter or buffer of the model.
/// Main thread.
class HookSlots {
 public:
  explicit HookSlots(std::vector<HookSlotInfo> infos) : infos_{std::move(infos)} {}

  /// Allocates all and gives them their first content, from what `model` holds now.
  void make(const torch::nn::Module& model, const MasterWeights& masters);

  /// Names and tensors of a slot in the order of the model; nullptr when there is no such slot.
  [[nodiscard]] const NamedTensors* slot(std::string_view name) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return infos_.empty(); }

  /// All tensors as checkpoints name them: `prefix` + "<slot>/<name>".
  void save(const std::string& prefix, std::map<std::string, at::Tensor>& into) const;
  /// Takes what `saved` has; a slot of which it has nothing keeps its first content. Throws Error(data)
  /// for one that is there in part, or has another shape.
  void load(const std::string& prefix, const std::map<std::string, at::Tensor>& saved,
            const std::string& file);

 private:
  std::vector<HookSlotInfo> infos_;
  std::vector<NamedTensors> tensors_;  // per slot
};

/// Parameters as they are trained, buffers or both (PH_SOURCE_*), detached, in the order of the model.
[[nodiscard]] NamedTensors tensors_of(const torch::nn::Module& model, const MasterWeights& masters,
                                      std::uint32_t source);

}  // namespace ph
