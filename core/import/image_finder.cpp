#include "import/image_finder.hpp"

#include <algorithm>
#include <cctype>

#include "config/error.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

constexpr int kDepth = 8;

// A drive or a share of another machine, or an absolute path.
bool is_elsewhere(const std::string& name) {
  return name.starts_with("/") ||
         (name.size() > 2 && name[1] == ':' && std::isalpha(static_cast<unsigned char>(name[0])));
}

}  // namespace

std::optional<std::string> path_below(const fs::path& root, const fs::path& path) {
  const auto below = path.lexically_normal().lexically_relative(root);
  if (below.empty() || below.is_absolute() || *below.begin() == "..") return std::nullopt;
  return below.generic_string();
}

bool has_image_suffix(const fs::path& file) {
  auto suffix = file.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  for (const char* known : {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"}) {
    if (suffix == known) return true;
  }
  return false;
}

std::vector<fs::path> files_below(const fs::path& folder, std::size_t limit) {
  std::vector<fs::path> files;
  std::error_code failed;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, failed), end;
  for (; !failed && at != end; at.increment(failed)) {
    const auto name = at->path().filename().string();
    if (at->is_directory(failed)) {
      if (name.starts_with(".") || at.depth() >= kDepth) at.disable_recursion_pending();
      continue;
    }
    if (name.starts_with(".") || !at->is_regular_file(failed)) continue;
    files.push_back(at->path());
    if (files.size() > limit)
      throw Error(ErrorKind::data, folder.string() + ": too many files", "more than " + std::to_string(limit),
                  "the folder of one project", "name a folder further down");
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<std::string> ImageFinder::find(const std::string& given,
                                             const std::vector<std::string>& folders, std::string& why) {
  std::string name = given;
  std::replace(name.begin(), name.end(), '\\', '/');
  bool leaves = is_elsewhere(name);
  std::error_code failed;
  const auto candidates = [&]() -> std::vector<fs::path> {
    if (name.starts_with("/")) return {fs::path(name)};
    std::vector<fs::path> all;
    if (!is_elsewhere(name)) {
      for (const auto& folder : folders) all.push_back(root_ / folder / name);
    }
    return all;
  }();
  for (const auto& candidate : candidates) {
    const auto below = path_below(root_, candidate);
    leaves = leaves || !below;
    if (below && fs::is_regular_file(root_ / *below, failed)) return below;
  }
  const auto file_name = fs::path(name).filename().string();
  if (const auto found = by_file_name(file_name)) return found;
  why = leaves ? "pictures whose path leaves the folder" : "pictures that are missing";
  return std::nullopt;
}

std::optional<std::string> ImageFinder::by_file_name(const std::string& file_name) {
  if (!index_) {
    index_.emplace();
    for (const auto& file : files_below(root_)) {
      if (!has_image_suffix(file)) continue;
      if (const auto below = path_below(root_, file)) (*index_)[file.filename().string()].push_back(*below);
    }
  }
  const auto found = index_->find(file_name);
  if (found == index_->end() || found->second.size() != 1) return std::nullopt;
  return found->second.front();
}

}  // namespace ph
