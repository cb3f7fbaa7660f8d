#pragma once
#include <cstdint>
#include <string>

#include "config/node.hpp"

namespace ph {

/// Scales losses so that small gradients do not vanish in 16 bits: torch.amp.GradScaler's rule. A gradient
/// that is not finite means that the scale was too large: the update is left out. Main thread.
class LossScaler {
 public:
  /// Reads `loss_scale`: a number (which stays), "dynamic", or an object of GradScaler's arguments or of
  /// mmcv's older LossScaler. Throws Error(config).
  explicit LossScaler(const Node& loss_scale);

  [[nodiscard]] double scale() const noexcept { return scale_; }
  /// After each attempt at an update. Throws Error(nan) when no scale helps.
  void update(bool overflow);

  /// For checkpoints. A scale that stays is not part of it: the config's counts.
  [[nodiscard]] std::string state() const;
  /// Throws Error(data) naming `file` when the text is damaged.
  void load_state(const std::string& text, const std::string& file);

 private:
  double scale_ = 65536, growth_ = 2, backoff_ = 0.5;
  std::int64_t interval_ = 2000;
  bool fixed_ = false;
  std::int64_t good_ = 0, skipped_ = 0;  // attempts in a row
};

}  // namespace ph
