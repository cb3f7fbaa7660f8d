// SPDX-License-Identifier: Apache-2.0
//
// Hooks that keep an average of the weights and show it where it counts: what is evaluated and what is
// saved under the parameters' names is the average, and training goes on from its own weights, which a
// file has in the slot meanwhile. Shared by EMA and SWA, of which a run can have one: two would not undo
// their exchanges in the right order.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <posehost/hook.hpp>

class ShownAverage : public ph::Hook {
 public:
  static constexpr bool mutates = true;

  explicit ShownAverage(bool buffers) : buffers_{buffers} {}

  std::vector<ph::HookSlot> slots() const override {
    return {{"average", PH_SOURCE_PARAMETERS | (buffers_ ? PH_SOURCE_BUFFERS : 0)}};
  }

  // What a file had in the parameters was the average.
  void before_run(ph::RunView& run) override { settle(run); }
  void before_train_iter(ph::RunView& run) override { settle(run); }
  void before_evaluate(ph::RunView& run) override { show(run); }
  void after_evaluate(ph::RunView& run) override { hide(run); }
  void before_save(ph::RunView& run) override { show(run); }
  void after_save(ph::RunView& run) override { hide(run); }

  std::string save_state() const override {
    return nlohmann::json{{"steps", steps_}, {"shown", shown_}}.dump();
  }
  void load_state(std::string_view bytes) override {
    const auto json = nlohmann::json::parse(bytes, nullptr, false);
    const bool sane = json.is_object() && json.contains("steps") && json["steps"].is_number_integer() &&
                      json.contains("shown") && json["shown"].is_boolean();
    if (!sane) throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "its state in the checkpoint is damaged");
    steps_ = json["steps"].get<std::int64_t>();
    shown_ = json["shown"].get<bool>();
  }

 protected:
  // average = (1 - share) * average + share * weights.
  void mix(ph::RunView& run, double share) {
    settle(run);
    run.combine(average, share == 1 ? 0 : 1 - share, source(), share);
  }
  std::int64_t steps() const noexcept { return steps_; }
  void count_step() noexcept { ++steps_; }
  // Before the first step the average is not worth showing.
  bool begun() const noexcept { return steps_ > 0; }

 private:
  static constexpr std::string_view average = "hook/average/";
  std::string_view source() const noexcept { return buffers_ ? "model/" : "param/"; }

  // A save within an evaluation is in both.
  void show(ph::RunView& run) {
    if (depth_ == 0) settle(run);
    if (depth_++ > 0 || !begun()) return;
    run.swap(source(), average);
    shown_ = true;
  }
  void hide(ph::RunView& run) {
    if (depth_ > 0 && --depth_ == 0) settle(run);
  }
  void settle(ph::RunView& run) {
    if (depth_ > 0 || !shown_) return;
    run.swap(source(), average);
    shown_ = false;
  }

  bool buffers_;
  bool shown_ = false;  // parameters and slot have changed places
  int depth_ = 0;
  std::int64_t steps_ = 0;
};
