// SPDX-License-Identifier: Apache-2.0
//
// Lookahead (Zhang et al., 2019): every k steps slow weights go a share of the way to those that the
// optimizer has reached, and the optimizer goes on from there.
#include <posehost/hook.hpp>

namespace {

class Lookahead final : public ph::Hook {
 public:
  static constexpr auto info = ph::component("Lookahead", "slow weights that follow the optimizer's");
  static constexpr auto args =
      ph::args(ph::arg<std::int64_t>("k", 5, ph::at_least(1), "updates from one slow step to the next"),
               ph::arg<double>("alpha", 0.5, ph::above(0.0), ph::at_most(1.0), "share of the way"));
  static constexpr bool mutates = true;

  explicit Lookahead(const ph::Config& config)
      : k_{config.get<std::int64_t>("k")}, alpha_{config.get<double>("alpha")} {}

  std::vector<ph::HookSlot> slots() const override { return {{"slow"}}; }

  // Counted by the run's updates: a resumed run goes on in step.
  void after_optimizer_step(ph::RunView& run) override {
    if (run.now().opt_step % k_ != 0) return;
    run.combine("hook/slow/", 1 - alpha_, "param/", alpha_);
    run.copy("param/", "hook/slow/");
  }

 private:
  std::int64_t k_;
  double alpha_;
};

}  // namespace

POSEHOST_COMPONENT(Lookahead);
