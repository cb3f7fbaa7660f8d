#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/pose_model.hpp"

namespace ph {

/// What is trained where a network holds its parameters in 16 bits (`runtime.param_dtype`): the same ones in
/// 32. Optimizer, averages and checkpoints have these, the network their rounded values. Main thread.
class MasterWeights {
 public:
  /// None: the network's own parameters are trained.
  MasterWeights() = default;
  /// Rounds weights and biases of the convolutions and linear layers of `model` to `type`. All others stay
  /// in 32 bits: norms, embeddings, scales. `model` outlives this.
  MasterWeights(PoseModel& model, at::ScalarType type);

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  /// Undefined where the network's own is the one that is trained.
  [[nodiscard]] at::Tensor find(const std::string& name) const;
  /// Puts them in place of the network's among `tensors`, by name.
  void put_into(std::map<std::string, at::Tensor>& tensors) const;
  /// Takes their values from `saved`, which has fitted the network, and rounds.
  void load(const std::map<std::string, at::Tensor>& saved);
  /// The network's values anew from these, after somebody has written to them.
  void round();
  [[nodiscard]] std::int64_t bytes() const noexcept;

 private:
  struct Entry {
    at::Tensor held, master;  // held: the network's, in 16 bits
  };
  std::map<std::string, Entry> entries_;
};

}  // namespace ph
