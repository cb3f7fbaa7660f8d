// SPDX-License-Identifier: Apache-2.0
//
// WandbLoggerHook of mmcv without its service: a run talks to nobody. It writes event files, which the
// command that it prints sends when and from where the user wants. wandb can do that up to 0.29.0; 0.30 has
// dropped the option and says so.
#include "event_logger.hpp"

namespace {

class WandbLogger final : public EventLogger {
 public:
  static constexpr auto info =
      ph::component("WandbLogger", "event files for wandb sync; nothing is sent by the run");
  static constexpr auto args = with_logger_args(
      ph::raw_arg("init_kwargs", R"({"type":["object","null"],"default":null})",
                  "of wandb.init: project and entity go into the command; the rest has no effect"),
      ph::arg<std::optional<bool>>("commit", ph::null, "of wandb.log; no effect here"),
      ph::arg<std::optional<bool>>("with_step", ph::null, "of wandb.log; no effect here: steps are given"),
      ph::arg<std::optional<bool>>("log_artifact", ph::null, "of mmcv; no effect here: files stay"),
      ph::raw_arg("define_metric_cfg", R"({"type":["object","null"],"default":null})",
                  "of wandb.define_metric; no effect here"));

  explicit WandbLogger(const ph::Config& config) : EventLogger{config} {
    for (const auto& [key, flag] : {std::pair{"project", " -p "}, {"entity", " -e "}}) {
      const auto at = std::string("/init_kwargs/") + key;
      if (config.type(at) == PH_JSON_STRING) options_ += flag + quoted(config.get<std::string>(at));
    }
  }

  void before_run(ph::RunView& run) override {
    const auto folder = std::string(run.work_dir()) + "/wandb_tf_logs";
    begin(run, folder);
    if (run.rank() == 0) {
      host_.info("to send it: wandb sync --sync-tensorboard" + options_ + " " + quoted(folder));
      host_.info("that takes wandb 0.29.0 or older: pip install 'wandb<=0.29.0' tensorboard");
    }
  }

 private:
  // For a shell.
  static std::string quoted(const std::string& text) {
    std::string all = "'";
    for (const char c : text) all += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return all + "'";
  }
  std::string options_;
};

}  // namespace

POSEHOST_COMPONENT(WandbLogger);
