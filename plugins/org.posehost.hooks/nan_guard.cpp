// SPDX-License-Identifier: Apache-2.0
//
// What becomes of an iteration whose loss (or gradient) is no number, or far too large: the run goes back to
// its last good checkpoint and on with the data that come next; or its update is left out; or the run ends.
// After too many it ends anyway. The host by itself ends it at the first one.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include <posehost/hook.hpp>
#include <posehost/run_services.hpp>

namespace {

using Json = nlohmann::json;

bool all_finite(const ph::Tensor& tensor) {
  constexpr std::uint32_t exponent = 0x7F80'0000;  // all ones: infinite or no number
  const float* values = ph::elements<float>(tensor);
  bool bad = false;  // without a way out in between, so that it is compiled to vectors
  for (std::int64_t i = 0, n = ph::numel(tensor); i < n; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, values + i, sizeof bits);
    bad |= (bits & exponent) == exponent;
  }
  return !bad;
}

class NaNGuard final : public ph::Hook {
 public:
  static constexpr auto info =
      ph::component("NaNGuard", "rolls back, leaves out an update or ends the run at a bad loss");
  static constexpr auto args = ph::args(
      ph::arg<std::string>("action", "rollback", ph::one_of("rollback", "skip", "stop"),
                           "back to the last good checkpoint; leave the update out; end the run"),
      ph::arg<std::int64_t>("max_rollbacks", 3, ph::at_least(0), "turns before the run ends"),
      ph::arg<std::int64_t>("max_skips", 5, ph::at_least(0), "updates left out in a row before the run ends"),
      ph::arg<std::optional<double>>("max_loss", ph::null, ph::above(0.0), "a larger loss is bad as well"),
      ph::arg<bool>("check_gradients", false,
                    "look at all gradients, too, before they are used; in main memory only"),
      ph::arg<std::int64_t>("interval", 1, ph::at_least(1),
                            "iterations between looks; each waits for a device that has the loss"));
  static constexpr int priority = PH_PRIORITY_HIGHEST;  // before the loss reaches the weights
  static constexpr bool mutates = true;

  explicit NaNGuard(const ph::Config& config)
      : action_{config.get<std::string>("action")},
        max_rollbacks_{config.get<std::int64_t>("max_rollbacks")},
        max_skips_{config.get<std::int64_t>("max_skips")},
        max_loss_{config.get<std::optional<double>>("max_loss")},
        gradients_{config.get<bool>("check_gradients")},
        interval_{config.get<std::int64_t>("interval")},
        update_{config},
        host_{config.host()} {
    if (action_ == "skip" && !update_)
      throw ph::Failure(PH_ERR_UNSUPPORTED,
                        "this host cannot leave out an update; expected a newer posehost");
  }

  void configure(ph::HookInfo& info) const override {
    if (!gradients_) info.stages &= ~PH_STAGE_BIT(PH_STAGE_BEFORE_OPTIMIZER_STEP);
    if (action_ != "skip") info.stages &= ~PH_STAGE_BIT(PH_STAGE_BEFORE_TRAIN_ITER);
  }
  // The forward pass of a bad batch has already been through the statistics of batch norms.
  std::vector<ph::HookSlot> slots() const override {
    if (action_ != "skip") return {};
    return {{"before", PH_SOURCE_BUFFERS}};
  }

  void before_train_iter(ph::RunView& run) override {
    if (!run.tensors("buffer/").empty()) run.copy("hook/before/", "buffer/");
  }
  void after_train_iter(ph::RunView& run) override {
    if (!run.every_n_iters(interval_)) return;
    const auto loss = run.scalar("loss");
    if (loss && (!std::isfinite(*loss) || (max_loss_ && *loss > *max_loss_))) {
      react(run, "the loss is " + (std::isnan(*loss) ? std::string("nan") : std::to_string(*loss)));
    } else if (!gradients_) {
      in_a_row_ = 0;
    }
  }
  void before_optimizer_step(ph::RunView& run) override {
    if (!run.every_n_iters(interval_)) return;
    for (const auto& [name, tensor] : run.tensors("grad/")) {
      if (!all_finite(tensor)) return react(run, "the gradient of " + name.substr(5) + " is not finite");
    }
    in_a_row_ = 0;
  }

  void after_run(ph::RunView&) override {
    if (rollbacks_ > 0) host_.info("NaNGuard: " + std::to_string(rollbacks_) + " rollbacks");
    if (skips_ > 0) host_.info("NaNGuard: " + std::to_string(skips_) + " updates left out");
  }

  std::string save_state() const override {
    return Json{{"rollbacks", rollbacks_}, {"skips", skips_}, {"in_a_row", in_a_row_}}.dump();
  }
  void load_state(std::string_view bytes) override {
    const auto json = Json::parse(bytes, nullptr, false);
    const auto number = [&](const char* key) {
      const auto value = json.is_object() ? json.value(key, Json(0)) : Json();
      if (!value.is_number_integer())
        throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "the state is damaged; expected {\"rollbacks\": number}");
      return value.get<std::int64_t>();
    };
    rollbacks_ = number("rollbacks");
    skips_ = number("skips");
    in_a_row_ = number("in_a_row");
  }

 private:
  void react(ph::RunView& run, const std::string& problem) {
    const auto what = "iteration " + std::to_string(run.now().iter + 1) + ": " + problem;
    if (action_ == "rollback") return roll_back(run, what);
    if (action_ == "stop") return end(what);
    if (in_a_row_ >= max_skips_)
      return end(what + " again, after " + std::to_string(in_a_row_) + " updates left out in a row");
    if (!run.tensors("buffer/").empty()) run.copy("buffer/", "hook/before/");
    update_.skip();
    ++skips_;
    ++in_a_row_;
    host_.warning(what + "; its update is left out, " + std::to_string(in_a_row_) + " of at most " +
                  std::to_string(max_skips_) + " in a row");
  }

  void roll_back(ph::RunView& run, const std::string& what) {
    if (rollbacks_ >= max_rollbacks_)
      return end(what + " again, after " + std::to_string(rollbacks_) + " rollbacks");
    if (!run.request_rollback()) return end(what + ", and there is no checkpoint yet to go back to");
    ++rollbacks_;
    host_.warning(what + "; rollback " + std::to_string(rollbacks_) + " of " +
                  std::to_string(max_rollbacks_));
  }

  // The host knows the batch's files, and the exit code.
  void end(const std::string& why) {
    if (!update_) throw ph::Failure(PH_ERR_FAILED, why);
    update_.fail(why);
  }

  std::string action_;
  std::int64_t max_rollbacks_, max_skips_;
  std::optional<double> max_loss_;
  bool gradients_;
  std::int64_t interval_;
  ph::Update update_;
  ph::Host host_;
  std::int64_t rollbacks_ = 0, skips_ = 0, in_a_row_ = 0;
};

}  // namespace

POSEHOST_COMPONENT(NaNGuard);
