#pragma once
#include <filesystem>
#include <string>

#include "run/run_status.hpp"

namespace ph {

/// status.state, and "died" for a run that says it is running while nobody holds its work dir any more.
[[nodiscard]] std::string true_state(const RunStatus& status, const std::filesystem::path& work_dir);

}  // namespace ph
