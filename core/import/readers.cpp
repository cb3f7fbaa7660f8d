#include "import/readers.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "config/error.hpp"
#include "import/image_finder.hpp"
#include "metric/json_cursor.hpp"
#include "system/similar_file.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kMaxText = std::uintmax_t{1} << 30;
constexpr std::size_t kLook = 64 << 10;

// The beginning of a JSON file tells LabelMe's from COCO's without reading its pictures.
std::string json_kind(const fs::path& file) {
  std::error_code failed;
  if (fs::file_size(file, failed) > kMaxText || failed) return {};
  const auto text = read_label_text(file);
  const auto has = [&](const char* key) {
    return text.find(std::string("\"") + key + "\"") != std::string::npos;
  };
  if (has("shapes") && has("imagePath")) return "labelme";
  if (has("images") && has("annotations") && has("categories")) return "coco";
  return {};
}

std::string kind_of(const fs::path& file) {
  const auto name = file.filename().string(), suffix = file.extension().string();
  if (name.starts_with("CollectedData_") && suffix == ".csv") return "deeplabcut";
  if (suffix == ".json") return json_kind(file);
  if (suffix != ".yaml" && suffix != ".yml") return {};
  std::error_code failed;
  if (fs::file_size(file, failed) > kLook || failed) return {};
  return read_label_text(file).find("kpt_shape") != std::string::npos ? "yolo" : "";
}

Error unknown_format(const fs::path& data, const std::string& found) {
  return Error(ErrorKind::data, data.string() + ": not known which tool's labels these are", found,
               "CollectedData_*.csv (DeepLabCut), *.json of LabelMe or COCO (CVAT, SLEAP), or data.yaml with "
               "kpt_shape (YOLO)",
               "--format deeplabcut, labelme, yolo or coco");
}

}  // namespace

fs::path folder_of(const fs::path& data) {
  std::error_code failed;
  const auto whole = fs::canonical(data, failed);
  if (failed)
    throw Error(ErrorKind::data, data.string() + ": cannot be read", failed.message(),
                "a folder with labelled pictures, or a label file", similar_file(data));
  return fs::is_directory(whole, failed) ? whole : whole.parent_path();
}

std::string read_label_text(const fs::path& file) {
  std::error_code failed;
  const auto size = fs::file_size(file, failed);
  if (!failed && size > kMaxText)
    throw Error(ErrorKind::data, file.string() + ": the file is too large", std::to_string(size) + " bytes",
                "at most 1 GiB of labels", "split it by video");
  return read_data_file(file, "a file with labels");
}

double number_in(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && !text.empty() ? value
                                                              : std::numeric_limits<double>::quiet_NaN();
}

void check_keypoint_count(std::size_t count, const std::string& where) {
  if (count >= 1 && count <= max_keypoints) return;
  throw Error(ErrorKind::data, where + ": the number of keypoints is wrong", std::to_string(count),
              "1 to " + std::to_string(max_keypoints));
}

std::string label_format(const fs::path& data) {
  const auto folder = folder_of(data);
  std::error_code failed;
  if (!fs::is_directory(data, failed)) {
    const auto kind = kind_of(data);
    if (kind.empty()) throw unknown_format(data, "a file of no known kind");
    return kind;
  }
  std::string found;
  std::size_t looked_into = 0;
  for (const auto& file : files_below(folder)) {
    // A thousand JSON files of LabelMe: a few tell.
    if (file.extension() == ".json" && ++looked_into > 20) continue;
    const auto kind = kind_of(file);
    if (kind.empty() || kind == found) continue;
    // DeepLabCut's and YOLO's own files say more than JSON that lies about there too.
    if (found.empty() || ((found == "coco" || found == "labelme") && kind != "coco" && kind != "labelme")) {
      found = kind;
    } else if ((kind == "coco" || kind == "labelme") != (found == "coco" || found == "labelme")) {
      continue;
    } else {
      throw unknown_format(data, "labels of " + found + " and of " + kind);
    }
  }
  if (found.empty()) throw unknown_format(data, "no label file that is known");
  return found;
}

LabelSet read_labels(const fs::path& data, const std::string& format, const fs::path& images) {
  if (!images.empty() && format != "coco")
    throw Error(ErrorKind::usage, "--images: only COCO files may be away from their pictures", format,
                "labels and pictures in one folder", "name the folder that holds both");
  if (format == "deeplabcut") return read_deeplabcut(data);
  if (format == "labelme") return read_labelme(data);
  if (format == "yolo") return read_yolo_pose(data);
  if (format == "coco") return read_coco_export(data, images);
  throw Error(ErrorKind::usage, "--format " + format + ": there is no such format", format,
              "auto, deeplabcut, labelme, yolo or coco",
              did_you_mean(format, {"auto", "deeplabcut", "labelme", "yolo", "coco"}));
}

}  // namespace ph
