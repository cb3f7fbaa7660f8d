// SPDX-License-Identifier: Apache-2.0
//
// torch's ReduceLROnPlateau: times `factor` whenever a metric has not improved for a while. What it has seen
// is its state; the value follows from the base and the number of reductions, so that a new lr takes effect
// when a run is resumed.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "per_group.hpp"

namespace {

// Kept in checkpoints: 8-byte numbers, the version first.
struct Seen {
  std::int64_t version = 1;
  std::int64_t bad = 0;       // observations in a row without improvement
  std::int64_t cooldown = 0;  // observations left of it
  std::int64_t reductions = 0;
  std::int64_t any = 0;  // 1: best is one
  double best = 0;
};

class ReduceLROnPlateau final : public ph::Schedule {
 public:
  static constexpr auto info =
      ph::component("ReduceLROnPlateau", "times a factor when a metric stops improving (torch)");
  static constexpr auto args = ph::args(
      ph::arg<std::string>(
          "monitor", ph::required,
          "what is watched: a metric of the evaluation such as AP, val/<loss> or train/<loss>"),
      ph::arg<std::optional<std::string>>("mode", ph::null, ph::one_of("min", "max"),
                                          "which value is better; by default by the metric's name"),
      ph::arg<double>("factor", 0.1, ph::above(0), ph::below(1), "factor of one reduction"),
      ph::arg<std::int64_t>("patience", 10, ph::at_least(0), "observations without improvement that pass"),
      ph::arg<double>("threshold", 1e-4, ph::at_least(0), "least improvement that counts"),
      ph::arg<std::string>("threshold_mode", "rel", ph::one_of("rel", "abs"),
                           "as a share of the best, or as it is"),
      ph::arg<std::int64_t>("cooldown", 0, ph::at_least(0),
                            "observations after a reduction that do not count"),
      ph::raw_arg("min_lr",
                  R"({"type":["number","array"],"items":{"type":"number"},"minItems":1,"default":0})",
                  "lowest value, one for all parameter groups or one for each"),
      ph::arg<double>("eps", 1e-8, ph::at_least(0), "a smaller reduction is not made"));

  explicit ReduceLROnPlateau(const ph::Config& config)
      : monitor_{config.get<std::string>("monitor")},
        factor_{config.get<double>("factor")},
        patience_{config.get<std::int64_t>("patience")},
        threshold_{config.get<double>("threshold")},
        relative_{config.get<std::string_view>("threshold_mode") == "rel"},
        cooldown_{config.get<std::int64_t>("cooldown")},
        lowest_{config, "min_lr"},
        eps_{config.get<double>("eps")} {
    const auto mode = config.get<std::optional<std::string>>("mode");
    more_ = mode ? *mode == "max" : more_is_better(monitor_);
    const auto slash = monitor_.find('/');
    const auto prefix = slash == monitor_.npos ? std::string() : monitor_.substr(0, slash);
    source_ = prefix == "val"     ? PH_OBSERVED_VAL_EPOCH
              : prefix == "train" ? PH_OBSERVED_TRAIN_EPOCH
                                  : PH_OBSERVED_EVALUATION;
    key_ = source_ == PH_OBSERVED_EVALUATION ? monitor_ : monitor_.substr(slash + 1);
  }

  void check(const ph::SchedulePoint& run) const override { lowest_.check(run); }

  void observe(const ph::Observation& seen) override {
    if (seen.source() != source_) return;
    const double* value = seen.find(key_);
    if (!value)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "monitor \"" + monitor_ + "\": no such value; expected one of " + seen.names());
    if (improves(*value)) {
      seen_.best = *value;
      seen_.any = 1;
      seen_.bad = 0;
    } else {
      ++seen_.bad;
    }
    if (seen_.cooldown > 0) {
      --seen_.cooldown;
      seen_.bad = 0;
    }
    if (seen_.bad <= patience_) return;
    ++seen_.reductions;
    seen_.cooldown = cooldown_;
    seen_.bad = 0;
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    double value = at.prev;
    for (std::int64_t i = 0; i < seen_.reductions; ++i) {
      const double next = std::max(value * factor_, lowest_[at.group]);
      if (!(value - next > eps_)) break;  // nor would any later one be made
      value = next;
    }
    return value;
  }

  std::string save_state() const override { return {reinterpret_cast<const char*>(&seen_), sizeof seen_}; }
  void load_state(std::string_view bytes) override {
    Seen saved;
    if (bytes.size() != sizeof saved)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "its saved state has " + std::to_string(bytes.size()) +
                                                     " bytes; expected " + std::to_string(sizeof saved));
    std::memcpy(&saved, bytes.data(), sizeof saved);
    if (saved.version != 1 || saved.bad < 0 || saved.cooldown < 0 || saved.reductions < 0)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "its saved state is of version " +
                                                     std::to_string(saved.version) +
                                                     " or damaged; expected version 1");
    seen_ = saved;
  }

 private:
  // NaN improves nothing.
  bool improves(double value) const noexcept {
    if (!seen_.any) return more_ ? value > -infinity : value < infinity;
    if (relative_)
      return more_ ? value > seen_.best * (1 + threshold_) : value < seen_.best * (1 - threshold_);
    return more_ ? value > seen_.best + threshold_ : value < seen_.best - threshold_;
  }

  static bool more_is_better(const std::string& name) {
    std::string low;
    for (const char c : name) low += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    for (const char* part : {"loss", "epe", "nme", "mpjpe"})
      if (low.find(part) != low.npos) return false;
    for (const char* part : {"acc", "ap", "ar", "pck", "auc"})
      if (low.find(part) != low.npos) return true;
    throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                      "monitor \"" + name + "\": not known whether more is better; expected mode min or max");
  }

  static constexpr double infinity = std::numeric_limits<double>::infinity();
  std::string monitor_, key_;
  std::int32_t source_ = 0;
  bool more_ = false;
  double factor_;
  std::int64_t patience_;
  double threshold_;
  bool relative_;
  std::int64_t cooldown_;
  PerGroup lowest_;
  double eps_;
  Seen seen_;
};

}  // namespace

POSEHOST_COMPONENT(ReduceLROnPlateau);
