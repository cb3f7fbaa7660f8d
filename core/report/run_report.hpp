#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "config/node.hpp"
#include "report/report_results.hpp"

namespace ph {

/// A self-contained HTML page about the run in `work_dir`: how it ended, curves of its log, schedule, best metrics, errors by keypoint, best
/// and worst samples, environment, config. `results`, where somebody has predictions; `without`: why there are none. Whatever files of
/// the work dir hold is shown as text. Throws Error(data) for a folder without a log.
[[nodiscard]] std::string run_report_html(const std::filesystem::path& work_dir,
                                          const std::optional<ReportResults>& results,
                                          const std::string& without);

/// The same facts without pictures.
[[nodiscard]] Json run_report_json(const std::filesystem::path& work_dir,
                                   const std::optional<ReportResults>& results, const std::string& without);

/// The checkpoint whose weights a report shows: best_*.safetensors (the newest), else last.safetensors, else nothing.
[[nodiscard]] std::optional<std::filesystem::path> report_checkpoint(const std::filesystem::path& work_dir);

}  // namespace ph
