// SPDX-License-Identifier: Apache-2.0
//
// mmcv's TensorboardLoggerHook: event files in <work_dir>/tf_logs, with mmcv's tags.
#include <filesystem>

#include "event_logger.hpp"

namespace {

class TensorboardLogger final : public EventLogger {
 public:
  static constexpr auto info = ph::component("TensorboardLogger", "rows, texts and pictures for TensorBoard");
  static constexpr auto args = with_logger_args(ph::arg<std::optional<std::string>>(
      "log_dir", ph::null, "folder of the event files, from the work dir on; null: tf_logs"));

  explicit TensorboardLogger(const ph::Config& config)
      : EventLogger{config}, folder_{config.get<std::optional<std::string>>("log_dir").value_or("tf_logs")} {}

  void before_run(ph::RunView& run) override {
    begin(run,
          (std::filesystem::path(run.work_dir()) / folder_).string());  // one from / on is taken as it is
  }

 private:
  std::string folder_;
};

}  // namespace

POSEHOST_COMPONENT(TensorboardLogger);
