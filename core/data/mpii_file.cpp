#include "data/mpii_file.hpp"

#include <cmath>

#include "data/box.hpp"
#include "data/coco_json.hpp"
#include "data/json_entry.hpp"
#include "data/mat_file.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;

constexpr double share_of_head = 0.6;  // MPII's SC_BIAS: the head's size over the diagonal of its box
constexpr double lower = 15;           // so that no limbs are cut off, in units of scale
constexpr const char* in_numbers = "0.6 of the diagonal of the head's box, in pixels";

std::array<double, 2> point(const JsonField& field) {
  if (!field.value->is_array() || field.value->size() != 2) throw field.error("[x, y]");
  return {field[0].number(), field[1].number()};
}

// Nothing for people that are only to be found, whose place is (-1, -1).
std::optional<std::array<double, 4>> box_of(const JsonEntry& entry) {
  auto center = point(entry.at("center"));
  const double scale = entry.at("scale").number();
  if (scale <= 0) return std::nullopt;
  if (center[0] != -1) center[1] += lower * scale;
  const double side = scale * static_cast<double>(pixels_per_scale);
  return std::array{center[0] - 1 - side / 2, center[1] - 1 - side / 2, side, side};
}

double head_size_of(const JsonEntry& entry) {
  if (const auto size = entry.find("head_size")) {
    if (size->number() <= 0) throw size->error(in_numbers);
    return size->number();
  }
  const auto box = entry.find("headbox");
  if (!box) return 0;
  if (!box->value->is_array() || box->value->size() != 4) throw box->error("[x1, y1, x2, y2]");
  return share_of_head *
         std::hypot((*box)[2].number() - (*box)[0].number(), (*box)[3].number() - (*box)[1].number());
}

// Empty without a file, or one of other people (it is of the validation set).
std::vector<double> head_sizes_beside(const fs::path& file, std::size_t people) {
  const auto mat = file.parent_path() / "mpii_gt_val.mat";
  std::error_code ignored;
  if (!fs::exists(mat, ignored)) return {};
  const auto boxes = read_mat_array(mat, "headboxes_src");
  if (!boxes || boxes->size != std::vector<std::size_t>{2, 2, people}) return {};
  std::vector<double> sizes;
  for (std::size_t i = 0; i < people; ++i) {
    const double* box = &boxes->values[4 * i];  // x1, x2, y1, y2
    sizes.push_back(share_of_head * std::hypot(box[1] - box[0], box[3] - box[2]));
  }
  return sizes;
}

// Whether any is labelled.
bool read_joints(const JsonEntry& entry, std::size_t count, Instance& instance) {
  const auto joints = entry.find("joints");
  if (!joints) return false;
  const auto seen = entry.at("joints_vis");
  for (const auto* list : {&*joints, &seen}) {
    if (!list->value->is_array() || list->value->size() != count)
      throw list->error("a list of " + std::to_string(count) + ", one for each keypoint");
  }
  bool any = false;
  for (std::size_t k = 0; k < count; ++k) {
    const auto at = point((*joints)[k]);
    const double visible = seen[k].number();
    if (visible < 0) throw seen[k].error("0 or 1");
    instance.joints.push_back(static_cast<float>(at[0] - 1));
    instance.joints.push_back(static_cast<float>(at[1] - 1));
    instance.visible.push_back(visible > 0 ? 1.0F : 0.0F);
    any = any || visible > 0;
  }
  return any;
}

}  // namespace

CocoInstances read_mpii_file(const fs::path& file, const std::string& folder, std::size_t count) {
  const Json root = parse_annotation_json(file);
  if (!root.is_array() || root.empty()) {
    throw Error(ErrorKind::data, file.string() + ": not an annotation file of MPII",
                root.is_array() ? "an empty list" : std::string("JSON ") + root.type_name(),
                "a list of {\"image\", \"center\", \"scale\", \"joints\", \"joints_vis\"}",
                root.is_object() ? "TopDownCocoDataset, for COCO's format" : "");
  }
  const auto heads = head_sizes_beside(file, root.size());
  CocoInstances chosen;
  for (std::size_t i = 0; i < root.size(); ++i) {
    const JsonEntry entry(file.string(), i, root[i]);
    const auto name = entry.at("image");
    if (!name.value->is_string()) throw name.error("a file name");
    check_below_folder(name.value->get<std::string>(), name.where);
    Instance instance;
    instance.image_file = (fs::path(folder) / name.value->get<std::string>()).string();
    instance.image_id = instance.annotation_id = static_cast<std::int64_t>(i);
    const auto box = box_of(entry);
    if (!box) {
      ++chosen.no_box;
    } else if (!read_joints(entry, count, instance)) {
      ++chosen.no_keypoints;
    } else {
      instance.bbox = *box;
      instance.area = (*box)[2] * (*box)[3];
      instance.head_size = heads.empty() ? head_size_of(entry) : heads[i];
      chosen.instances.push_back(std::move(instance));
    }
  }
  if (chosen.instances.empty()) {
    throw Error(ErrorKind::data, file.string() + ": no person can be used",
                std::to_string(chosen.no_box) + " without a place, " + std::to_string(chosen.no_keypoints) +
                    " without a labelled keypoint",
                "at least one with both",
                "MPII's test set has no annotations; train.json and valid.json have");
  }
  return chosen;
}

}  // namespace ph
