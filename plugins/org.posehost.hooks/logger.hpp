// SPDX-License-Identifier: Apache-2.0
//
// When rows are due and what stands in them (mmcv's LoggerHook): shared by TextLogger and JsonLogger.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <posehost/hook.hpp>

#include "iterations.hpp"

struct LogRow {
  bool train;
  std::int64_t epoch;        // from 1; of a row with metrics: epochs trained
  std::int64_t iter;         // from 1, within the epoch or, by iteration, within the run
  std::int64_t of;           // iterations of the epoch or the run
  std::int64_t step;         // iterations trained, of the whole run
  std::optional<double> lr;  // of the first parameter group
  std::vector<ph::NamedScalar> values;
  // Of the optimizer of each part of the network, if there are several.
  std::vector<ph::NamedScalar> part_lrs = {};

  const double* find(std::string_view name) const;
};

// mmcv's arguments. What concerns its remote file systems must be absent or null.
inline constexpr auto logger_args = ph::args(
    ph::arg<std::int64_t>("interval", 10, ph::at_least(1),
                          "iterations from row to row; each has their means"),
    ph::arg<bool>("by_epoch", true, "count within the epoch instead of the run"),
    ph::arg<bool>("ignore_last", true, "no row for the iterations that are left at the end of an epoch"),
    ph::arg<std::optional<bool>>("reset_flag", ph::null, "of mmcv's buffer; no effect here"),
    ph::arg<std::optional<std::int64_t>>("interval_exp_name", ph::null, "of mmcv's log; no effect here"),
    ph::raw_arg("out_dir", R"({"type":"null","default":null})", "only null: logs are in the work dir"),
    ph::raw_arg("out_suffix",
                R"({"type":["null","string","array"],"default":null,"items":{"type":"string"}})",
                "of mmcv's out_dir; no effect here"),
    ph::arg<std::optional<bool>>("keep_local", ph::null, "of mmcv's out_dir; no effect here"),
    ph::raw_arg("file_client_args", R"({"type":"null","default":null})", "only null: of mmcv's out_dir"));

// Those of a logger that has some of its own.
template <class... Spec>
constexpr auto with_logger_args(const Spec&... own) {
  ph::ArgTable<logger_args.specs.size() + sizeof...(own)> table{};
  std::size_t n = 0;
  for (const auto& spec : logger_args.specs) table.specs[n++] = spec;
  ((table.specs[n++] = own), ...);
  return table;
}

class LoggerHook : public ph::Hook {
 public:
  static constexpr int priority = PH_PRIORITY_VERY_LOW;

  explicit LoggerHook(const ph::Config& config);
  void before_train_iter(ph::RunView& run) override { begin_iteration(run); }
  void after_train_iter(ph::RunView& run) override;
  void after_val_epoch(ph::RunView& run) override;
  void after_evaluate(ph::RunView& run) override;

 protected:
  // Only called on the first process.
  virtual void write(const ph::RunView& run, const LogRow& row) = 0;
  bool by_epoch() const noexcept { return by_epoch_; }

 private:
  // Number of iterations whose means are due now; 0 when no row is.
  std::int64_t due(const ph::RunView& run) const;
  void begin_iteration(const ph::RunView& run);
  // Images a second since the last row, where times are published.
  void add_throughput(LogRow& row);
  void emit(const ph::RunView& run, LogRow row);
  static void take_part_lrs(const ph::RunView& run, LogRow& row);

  std::int64_t interval_;
  bool by_epoch_, ignore_last_;
  Iterations iterations_;
  double samples_ = 0, seconds_ = 0;  // since the last row, or since the epoch began
};
