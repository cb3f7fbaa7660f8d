#include "system/similar_file.hpp"

#include <algorithm>
#include <vector>

#include "config/error.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

// Sorted: the order of a folder is not the same everywhere. Enough to find a slip in.
std::vector<std::string> names_in(const fs::path& folder) {
  constexpr std::size_t kMost = 10'000;
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end && names.size() < kMost;
       at.increment(failed))
    names.push_back(at->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::string similar_file(const fs::path& missing) {
  const fs::path folder = missing.has_parent_path() ? missing.parent_path() : fs::path(".");
  std::error_code failed;
  if (fs::is_directory(folder, failed))
    return did_you_mean(missing.filename().string(), names_in(folder), "ls " + folder.string());
  auto there = folder;
  while (there.has_parent_path() && there.parent_path() != there && !fs::exists(there, failed))
    there = there.parent_path();
  if (!fs::exists(there, failed)) there = ".";
  return "check the path: of it there is " + there.string();
}

}  // namespace ph
