// SPDX-License-Identifier: Apache-2.0
#include "logger.hpp"

#include <algorithm>

const double* LogRow::find(std::string_view name) const {
  const auto found =
      std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.name == name; });
  return found == values.end() ? nullptr : &found->value;
}

LoggerHook::LoggerHook(const ph::Config& config)
    : interval_{config.get<std::int64_t>("interval")},
      by_epoch_{config.get<bool>("by_epoch")},
      ignore_last_{config.get<bool>("ignore_last")} {}

std::int64_t LoggerHook::due(const ph::RunView& run) const {
  const auto& now = run.now();
  if (by_epoch_ ? run.every_n_inner_iters(interval_) : run.every_n_iters(interval_)) return interval_;
  if (run.end_of_epoch() && !ignore_last_) return interval_;
  // An interval beyond the end would leave no row at all.
  const bool end = by_epoch_ ? run.end_of_epoch() : now.iter + 1 == now.max_iters;
  const auto length = by_epoch_ ? now.iters_in_epoch : now.max_iters;
  return end && interval_ > length ? length : 0;
}

// Iterations that an epoch leaves over count for no row, as in the means.
void LoggerHook::begin_iteration(const ph::RunView& run) {
  iterations_.begin(run);
  if (by_epoch_ && run.now().inner_iter == 0) samples_ = seconds_ = 0;
}

void LoggerHook::add_throughput(LogRow& row) {
  if (seconds_ > 0 && samples_ > 0) row.values.push_back({"images_per_s", samples_ / seconds_});
  samples_ = seconds_ = 0;
}

void LoggerHook::after_train_iter(ph::RunView& run) {
  samples_ += static_cast<double>(run.now().samples);
  seconds_ += run.scalar("time").value_or(0);
  const auto window = due(run);
  if (window == 0) return;
  const auto& now = run.now();
  LogRow row{true,
             now.epoch + 1,
             (by_epoch_ ? now.inner_iter : now.iter) + 1,
             by_epoch_ ? now.iters_in_epoch : now.max_iters,
             now.iter + 1,
             {},
             run.averages(window)};
  add_throughput(row);
  emit(run, std::move(row));
}

// Validation in the workflow: the epoch before it has been counted.
void LoggerHook::after_val_epoch(ph::RunView& run) {
  const auto& now = run.now();
  const auto iter = by_epoch_ ? now.iters_in_epoch : now.iter;
  emit(run, {false,
             now.by_epoch != 0 ? now.epoch : now.epoch + 1,
             iter,
             now.iters_in_epoch,
             now.iter,
             {},
             run.averages(0)});
}

void LoggerHook::after_evaluate(ph::RunView& run) {
  const auto done = iterations_.done(run), epoch = iterations_.epoch(run);
  const auto per_epoch = run.now().iters_per_epoch;
  const auto iter = by_epoch_ && epoch > 0 ? done - (epoch - 1) * per_epoch : done;
  emit(run, {false, epoch, iter, per_epoch, done, {}, run.metrics()});
}

void LoggerHook::emit(const ph::RunView& run, LogRow row) {
  if (run.rank() != 0) return;
  row.lr = run.hyper(0, "lr");
  take_part_lrs(run, row);
  write(run, row);
}

// The host publishes "lr/<part>" where several optimizers train. A row shows values of now, not means.
void LoggerHook::take_part_lrs(const ph::RunView& run, LogRow& row) {
  constexpr std::string_view prefix = "lr/";
  const auto is_part = [&](const ph::NamedScalar& v) {
    return v.name.compare(0, prefix.size(), prefix) == 0;
  };
  const auto first = std::stable_partition(row.values.begin(), row.values.end(),
                                           [&](const auto& value) { return !is_part(value); });
  for (auto it = first; it != row.values.end(); ++it)
    row.part_lrs.push_back({it->name.substr(prefix.size()), run.scalar(it->name).value_or(it->value)});
  row.values.erase(first, row.values.end());
}
