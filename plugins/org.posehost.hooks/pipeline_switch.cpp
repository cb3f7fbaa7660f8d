// SPDX-License-Identifier: Apache-2.0
//
// mmengine's PipelineSwitchHook: from an epoch on the training data go through other transforms. The host
// is told while the hook is made, so that it depends on the config alone: a resumed run goes on with what
// an unbroken one has.
#include <algorithm>
#include <nlohmann/json.hpp>

#include <posehost/hook.hpp>
#include <posehost/run_services.hpp>

namespace {

class PipelineSwitch final : public ph::Hook {
 public:
  static constexpr auto info = ph::component("PipelineSwitch", "another training pipeline from an epoch on");
  static constexpr auto args = ph::args(
      ph::arg<std::int64_t>("switch_epoch", ph::required, ph::at_least(0), "first epoch with it, from 0"),
      ph::raw_arg("switch_pipeline", ph::required,
                  R"({"type":"array","minItems":1,"items":{"type":"object"}})",
                  "transforms, as in data.train.pipeline"));

  explicit PipelineSwitch(const ph::Config& config)
      : epoch_{config.get<std::int64_t>("switch_epoch")}, host_{config.host()} {
    const auto all = nlohmann::json::parse(config.json(), nullptr, false);
    if (!all.is_object() || !all.contains("switch_pipeline"))
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "no switch_pipeline; expected a list of transforms");
    ph::set_train_pipeline(config, epoch_, all["switch_pipeline"].dump());
  }

  void before_run(ph::RunView& run) override {
    const auto& now = run.now();
    const auto length = std::max<std::int64_t>(1, now.iters_per_epoch);
    const auto epochs = now.by_epoch != 0 ? now.max_epochs : (now.max_iters + length - 1) / length;
    if (epoch_ >= epochs)
      host_.warning("switch_epoch " + std::to_string(epoch_) + " of " + std::to_string(epochs) +
                    " epochs: never reached");
  }
  void before_train_epoch(ph::RunView& run) override {
    if (run.now().epoch == epoch_) host_.info("Switch pipeline now!");
  }

 private:
  std::int64_t epoch_;
  ph::Host host_;
};

}  // namespace

POSEHOST_COMPONENT(PipelineSwitch);
