#include "report/result_files.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "data/coco_json.hpp"
#include "metric/pair_results.hpp"
#include "run/run_status.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

// Ids to files; the metric's own reader passes names over.
std::map<std::int64_t, std::string> image_files(const fs::path& annotations, const fs::path& folder) {
  std::map<std::int64_t, std::string> files;
  const auto root = parse_coco_json(annotations);
  for (const auto& image : root.value("images", Json::array())) {
    if (!image.is_object() || !image.contains("id") || !image["id"].is_number_integer() ||
        !image.contains("file_name") || !image["file_name"].is_string())
      continue;
    const auto name = image["file_name"].get<std::string>();
    check_below_folder(name, annotations.string() + ": \"file_name\"");
    files[image["id"].get<std::int64_t>()] = (folder / name).string();
  }
  return files;
}

SampleView view_of(const PairedResults& paired, const SampleResult& one, const DatasetInfo& info) {
  const auto& instance = paired.instances[one.instance];
  auto view = sample_view(instance, paired.predictions[one.prediction], info, one.error);
  if (const auto layer = file_layer(instance)) view.layers.push_back(*layer);
  return view;
}

}  // namespace

fs::path path_of_run(const fs::path& work_dir, const std::string& given) {
  std::error_code failed;
  const fs::path path(given);
  if (path.is_absolute() || fs::exists(path, failed)) return path;
  try {
    const auto beside = fs::absolute(fs::path(read_status(work_dir).config).parent_path() / path);
    return fs::exists(beside, failed) ? beside : path;
  } catch (const Error&) {
    return path;  // then what is there has to do
  }
}

double pck_threshold(const Node& config) {
  constexpr double otherwise = 0.05;
  const auto evaluation = config.find("evaluation");
  const auto given = evaluation ? evaluation->find("pck_thr") : std::nullopt;
  return given && given->is_number() ? given->f64() : otherwise;
}

std::optional<ReportResults> results_of_files(const fs::path& work_dir, std::size_t samples) {
  const auto file = work_dir / "result_keypoints.json";
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) return std::nullopt;
  const auto config = load_config(work_dir / "config.json");
  const auto val = config.at("data").at("val");
  const auto annotations = path_of_run(work_dir, val.at("ann_file").string());
  const auto truth = read_coco_truth(annotations);
  auto paired = pair_results(truth, read_coco_results(file, truth));
  const auto prefix = val.find("img_prefix");
  const auto files = image_files(annotations, path_of_run(work_dir, prefix ? prefix->string() : ""));
  for (auto& instance : paired.instances) {
    if (const auto found = files.find(instance.image_id); found != files.end())
      instance.image_file = found->second;
  }
  DatasetInfo info;
  info.keypoints = truth.main_category().keypoints;
  for (auto k = info.keypoints.size(); k < truth.keypoints; ++k) info.keypoints.push_back(std::to_string(k));
  ReportResults results;
  results.source = "result_keypoints.json of the work dir: the run's last evaluation.";
  results.pck_thr = pck_threshold(config);
  results.keypoints = keypoint_rows(paired.instances, paired.predictions, info, results.pck_thr);
  const auto ranked = rank_samples(paired.instances, paired.predictions);
  for (std::size_t i = 0; i < std::min(samples, ranked.size()); ++i) {
    results.best.push_back(view_of(paired, ranked[i], info));
    results.worst.push_back(view_of(paired, ranked[ranked.size() - 1 - i], info));
  }
  return results;
}

}  // namespace ph
