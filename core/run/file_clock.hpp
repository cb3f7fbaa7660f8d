#pragma once
#include <filesystem>

struct stat;

namespace ph {

/// When a file was last changed, in seconds since 1970.
[[nodiscard]] double change_time(const struct stat& info) noexcept;

/// What time it is where the files of `folder` get their times of change: a file server's clock may be
/// minutes from this machine's. By a file that is made and removed; this machine's clock where that cannot
/// be done.
[[nodiscard]] double file_time(const std::filesystem::path& folder) noexcept;

}  // namespace ph
