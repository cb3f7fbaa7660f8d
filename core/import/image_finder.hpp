#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ph {

/// Finds pictures below a folder by the names that label files give them. These were often written on another machine: with
/// backslashes, absolute, or from before the folder was moved.
class ImageFinder {
 public:
  /// `root` is canonical.
  explicit ImageFinder(std::filesystem::path root) : root_(std::move(root)) {}

  /// The picture's path below the root. Looked for below each of `folders` (below the root, "" for itself), in their order; then, by its
  /// file name alone, in the whole folder, where only one may have it. Nothing: `why` says so ("missing", …).
  [[nodiscard]] std::optional<std::string> find(const std::string& name,
                                                const std::vector<std::string>& folders, std::string& why);

 private:
  [[nodiscard]] std::optional<std::string> by_file_name(const std::string& file_name);
  std::filesystem::path root_;
  std::optional<std::map<std::string, std::vector<std::string>>> index_;  // file name -> paths below the root
};

/// `path` below `root` with '/', when it lies there by its text ("..", links not followed); else nothing.
[[nodiscard]] std::optional<std::string> path_below(const std::filesystem::path& root,
                                                    const std::filesystem::path& path);

/// Whether the name ends like a picture's.
[[nodiscard]] bool has_image_suffix(const std::filesystem::path& file);

/// All files below `folder`, sorted, at most `limit` (then Error(data)) and 8 folders deep; names that begin with a dot are left out.
[[nodiscard]] std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                                             std::size_t limit = 5'000'000);

}  // namespace ph
