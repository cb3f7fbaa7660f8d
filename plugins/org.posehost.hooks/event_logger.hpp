// SPDX-License-Identifier: Apache-2.0
//
// Rows, texts and pictures to an event file: what TensorboardLogger and WandbLogger share. The step is the
// number of iterations trained, in training rows as in those of validation and evaluation, so that curves
// of a run lie under one another; mmcv counts one more after an epoch. A full disk costs rows, not the run.
#pragma once
#include <string>

#include "event_file.hpp"
#include "logger.hpp"

class EventLogger : public LoggerHook {
 public:
  explicit EventLogger(const ph::Config& config) : LoggerHook{config}, host_{config.host()} {}
  void on_publish(ph::RunView& run, const ph::Published& item) override;

 protected:
  // Opens a file in `folder`; to be called in before_run.
  void begin(const ph::RunView& run, const std::string& folder);
  void write(const ph::RunView& run, const LogRow& row) override;

  ph::Host host_;

 private:
  void put(std::int64_t step, const EventSummary& summary);
  void warn();
  EventFile file_;
  bool warned_ = false;
};
