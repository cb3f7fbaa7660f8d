#include "tools/predict_report.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "config/load.hpp"
#include "data/image.hpp"
#include "report/html_page.hpp"
#include "report/result_files.hpp"
#include "train/evaluator.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

// Paths that counted from the config's folder when the run began; the resolved config lies elsewhere.
void keep_paths(const fs::path& work_dir, const Json& config, ConfigOverrides& overrides) {
  for (const char* part : {"train", "val", "test"}) {
    for (const char* key : {"ann_file", "img_prefix"}) {
      const auto pointer = Json::json_pointer(std::string("/data/") + part + "/" + key);
      if (!config.contains(pointer) || !config[pointer].is_string()) continue;
      const auto found = path_of_run(work_dir, config[pointer].get<std::string>());
      overrides.set.push_back(std::string("data.") + part + "." + key + "=" + Json(found.string()).dump());
    }
  }
}

// The shown part, at most 640 pixels wide, as JPEG.
std::optional<SampleView::Layer> cut_picture(const std::string& file, const std::array<double, 4>& shown) {
  constexpr int widest = 640;
  Image image;
  read_image(file, {}, image);
  const int left = static_cast<int>(std::floor(shown[0])), top = static_cast<int>(std::floor(shown[1]));
  const auto part =
      Region{left, top, static_cast<int>(std::ceil(shown[2])) + 1, static_cast<int>(std::ceil(shown[3])) + 1}
          .cut_to(image.width, image.height);
  if (part.empty()) return std::nullopt;
  const cv::Mat whole(image.height, image.width, CV_8UC3, image.pixels.data());
  cv::Mat cut, bgr;
  const double scale = std::min(1.0, static_cast<double>(widest) / part.width);
  cv::resize(whole(cv::Rect(part.x, part.y, part.width, part.height)), cut, {}, scale, scale, cv::INTER_AREA);
  cv::cvtColor(cut, bgr, cv::COLOR_RGB2BGR);
  std::vector<unsigned char> bytes;
  cv::imencode(".jpg", bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, 85});
  return SampleView::Layer{
      data_uri("image/jpeg", {reinterpret_cast<const char*>(bytes.data()), bytes.size()}),
      {double(part.x), double(part.y), double(part.width), double(part.height)},
      1,
      true};
}

SampleView view_of_sample(const Dataset& dataset, const std::vector<Prediction>& predictions,
                          const SampleResult& one) {
  const auto& instance = dataset.instances()[one.instance];
  auto view = sample_view(instance, predictions[one.prediction], dataset.info(), one.error);
  if (const auto layer = cut_picture(instance.image_file, view.shown)) view.layers.push_back(*layer);
  return view;
}

RunPlan plan_for(const PredictReportOptions& options) {
  RunOptions run;
  run.config = options.work_dir / "config.json";
  run.load_from = fs::absolute(options.checkpoint).string();
  run.plugin_dirs = options.plugin_dirs;
  run.device = options.device;
  // A metric that writes results must not write them over the run's.
  run.work_dir = (options.work_dir / ".report").string();
  const auto config = load_config(run.config).json();
  keep_paths(options.work_dir, config, run.overrides);
  for (const char* key : {"resume_from", "model.pretrained"})
    run.overrides.set.push_back(std::string(key) + "=null");
  auto plan = make_plan(run);
  if (!plan.val)
    throw Error(ErrorKind::config, run.config.string() + ": nothing to evaluate on",
                "no data.val or no evaluation in the config", "both");
  return plan;
}

}  // namespace

ReportResults predict_for_report(const PredictReportOptions& options) {
  auto plan = plan_for(options);
  const auto predictions = predict_all(*plan.model, *plan.val, plan.compute);
  const auto& dataset = plan.val->dataset();
  ReportResults results;
  results.source = options.checkpoint.filename().string() + ", evaluated for this report on " +
                   std::to_string(dataset.size()) + " objects.";
  results.pck_thr = pck_threshold(plan.config);
  for (const auto& metric : plan.metrics) {
    if (metric->by_keypoint(dataset.instances(), predictions).empty()) continue;  // mAP: of files
    for (const auto& value : metric->evaluate(dataset.instances(), predictions, dataset.info()))
      results.metrics.push_back(value);
  }
  results.keypoints = keypoint_rows(dataset.instances(), predictions, dataset.info(), results.pck_thr);
  const auto ranked = rank_samples(dataset.instances(), predictions);
  const auto count = std::min(options.samples, ranked.size());
  for (std::size_t i = 0; i < count; ++i) {
    results.best.push_back(view_of_sample(dataset, predictions, ranked[i]));
    results.worst.push_back(view_of_sample(dataset, predictions, ranked[ranked.size() - 1 - i]));
  }
  return results;
}

}  // namespace ph
