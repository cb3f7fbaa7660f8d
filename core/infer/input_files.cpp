#include "infer/input_files.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "config/error.hpp"
#include "system/similar_file.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 8> image_suffixes{".jpg", ".jpeg", ".png",  ".bmp",
                                                         ".tif", ".tiff", ".webp", ".jpe"};
constexpr std::array<std::string_view, 10> video_suffixes{".mp4", ".avi", ".mov",  ".mkv", ".webm",
                                                          ".m4v", ".mpg", ".mpeg", ".wmv", ".ts"};

std::string suffix_of(const fs::path& path) {
  auto suffix = path.extension().string();
  for (char& c : suffix) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return suffix;
}

template <std::size_t N>
bool has(const std::array<std::string_view, N>& suffixes, const fs::path& path) {
  return std::find(suffixes.begin(), suffixes.end(), suffix_of(path)) != suffixes.end();
}

void add_folder(const fs::path& folder, std::vector<InputFile>& files) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code ignored;
    if (has(image_suffixes, at->path()) && fs::is_regular_file(at->path(), ignored))
      found.push_back(at->path());
  }
  if (failed) {
    throw Error(ErrorKind::data, folder.string() + ": the folder cannot be read", failed.message(),
                "a folder with images");
  }
  if (found.empty()) {
    throw Error(ErrorKind::usage, folder.string() + ": there are no images in it", "a folder",
                "files that end in .jpg, .png, .bmp, .tif or .webp", "name videos by themselves");
  }
  std::sort(found.begin(), found.end());
  for (const auto& path : found) files.push_back({path, path.lexically_relative(folder), false});
}

void add(const fs::path& input, std::vector<InputFile>& files) {
  std::error_code ignored;
  if (!fs::exists(input, ignored)) {
    throw Error(ErrorKind::data, input.string() + ": there is no such file", "nothing there",
                "an image, a folder of images, or a video", similar_file(input));
  }
  if (fs::is_directory(input, ignored)) return add_folder(input, files);
  const bool video = has(video_suffixes, input);
  if (!video && !has(image_suffixes, input)) {
    throw Error(ErrorKind::usage, input.string() + ": neither an image nor a video by its name",
                "suffix \"" + suffix_of(input) + "\"",
                ".jpg, .png, .bmp, .tif, .webp; .mp4, .avi, .mov, .mkv, .webm");
  }
  files.push_back({input, input.filename(), video});
}

}  // namespace

std::vector<InputFile> input_files(const std::vector<fs::path>& inputs) {
  std::vector<InputFile> files;
  for (const auto& input : inputs) add(input, files);
  std::set<fs::path> names;
  for (const auto& file : files) {
    if (names.insert(file.relative).second) continue;
    throw Error(ErrorKind::usage, file.path.string() + ": two inputs with one name", file.relative.string(),
                "names that differ", "run posehost infer for each, with its own --out");
  }
  return files;
}

void check_out_folder(const std::vector<InputFile>& inputs, const fs::path& out) {
  if (out.empty()) return;
  for (const auto& file : inputs) {
    std::error_code ignored;
    const auto made = out / file.relative;
    if (!fs::exists(made, ignored) || !fs::equivalent(made, file.path, ignored)) continue;
    throw Error(ErrorKind::usage, "--out " + out.string() + ": an input would be written over",
                file.path.string(), "another folder");
  }
}

}  // namespace ph
