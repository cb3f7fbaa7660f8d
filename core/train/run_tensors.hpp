#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <posehost/abi.h>

#include "train/hook_slots.hpp"

namespace ph {

struct RunPlan;

/// Tensors under the names that hooks know them by, and what hooks may do to them. Results are PH_OK or
/// PH_ERR_* as abi.h says. Main thread.
class RunTensors {
 public:
  explicit RunTensors(RunPlan& plan) : plan_{plan} {}

  /// "batch/…" and "output/…" of the current iteration.
  std::map<std::string, at::Tensor> batch;

  /// Undefined when there is none of that name.
  [[nodiscard]] at::Tensor find(std::string_view name) const;
  /// All whose names begin with `prefix`, under their whole names. Nothing: no such kind.
  [[nodiscard]] std::optional<NamedTensors> below(std::string_view prefix) const;

  [[nodiscard]] std::int32_t visit(std::string_view prefix, ph_visit_tensor visit, void* user) const;
  [[nodiscard]] std::int32_t combine(std::string_view to, double a, std::string_view from, double b);
  [[nodiscard]] std::int32_t swap(std::string_view one, std::string_view other);
  [[nodiscard]] std::int32_t set_requires_grad(std::string_view param, bool on);

  /// Whether a hook that may write had parameters in its hands since the last time.
  [[nodiscard]] bool take_touched() noexcept { return std::exchange(touched_, false); }

  /// A view of a tensor that stays alive.
  [[nodiscard]] static ph_tensor view_of(const at::Tensor& tensor);

 private:
  struct Pair {
    at::Tensor one, other;
  };
  [[nodiscard]] bool may_write(std::string_view prefix) const noexcept;
  [[nodiscard]] std::int32_t match(std::string_view one, std::string_view other,
                                   std::vector<Pair>& pairs) const;
  RunPlan& plan_;
  mutable bool touched_ = false;
};

}  // namespace ph
