#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "model/pose_model.hpp"
#include "schedule/schedule_chain.hpp"
#include "train/loss_scaler.hpp"

namespace ph {

/// What happens to gradients before an update: config sections `optimizer_config` and `fp16`.
struct GradientRules {
  /// Reads a checked config. Throws Error(config) for what its schema cannot say.
  static GradientRules read(const Node& config);

  std::int64_t cumulative_iters = 1;  ///< iterations whose gradients are added for one update
  std::optional<double> max_norm, clip_value;
  double norm_type = 2;
  bool error_if_nonfinite = false;
  bool detect_anomalous_params = false;
  std::optional<LossScaler> scaler;

  /// Iterations that the loss of iteration `iter` is divided by: mmcv's rule, in which the remainder at
  /// the end of a run counts itself.
  [[nodiscard]] std::int64_t loss_factor(std::int64_t iter, std::int64_t max_iters) const noexcept;
  /// Whether an update follows iteration `iter`.
  [[nodiscard]] bool update_due(std::int64_t iter, std::int64_t max_iters) const noexcept;
  /// What a run says of them at its start.
  [[nodiscard]] std::vector<std::string> notes(const RunLength& length) const;
};

/// torch.nn.utils.clip_grad_norm_: one norm of all, a coefficient of max_norm / (norm + 1e-6), at most 1.
/// The norm before, a scalar that nobody has waited for.
at::Tensor clip_by_norm(std::vector<at::Tensor>& gradients, double max_norm, double norm_type);
/// torch.nn.utils.clip_grad_value_.
void clip_by_value(std::vector<at::Tensor>& gradients, double limit);
/// Divides by `scale` in place. True if one of them is not finite; waits for the device.
[[nodiscard]] bool unscale(std::vector<at::Tensor>& gradients, double scale);

/// Names and shapes of the parameters that need a gradient and that `loss` does not depend on.
[[nodiscard]] std::vector<std::string> outside_graph(const at::Tensor& loss, const PoseModel& model);

}  // namespace ph
