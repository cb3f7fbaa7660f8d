#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "report/report_results.hpp"

namespace ph {

struct PredictReportOptions {
  std::filesystem::path work_dir, checkpoint;
  std::size_t samples = 8;  ///< best, and as many worst
  std::vector<std::string> plugin_dirs;
  std::string device;  ///< "" = the config's
};

/// Evaluates `checkpoint` on the validation data of the work dir's config, and picks the best and worst samples, their pictures cut out and
/// embedded. Writes nothing. Throws Error, for example for pictures that are no longer there.
[[nodiscard]] ReportResults predict_for_report(const PredictReportOptions& options);

}  // namespace ph
