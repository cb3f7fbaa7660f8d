#include "train/test_session.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "log/log.hpp"
#include "metric/keypoint_table.hpp"
#include "metric/make_tables.hpp"
#include "metric/pose_score.hpp"
#include "metric/write_results.hpp"
#include "model/fused_forward.hpp"
#include "model/top_down.hpp"
#include "tensor/safetensors.hpp"
#include "tools/count_progress.hpp"
#include "train/evaluator.hpp"
#include "train/test_plan.hpp"

namespace ph {
namespace {

void describe(const TestPlan& plan, const TestOptions& options) {
  const auto& run = plan.run;
  log_info("testing " + options.checkpoint.string() + " on " + run.compute.device.str() + ", precision " +
           name_of_precision(run.compute.precision) + ", " + std::to_string(run.compute.threads) +
           " threads");
  for (const auto& note : run.compute.notes) log_info(note);
  for (const auto& note : plan.notes) log_info(note);
  for (const auto& line : run.weights_report) log_info(line);
  for (const auto& line : run.val->dataset().report()) log_info(line);
  for (const auto& assumption : run.val->dataset().info().assumptions) log_info("assumed: " + assumption);
  for (const auto& metric : run.metrics) {
    for (const auto& assumption : metric->assumptions()) log_info("assumed: " + assumption);
  }
}

// Folds norms into convolutions where the network and the precision allow it; "auto" takes one that does.
void fuse(RunPlan& run) {
  auto* network = dynamic_cast<TopDown*>(run.model.get());
  auto& precision = run.compute.precision;
  const bool possible = FusedForward::supports(precision, run.compute.device);
  if (!network || (!possible && run.config.at("runtime").at("precision").string() != "auto")) {
    throw Error(ErrorKind::config, "--fuse-conv-bn: not for this network or precision",
                network ? std::string("precision ") + name_of_precision(precision) : "no TopDown",
                "a TopDown in fp32, or in bf16 on a processor that has it",
                network ? "--set runtime.precision=fp32" : "without --fuse-conv-bn");
  }
  if (!possible) {
    precision = at::kFloat;
    log_info("precision fp32: norms are fused in it");
  }
  const auto fused = std::make_shared<FusedForward>(run.model, precision);
  network->predict_with([fused](const at::Tensor& img) { return (*fused)(img); });
}

// What mAP has not written: each prediction as it is, scored as mAP scores, without NMS.
void write_rows(const TestPlan& plan, const TestOptions& options,
                const std::vector<Prediction>& predictions) {
  if (options.out.empty() || plan.results_file == options.out) return;
  const auto& dataset = plan.run.val->dataset();
  const double vis_thr = dataset.metric_context().results.vis_thr;
  std::vector<ResultRow> rows;
  for (const auto& prediction : predictions) {
    const auto& instance = dataset.instances().at(prediction.instance);
    rows.push_back(
        {instance.image_id, 1, &prediction,
         pose_score(ScoreMode::bbox_keypoint, instance.bbox_score, prediction.keypoints, vis_thr)});
  }
  write_coco_results(options.out, rows);
}

Json speed_json(const PredictSpeed& speed, std::size_t images) {
  const double count = std::max<double>(1, static_cast<double>(images));
  const auto each = [&](double seconds) { return 1000 * seconds / count; };
  return {{"images", images},
          {"images_per_s", speed.all > 0 ? static_cast<double>(images) / speed.all : 0.0},
          {"ms_an_image", each(speed.all)},
          {"data_ms", each(speed.data)},
          {"forward_ms", each(speed.forward)},
          {"decode_ms", each(speed.decode)}};
}

std::string speed_line(const Json& speed) {
  const auto number = [&](const char* key) { return speed[key].get<double>(); };
  char text[200];
  std::snprintf(
      text, sizeof text,
      "%zu instances, %.1f images/s; an image %.2f ms: waiting for data %.2f, forward %.2f, decode %.2f",
      speed["images"].get<std::size_t>(), number("images_per_s"), number("ms_an_image"), number("data_ms"),
      number("forward_ms"), number("decode_ms"));
  return text;
}

struct Answer {
  MetricValues values;
  std::vector<std::string> lines;  ///< mAP's, as mmpose prints them
  std::vector<KeypointTable> tables;
  Json speed;
};

Json answer_json(const Answer& answer, const TestPlan& plan, const TestOptions& options) {
  Json json{{"config", options.run.config.string()},
            {"checkpoint", options.checkpoint.string()},
            {"metrics", Json::object()},
            {"speed", answer.speed}};
  for (const auto& [name, value] : answer.values) json["metrics"][name] = value;
  const auto& keypoints = plan.run.val->dataset().info().keypoints;
  for (const auto& table : answer.tables) {
    for (std::size_t k = 0; k < keypoints.size(); ++k) {
      const auto value = table.values[k];
      json["per_keypoint"][table.metric][keypoints[k]] = std::isnan(value) ? Json() : Json(value);
    }
  }
  return json;
}

void print(const Answer& answer, const TestPlan& plan, const TestOptions& options) {
  if (options.json) {
    std::cout << answer_json(answer, plan, options).dump(2, ' ', false, Json::error_handler_t::replace)
              << "\n";
    return;
  }
  for (const auto& line : answer.lines) std::printf("%s\n", line.c_str());
  for (const auto& [name, value] : answer.values)
    std::printf("%s %s\n", name.c_str(), shown_value(value).c_str());
  if (!answer.tables.empty()) {
    for (const auto& line : keypoint_table_lines(plan.run.val->dataset().info().keypoints, answer.tables))
      std::printf("%s\n", line.c_str());
  }
  std::printf("%s\n", speed_line(answer.speed).c_str());
  if (!options.out.empty()) std::printf("writing results to %s\n", options.out.c_str());
}

}  // namespace

int test_session(const TestOptions& options) {
  auto plan = make_test_plan(options);
  auto& run = plan.run;
  const auto& dataset = run.val->dataset();
  if (options.fuse) fuse(run);
  describe(plan, options);
  if (!plan.results_file.empty() && plan.results_file != options.out)
    std::filesystem::create_directories(run.work_dir);
  PredictSpeed speed;
  CountProgress progress("testing", dataset.size());
  const auto predictions = predict_all(
      *run.model, *run.val, run.compute, [&](std::int64_t done) { progress.show(done); }, &speed);
  progress.finish();
  Answer answer;
  answer.speed = speed_json(speed, predictions.size());
  for (const auto& metric : run.metrics) {
    const auto values = metric->evaluate(dataset.instances(), predictions, dataset.info());
    for (const auto& line : metric->lines(values)) answer.lines.push_back(line);
    answer.values.insert(answer.values.end(), values.begin(), values.end());
  }
  if (options.by_keypoint)
    answer.tables = make_tables(run.metrics, dataset.instances(), predictions, dataset.info());
  write_rows(plan, options, predictions);
  if (!options.run.work_dir.empty()) {
    std::filesystem::create_directories(run.work_dir);
    write_file_atomically(run.work_dir / "test.json", answer_json(answer, plan, options).dump(2) + "\n");
  }
  print(answer, plan, options);
  return 0;
}

}  // namespace ph
