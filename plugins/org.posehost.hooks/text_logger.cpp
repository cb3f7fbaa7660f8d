// SPDX-License-Identifier: Apache-2.0
//
// mmcv's TextLoggerHook: the lines of the log, in its format, to the host's log.
#include <cstdio>

#include "logger.hpp"

namespace {

std::string format(const char* form, double value) {
  char text[400];  // %.4f of the largest double has 314 characters
  std::snprintf(text, sizeof text, form, value);
  return text;
}

// "1 day, 2:03:04", as Python writes a timedelta.
std::string duration(double seconds) {
  auto s = static_cast<std::int64_t>(seconds);
  std::string text;
  if (const auto days = s / 86400; days > 0) text = std::to_string(days) + (days == 1 ? " day, " : " days, ");
  s %= 86400;
  char clock[32];
  std::snprintf(clock, sizeof clock, "%d:%02d:%02d", static_cast<int>(s / 3600),
                static_cast<int>(s / 60 % 60), static_cast<int>(s % 60));
  return text + clock;
}

class TextLogger final : public LoggerHook {
 public:
  static constexpr auto info = ph::component("TextLogger", "a line of text every few iterations");
  static constexpr auto args = logger_args;

  explicit TextLogger(const ph::Config& config) : LoggerHook{config}, host_{config.host()} {}

  void after_train_iter(ph::RunView& run) override {
    if (const auto time = run.scalar("time")) {
      total_time_ += *time;
      ++timed_;
    }
    LoggerHook::after_train_iter(run);
  }

  void on_publish(ph::RunView&, const ph::Published& item) override {
    if (item.is_text()) host_.info(std::string(item.name()) + ": " + std::string(item.text()));
  }

 private:
  void write(const ph::RunView& run, const LogRow& row) override {
    auto text = row.train ? head(row) + times(run, row) + values(row) : val_head(row) + values(row);
    // No value: every update since the row before was left out.
    if (text.size() > 2 && text.compare(text.size() - 2, 2, ", ") == 0) text.resize(text.size() - 2);
    host_.info(text);
  }

  std::string head(const LogRow& row) const {
    const auto place = std::to_string(row.iter) + "/" + std::to_string(row.of) + "]\t";
    const auto text = by_epoch() ? "Epoch [" + std::to_string(row.epoch) + "][" + place : "Iter [" + place;
    if (!row.part_lrs.empty()) {
      std::string lrs;
      for (const auto& [part, lr] : row.part_lrs)
        lrs += (lrs.empty() ? "lr_" : " lr_") + part + ": " + format("%.3e", lr);
      return text + lrs + ", ";
    }
    return row.lr ? text + "lr: " + format("%.3e", *row.lr) + ", " : text;
  }
  std::string val_head(const LogRow& row) const {
    const auto iter = "[" + std::to_string(row.iter) + "]\t";
    return by_epoch() ? "Epoch(val) [" + std::to_string(row.epoch) + "]" + iter : "Iter(val) " + iter;
  }

  // Time to go, from the mean of all iterations of this process.
  std::string times(const ph::RunView& run, const LogRow& row) const {
    const double* time = row.find("time");
    if (time == nullptr) return {};
    const auto left = static_cast<double>(run.now().max_iters - run.now().iter - 1);
    std::string text;
    if (timed_ > 0) text += "eta: " + duration(total_time_ / static_cast<double>(timed_) * left) + ", ";
    text += "time: " + format("%.3f", *time) + ", ";
    if (const double* data = row.find("data_time")) text += "data_time: " + format("%.3f", *data) + ", ";
    if (const double* memory = row.find("memory")) text += "memory: " + format("%.0f", *memory) + ", ";
    if (const double* rate = row.find("images_per_s")) text += "images/s: " + format("%.1f", *rate) + ", ";
    return text;
  }

  static std::string values(const LogRow& row) {
    std::string text;
    for (const auto& value : row.values) {
      if (value.name == "time" || value.name == "data_time" || value.name == "memory" ||
          value.name == "images_per_s")
        continue;
      text += (text.empty() ? "" : ", ") + value.name + ": " + format("%.4f", value.value);
    }
    return text;
  }

  ph::Host host_;
  double total_time_ = 0;
  std::int64_t timed_ = 0;
};

}  // namespace

POSEHOST_COMPONENT(TextLogger);
