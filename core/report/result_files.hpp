#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "config/node.hpp"
#include "report/report_results.hpp"

namespace ph {

/// A path of a finished run's config: as it is when absolute or there from the current folder, else from the folder of the config that the
/// run was started with (status.json knows it).
[[nodiscard]] std::filesystem::path path_of_run(const std::filesystem::path& work_dir,
                                                const std::string& given);

/// The config's evaluation.pck_thr, else 0.05.
[[nodiscard]] double pck_threshold(const Node& config);

/// What the work dir's result_keypoints.json (of a run with mAP: its last evaluation) and the config's annotations say, with the picture files
/// as they are. Nothing when there is no such file; throws Error(data) when it does not fit.
[[nodiscard]] std::optional<ReportResults> results_of_files(const std::filesystem::path& work_dir,
                                                            std::size_t samples);

}  // namespace ph
