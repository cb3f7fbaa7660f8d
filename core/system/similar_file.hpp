#pragma once
#include <filesystem>
#include <string>

namespace ph {

/// Advice for somebody who named a file or folder that is not there: the most similar name in its folder, how far the path does
/// exist, or to check the name.
[[nodiscard]] std::string similar_file(const std::filesystem::path& missing);

}  // namespace ph
