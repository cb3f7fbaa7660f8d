#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "run/run_times.hpp"

namespace ph {

/// What a run tells of itself in WORKDIR/status.json.
struct RunStatus {
  std::string state = "running";  ///< running, finished, stopped (saved, to be resumed), failed
  std::string name;               ///< of its log files
  std::string config;             ///< the file it was started with
  std::string why;                ///< of a run that stopped or failed
  std::int64_t epoch = 0, max_epochs = 0, iter = 0, max_iters = 0;  ///< done; max_epochs 0: by iteration
  std::optional<double> loss;
  std::vector<std::pair<std::string, double>> hypers;   ///< of the first parameter group
  std::vector<std::pair<std::string, double>> metrics;  ///< of the last evaluation
  double samples_per_s = 0, eta_s = 0;
  std::vector<RunTimes::Sum> times;  ///< where the time of this start went, largest first
  std::string checkpoint;            ///< the newest that can be resumed from
  double started = 0;                ///< seconds since 1970
  double updated = 0;
  std::string host;
  std::int64_t pid = 0;
  int exit_code = -1;  ///< once it ended by itself
};
/// What status.json says.
[[nodiscard]] nlohmann::ordered_json to_json(const RunStatus& status);

/// Seconds since 1970.
[[nodiscard]] double unix_time();

/// Replaces WORKDIR/status.json, and WORKDIR/metrics.prom (Prometheus' text format) where asked for. A
/// reader sees the old or the new file, whole. A disk that cannot take them is no reason to end a run:
/// false.
bool write_status(const std::filesystem::path& work_dir, const RunStatus& status, bool prometheus) noexcept;

/// Throws Error(data): no status, or none that can be read.
[[nodiscard]] RunStatus read_status(const std::filesystem::path& work_dir);

/// The text of metrics.prom.
[[nodiscard]] std::string prometheus_text(const RunStatus& status);

}  // namespace ph
