// SPDX-License-Identifier: Apache-2.0
//
// mmengine's EarlyStoppingHook, with a delta that stops no progress: its default of 0.1 is a tenth of all
// that a metric from 0 to 1 can do. The run counts as finished, and a resumed one ends at once unless its
// patience is longer by now.
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include <posehost/hook.hpp>

#include "best_rule.hpp"

namespace {

using Json = nlohmann::json;

std::string text_of(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

class EarlyStopping final : public ph::Hook {
 public:
  static constexpr auto info = ph::component("EarlyStopping", "ends a run whose metric gets no better");
  static constexpr auto args = ph::args(
      ph::arg<std::string>("monitor", ph::required, "metric of the evaluation: PCK, AP, EPE"),
      ph::arg<std::optional<std::string>>("rule", ph::null, ph::one_of("greater", "less"),
                                          "which value is better; by default by the metric's name"),
      ph::arg<double>("min_delta", 0.0, ph::at_least(0), "a smaller gain is none; mmengine has 0.1"),
      ph::arg<bool>("strict", false, "an evaluation without the metric is an error, not a warning"),
      ph::arg<bool>("check_finite", true, "end when the metric is no finite number"),
      ph::arg<std::int64_t>("patience", 5, ph::at_least(1), "evaluations without a gain before the end"),
      ph::arg<std::optional<double>>("stopping_threshold", ph::null, "a value that is good enough: end"));
  static constexpr int priority = PH_PRIORITY_LOWEST;

  explicit EarlyStopping(const ph::Config& config)
      : monitor_{config.get<std::string>("monitor")},
        min_delta_{config.get<double>("min_delta")},
        strict_{config.get<bool>("strict")},
        check_finite_{config.get<bool>("check_finite")},
        patience_{config.get<std::int64_t>("patience")},
        threshold_{config.get<std::optional<double>>("stopping_threshold")},
        host_{config.host()} {
    BestRule rule;
    if (config.has("rule"))
      rule.fixed = config.get<std::string_view>("rule") == "greater" ? Better::greater : Better::less;
    better_ = rule.of(monitor_);
  }

  void before_run(ph::RunView& run) override { end_if_due(run); }

  void after_evaluate(ph::RunView& run) override {
    const auto metrics = run.metrics();
    for (const auto& metric : metrics) {
      if (metric.name != monitor_) continue;
      look_at(metric.value);
      return end_if_due(run);
    }
    missing(metrics);
  }

  std::string save_state() const override {
    // A number that is none becomes null.
    Json json{{"waited", waited_}};
    if (best_) json["best"] = *best_;
    if (last_) json["last"] = *last_;
    return json.dump();
  }
  void load_state(std::string_view bytes) override {
    const auto json = Json::parse(bytes, nullptr, false);
    if (!json.is_object() || !json.contains("waited") || !json["waited"].is_number_integer())
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "the state is damaged; expected {\"waited\": number}");
    waited_ = json["waited"].get<std::int64_t>();
    best_.reset();
    last_.reset();
    if (json.contains("best") && json["best"].is_number()) best_ = json["best"].get<double>();
    if (json.contains("last")) last_ = json["last"].is_number() ? json["last"].get<double>() : std::nan("");
  }

 private:
  bool gains(double value) const {
    if (!best_) return true;
    return better_ == Better::greater ? value > *best_ + min_delta_ : value < *best_ - min_delta_;
  }

  void look_at(double value) {
    last_ = value;
    if (std::isfinite(value) && gains(value)) {
      best_ = value;
      waited_ = 0;
    } else {
      ++waited_;
    }
  }

  // From what is known and the arguments of now, so that a resumed run may have others.
  std::string reason() const {
    if (check_finite_ && last_ && !std::isfinite(*last_)) return monitor_ + " is no finite number";
    if (threshold_ && last_ && (better_ == Better::greater ? *last_ >= *threshold_ : *last_ <= *threshold_))
      return monitor_ + " has reached " + text_of(*last_) + ", stopping_threshold " + text_of(*threshold_);
    if (waited_ < patience_) return {};
    return monitor_ + " has not got better than " + (best_ ? text_of(*best_) : "nothing") +
           (min_delta_ > 0 ? " by more than " + text_of(min_delta_) : std::string()) + " in " +
           std::to_string(waited_) + " evaluations";
  }

  void end_if_due(ph::RunView& run) {
    if (const auto why = reason(); !why.empty()) run.request_stop("EarlyStopping: " + why);
  }

  void missing(const std::vector<ph::NamedScalar>& metrics) {
    std::string names;
    for (const auto& metric : metrics) names += (names.empty() ? "" : ", ") + metric.name;
    const auto text = "monitor \"" + monitor_ + "\": no such metric; expected one of " + names;
    if (strict_) throw ph::Failure(PH_ERR_INVALID_ARGUMENT, text);
    if (!warned_) host_.warning(text);
    warned_ = true;
  }

  std::string monitor_;
  Better better_ = Better::greater;
  double min_delta_;
  bool strict_, check_finite_;
  std::int64_t patience_;
  std::optional<double> threshold_;
  ph::Host host_;
  std::int64_t waited_ = 0;
  std::optional<double> best_, last_;
  bool warned_ = false;
};

}  // namespace

POSEHOST_COMPONENT(EarlyStopping);
