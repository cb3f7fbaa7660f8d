// SPDX-License-Identifier: Apache-2.0
//
// EMAHook: mmcv's when no `ema_type` is given, else mmengine's and mmpose's. The average is updated right
// after the optimizer's step whatever the hook's priority, so that no checkpoint comes between the two.
#include <algorithm>
#include <cmath>

#include "shown_average.hpp"

namespace {

class EMA final : public ShownAverage {
 public:
  static constexpr auto info = ph::component("EMA", "keeps a moving average of the weights, and shows it");
  static constexpr auto args = ph::args(
      ph::arg<std::optional<std::string>>(
          "ema_type", ph::null,
          ph::one_of("ExponentialMovingAverage", "ExpMomentumEMA", "MomentumAnnealingEMA",
                     "StochasticWeightAverage"),
          "mmengine's rule; null: mmcv's, min(momentum^interval, (1 + i) / (warm_up + i))"),
      ph::arg<double>("momentum", 0.0002, ph::above(0.0), ph::below(1.0), "share of the new weights"),
      ph::arg<std::int64_t>("interval", 1, ph::at_least(1), "iterations from one update to the next"),
      ph::arg<std::int64_t>("warm_up", 100, ph::at_least(1), "of mmcv's rule: iterations of a smaller share"),
      ph::arg<std::optional<std::int64_t>>("gamma", ph::null, ph::at_least(1),
                                           "of ExpMomentumEMA (2000) and MomentumAnnealingEMA (100)"),
      ph::arg<bool>("update_buffers", false, "average buffers too, and show their averages"),
      ph::arg<std::int64_t>("begin_iter", 0, ph::at_least(0), "first iteration of the average"),
      ph::arg<std::int64_t>("begin_epoch", 0, ph::at_least(0), "or its first epoch"),
      ph::arg<bool>("strict_load", false, "of mmengine; no effect here: what a file has must fit"),
      ph::raw_arg("resume_from", R"({"type":"null","default":null})",
                  "only null: use posehost run --resume"));

  explicit EMA(const ph::Config& config)
      : ShownAverage{config.get<bool>("update_buffers")},
        rule_{config.get<std::optional<std::string>>("ema_type").value_or("")},
        momentum_{config.get<double>("momentum")},
        interval_{config.get<std::int64_t>("interval")},
        warm_up_{config.get<std::int64_t>("warm_up")},
        gamma_{static_cast<double>(config.get<std::optional<std::int64_t>>("gamma").value_or(
            rule_ == "ExpMomentumEMA" ? 2000 : 100))},
        begin_iter_{config.get<std::int64_t>("begin_iter")},
        begin_epoch_{config.get<std::int64_t>("begin_epoch")} {
    if (begin_iter_ > 0 && begin_epoch_ > 0)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "begin_iter and begin_epoch; expected one of them");
  }

  void before_run(ph::RunView& run) override {
    const auto& now = run.now();
    if (now.by_epoch != 0 && begin_epoch_ > now.max_epochs)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "begin_epoch " + std::to_string(begin_epoch_) + " of " +
                                                     std::to_string(now.max_epochs) + " epochs");
    if (begin_iter_ > now.max_iters)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "begin_iter " + std::to_string(begin_iter_) + " of " +
                                                     std::to_string(now.max_iters) + " iterations");
    ShownAverage::before_run(run);
  }

  void after_optimizer_step(ph::RunView& run) override {
    const auto& now = run.now();
    const bool late = begin_epoch_ > 0 ? now.epoch + 1 < begin_epoch_ : now.iter + 1 < begin_iter_;
    if (late) return;  // the first step copies
    if (rule_.empty()) {
      if (now.iter % interval_ == 0) mix(run, warmed_up(now.iter));
    } else if (steps() == 0) {
      mix(run, 1);
    } else if (steps() % interval_ == 0) {
      mix(run, share(static_cast<double>(steps())));
    }
    count_step();
  }

 private:
  double warmed_up(std::int64_t iter) const {
    // One that begins late has nothing else to begin with than the weights of then.
    if (steps() == 0 && (begin_iter_ > 0 || begin_epoch_ > 0)) return 1;
    const double i = static_cast<double>(iter);
    return std::min(std::pow(momentum_, static_cast<double>(interval_)),
                    (1 + i) / (static_cast<double>(warm_up_) + i));
  }
  double share(double step) const {
    if (rule_ == "ExpMomentumEMA") return (1 - momentum_) * std::exp(-(1 + step) / gamma_) + momentum_;
    if (rule_ == "MomentumAnnealingEMA") return std::max(momentum_, gamma_ / (gamma_ + step));
    if (rule_ == "StochasticWeightAverage")
      return 1 / (std::floor(step / static_cast<double>(interval_)) + 1);
    return momentum_;
  }

  std::string rule_;
  double momentum_;
  std::int64_t interval_, warm_up_;
  double gamma_;
  std::int64_t begin_iter_, begin_epoch_;
};

}  // namespace

POSEHOST_COMPONENT(EMA);
