// SPDX-License-Identifier: Apache-2.0
#include "event_logger.hpp"

#include <cerrno>
#include <cstring>

void EventLogger::begin(const ph::RunView& run, const std::string& folder) {
  if (run.rank() == 0 && !file_.open(folder, std::string(run.name()), run.start_iter())) warn();
}

void EventLogger::write(const ph::RunView& run, const LogRow& row) {
  if (!file_.is_open()) return;
  EventSummary summary;
  const std::string mode = row.train ? "train/" : "val/";
  for (const auto& value : row.values) summary.scalar(mode + value.name, value.value);
  for (const auto& [part, lr] : row.part_lrs) summary.scalar("learning_rate/" + part, lr);
  if (row.train && row.lr && row.part_lrs.empty()) summary.scalar("learning_rate", *row.lr);
  if (const auto momentum = row.train ? run.hyper(0, "momentum") : std::nullopt)
    summary.scalar("momentum", *momentum);
  put(row.step, summary);
}

void EventLogger::on_publish(ph::RunView& run, const ph::Published& item) {
  if (!file_.is_open()) return;
  EventSummary summary;
  if (item.is_text()) summary.text(item.name(), item.text());
  if (item.picture() != nullptr) summary.picture(item.name(), *item.picture());
  put(run.now().iter + 1, summary);
}

void EventLogger::put(std::int64_t step, const EventSummary& summary) {
  if (!summary.empty() && !file_.write(step, summary)) warn();
}

void EventLogger::warn() {
  if (!warned_)
    host_.warning("cannot write " + file_.path() + ": " + std::strerror(errno) + "; its rows are lost");
  warned_ = true;
}
