// SPDX-License-Identifier: Apache-2.0
//
// Goes back to the last checkpoint when the loss is no number or far too large, and on with the data
// that comes next; after too many such turns the run ends. The host by itself ends it at the first one.
#include <cmath>
#include <nlohmann/json.hpp>

#include <posehost/hook.hpp>

namespace {

class NaNGuard final : public ph::Hook {
 public:
  static constexpr auto info = ph::component("NaNGuard", "rolls back to the last checkpoint at a bad loss");
  static constexpr auto args = ph::args(
      ph::arg<std::int64_t>("max_rollbacks", 3, ph::at_least(0), "turns before the run ends"),
      ph::arg<std::optional<double>>("max_loss", ph::null, ph::above(0.0), "a larger loss is bad as well"),
      ph::arg<std::int64_t>("interval", 1, ph::at_least(1),
                            "iterations between looks; each waits for a device that has the loss"));
  static constexpr int priority = PH_PRIORITY_HIGHEST;  // before the loss reaches the weights
  static constexpr bool mutates = true;

  explicit NaNGuard(const ph::Config& config)
      : max_{config.get<std::int64_t>("max_rollbacks")},
        max_loss_{config.get<std::optional<double>>("max_loss")},
        interval_{config.get<std::int64_t>("interval")},
        host_{config.host()} {}

  void after_train_iter(ph::RunView& run) override {
    if (!run.every_n_iters(interval_)) return;
    const auto loss = run.scalar("loss");
    if (!loss || (std::isfinite(*loss) && !(max_loss_ && *loss > *max_loss_))) return;
    const auto what = "iteration " + std::to_string(run.now().iter + 1) + ": the loss is " +
                      (std::isnan(*loss) ? std::string("nan") : std::to_string(*loss));
    if (count_ >= max_)
      throw ph::Failure(PH_ERR_FAILED, what + " again, after " + std::to_string(count_) + " rollbacks");
    if (!run.request_rollback())
      throw ph::Failure(PH_ERR_FAILED, what + ", and there is no checkpoint yet to go back to");
    ++count_;
    host_.warning(what + "; rollback " + std::to_string(count_) + " of " + std::to_string(max_));
  }

  std::string save_state() const override { return nlohmann::json{{"rollbacks", count_}}.dump(); }
  void load_state(std::string_view bytes) override {
    const auto json = nlohmann::json::parse(bytes, nullptr, false);
    if (!json.is_object())
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "the state is damaged; expected {\"rollbacks\": number}");
    count_ = json.value("rollbacks", std::int64_t{0});
  }

 private:
  std::int64_t max_;
  std::optional<double> max_loss_;
  std::int64_t interval_;
  ph::Host host_;
  std::int64_t count_ = 0;
};

}  // namespace

POSEHOST_COMPONENT(NaNGuard);
