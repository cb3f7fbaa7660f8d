#pragma once
#include <filesystem>
#include <string>

#include "import/label_set.hpp"

namespace ph {

/// Labels as their tools store them. `data` is the project's folder, or one of its label files. Nothing but label files is read; objects
/// may lack boxes, sizes and points (tidy_labels() mends that). Throws Error(data): cannot be read, not that format, damaged, more than
/// 1000 keypoints.

/// A DeepLabCut project (labeled-data/*/CollectedData_*.csv), one video's folder of it, or one CSV file; single animals and several
/// ("individuals"). The skeleton and the scorer come from config.yaml where it is there and understood.
[[nodiscard]] LabelSet read_deeplabcut(const std::filesystem::path& data);

/// A folder with LabelMe's JSON files: points are keypoints, their labels the names; points with one group_id are one object, and a
/// rectangle with that group_id is its box. `labels.txt` may say the order of the names.
[[nodiscard]] LabelSet read_labelme(const std::filesystem::path& data);

/// YOLO-pose (Ultralytics): data.yaml with kpt_shape, and labels/*.txt beside images/*.
[[nodiscard]] LabelSet read_yolo_pose(const std::filesystem::path& data);

/// COCO keypoint files, as CVAT, SLEAP and others export them: one file, or all of a folder. Boxes, areas and sizes may be missing. `images`: where
/// the pictures are, if not with the labels; empty: there.
[[nodiscard]] LabelSet read_coco_export(const std::filesystem::path& data,
                                        const std::filesystem::path& images = {});

/// "deeplabcut", "labelme", "yolo" or "coco", by what lies in the folder. Throws Error(data) when it is none of them or several.
[[nodiscard]] std::string label_format(const std::filesystem::path& data);

/// read_…() by that name.
[[nodiscard]] LabelSet read_labels(const std::filesystem::path& data, const std::string& format,
                                   const std::filesystem::path& images = {});

// For readers.
/// The folder of `data`, canonical: itself, or that of a file. Throws Error(data) when it is not there.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& data);
inline constexpr std::size_t max_keypoints = 1000;
/// The text of a label file of at most 1 GiB. Throws Error(data).
[[nodiscard]] std::string read_label_text(const std::filesystem::path& file);
/// The number that all of `text` is; NaN for "" and anything else.
[[nodiscard]] double number_in(std::string_view text);
/// Throws Error(data) about `where` for a number of keypoints that nobody means.
void check_keypoint_count(std::size_t count, const std::string& where);

}  // namespace ph
