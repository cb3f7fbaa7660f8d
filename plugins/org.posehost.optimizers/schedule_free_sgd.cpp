// SPDX-License-Identifier: Apache-2.0
//
// Schedule-free SGD (Defazio et al. 2024, "The Road Less Scheduled"), as in the authors' SGDScheduleFree:
//   lr_t = lr min(1, k / warmup_steps);  w = k^r max(lr_1..lr_t)^weight_lr_power;  c = w / sum of w
//   g += weight_decay y;  y = lerp(y, z, c) + lr_t (momentum (1 - c) - 1) g;  z -= lr_t g
// Gradients are taken at y, which is trained; x is evaluated, with y = (1 - momentum) z + momentum x. k counts the
// updates of a parameter (theirs those of the group), as every optimizer here does.
#include <algorithm>
#include <cmath>

#include <posehost/passes_optimizer.hpp>

namespace {

class ScheduleFreeSGD final : public ph::PassesOptimizer {
 public:
  static constexpr auto info = ph::component("ScheduleFreeSGD", "SGD that averages in place of a schedule");
  static constexpr auto args = ph::args(
      ph::arg<double>("lr", 1.0, ph::at_least(0), ph::role::lr, "step size, after warm-up"),
      ph::arg<double>("momentum", 0.9, ph::above(0), ph::below(1), ph::role::momentum,
                      "share of the average in the point where gradients are taken"),
      ph::arg<double>("weight_decay", 0.0, ph::at_least(0), ph::role::weight_decay, "L2 penalty at y"),
      ph::arg<std::int64_t>("warmup_steps", 0, ph::at_least(0), "updates of linear rise"),
      ph::arg<double>("r", 0.0, "power of the step in the weight of the average"),
      ph::arg<double>("weight_lr_power", 2.0, "power of the largest lr in the weight of the average"));
  // Sums of weights belong to a parameter: those without a gradient stand still.
  static constexpr std::int64_t passes = 1, sums = 0;

  explicit ScheduleFreeSGD(const ph::Config& config)
      : warmup_{static_cast<double>(config.get<std::int64_t>("warmup_steps"))},
        r_{config.get<double>("r")},
        power_{config.get<double>("weight_lr_power")} {}

  std::vector<ph::Slot> slots() const override {
    return {{"z", PH_SLOT_COPY}, ph::scalar_slot("weight_sum"), ph::scalar_slot("lr_max")};
  }

  template <class Real>
  struct Scalars {
    Real lr, decay, average, y_step;
    Real to_x;  // x = y + to_x (z - y)
  };

  Scalars<double> scalars(const ph::Hypers& h, const ph::ParamPass& at) const {
    const double momentum = h["momentum"], to_x = 1 - 1 / momentum;
    if (at.evaluates()) return {0, 0, 0, 0, to_x};
    const auto k = static_cast<double>(at.step());
    const double lr = h["lr"] * (warmup_ > 0 ? std::min(1.0, k / warmup_) : 1.0);
    auto& weight_sum = at.slot(1);
    auto& lr_max = at.slot(2);
    lr_max = std::max(lr, lr_max);
    const double weight = std::pow(k, r_) * std::pow(lr_max, power_);
    weight_sum += weight;
    const double c = weight_sum == 0 ? 0 : weight / weight_sum;
    return {lr, h["weight_decay"], c, lr * (momentum * (1 - c) - 1), to_x};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& y, Real g, Real& z) {
      g += s.decay * y;
      y = lerp(y, z, s.average) + s.y_step * g;
      z -= s.lr * g;
    });
  }

  template <class Real>
  void eval_weights(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each_weight([s](Real& y, Real& z) { y = y + s.to_x * (z - y); });
  }

 private:
  // torch's: from the nearer end.
  template <class Real>
  static Real lerp(Real a, Real b, Real way) {
    return way < Real(0.5) ? a + way * (b - a) : b - (b - a) * (Real(1) - way);
  }

  double warmup_, r_, power_;
};

}  // namespace

POSEHOST_COMPONENT(ScheduleFreeSGD);
