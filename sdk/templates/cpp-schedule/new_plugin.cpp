// NewPlugin: linear rise, then a decay that slows down; a schedule to begin with. Change value().
#include <posehost/schedule.hpp>

namespace {

class NewPlugin final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("NewPlugin", "linear rise, then a decay that slows down");
  static constexpr auto args =
      ph::args(ph::arg<std::int64_t>("rise_iters", 10, ph::at_least(0), "iterations of linear rise"),
               ph::arg<double>("decay", 0.01, ph::at_least(0), "the value halves after 1 / decay more"));

  explicit NewPlugin(const ph::Config& config)
      : rise_{config.get<std::int64_t>("rise_iters")}, decay_{config.get<double>("decay")} {}

  // Once, before the run: what makes no sense for a run of this length.
  void check(const ph::SchedulePoint& run) const override {
    if (rise_ > run.max_iters)
      throw std::invalid_argument("rise_iters is " + std::to_string(rise_) + "; expected at most " +
                                  std::to_string(run.max_iters) + ", the length of the run");
  }

  // Any thread, in any order: a resumed run and a plot must get the same answer.
  double value(const ph::SchedulePoint& at) const noexcept override {
    const auto iter = static_cast<double>(at.iter), rise = static_cast<double>(rise_);
    if (iter < rise) return at.base * (iter + 1) / rise;
    return at.base / (1 + decay_ * (iter - rise));
  }

 private:
  std::int64_t rise_;
  double decay_;
};

}  // namespace

POSEHOST_COMPONENT(NewPlugin);
POSEHOST_PLUGIN("org.example.new_plugin", "0.1.0", "MIT", "", NewPlugin);
