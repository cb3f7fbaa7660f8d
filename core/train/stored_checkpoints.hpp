#pragma once
#include <filesystem>

namespace ph {

/// The file from which a run in `work_dir` is to be resumed: what "last.safetensors" stands for, or, where
/// that is damaged or gone, the one that got furthest of those that can be read; a warning says so. Empty
/// when there is none. Throws Error(data) when there are some and all are damaged.
[[nodiscard]] std::filesystem::path newest_usable_checkpoint(const std::filesystem::path& work_dir);

}  // namespace ph
