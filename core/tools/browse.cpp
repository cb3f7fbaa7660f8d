#include "tools/browse.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "config/load.hpp"
#include "data/affine.hpp"
#include "data/sample.hpp"
#include "report/html_page.hpp"
#include "report/sample_view.hpp"
#include "train/run_plan.hpp"

namespace ph {
namespace {

// What the pipeline says about how a crop became a tensor, read back from its steps.
struct Steps {
  std::vector<double> mean{0, 0, 0}, std{1, 1, 1};
  bool bgr = false, udp = false, udp_target = false;
};

std::vector<double> numbers(const Json& json, std::vector<double> otherwise) {
  if (!json.is_array()) return otherwise;
  std::vector<double> all;
  for (const auto& one : json) all.push_back(one.is_number() ? one.get<double>() : 0);
  return all;
}

Steps read_steps(const Json& pipeline) {
  Steps steps;
  for (const auto& step : pipeline) {
    const auto type = step.value("type", std::string());
    if (type == "LoadImageFromFile") {
      const auto colour = step.value("color_type", std::string("color"));
      steps.bgr = colour == "color" ? step.value("channel_order", std::string("rgb")) == "bgr" : true;
    } else if (type == "NormalizeTensor") {
      steps.mean = numbers(step.value("mean", Json()), steps.mean);
      steps.std = numbers(step.value("std", Json()), steps.std);
    } else if (type == "TopDownAffine") {
      steps.udp = step.value("use_udp", false);
    } else if (type == "TopDownGenerateTarget") {
      steps.udp_target = step.value("encoding", std::string("MSRA")) == "UDP";
    }
  }
  return steps;
}

std::string png_uri(const cv::Mat& picture) {
  std::vector<unsigned char> bytes;
  cv::imencode(".png", picture, bytes);
  return data_uri("image/png", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// The tensor back as a picture; bytes beyond 0 to 255 are cut.
std::string picture_uri(std::span<const float> img, const std::vector<std::int64_t>& shape,
                        const Steps& steps) {
  const auto channels = static_cast<std::size_t>(shape[0]);
  const int height = static_cast<int>(shape[1]), width = static_cast<int>(shape[2]);
  const auto plane = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  cv::Mat picture(height, width, CV_8UC3);
  for (std::size_t i = 0; i < plane; ++i) {
    unsigned char* pixel = picture.data + 3 * i;
    for (std::size_t c = 0; c < 3; ++c) {
      const auto from = std::min(c, channels - 1);
      const double mean = from < steps.mean.size() ? steps.mean[from] : 0,
                   std = from < steps.std.size() ? steps.std[from] : 1;
      const double value = 255 * (static_cast<double>(img[from * plane + i]) * std + mean);
      pixel[channels >= 3 && !steps.bgr ? 2 - c : c] =
          static_cast<unsigned char>(std::clamp(std::isfinite(value) ? value : 0, 0.0, 255.0));
    }
  }
  return png_uri(picture);
}

// The strongest keypoint of each heatmap pixel in its colour, opaque as far as it is strong.
std::string heatmap_uri(std::span<const float> maps, std::size_t keypoints, std::size_t stride, int height,
                        int width, const DatasetInfo& info) {
  const auto plane = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  float peak = 0;
  for (std::size_t k = 0; k < keypoints; ++k) {
    for (std::size_t i = 0; i < plane; ++i) peak = std::max(peak, maps[k * stride * plane + i]);
  }
  cv::Mat picture(height, width, CV_8UC4, cv::Scalar::all(0));
  for (std::size_t i = 0; i < plane && peak > 0; ++i) {
    std::size_t best = 0;
    for (std::size_t k = 1; k < keypoints; ++k) {
      if (maps[k * stride * plane + i] > maps[best * stride * plane + i]) best = k;
    }
    const auto colour = keypoint_color(info.colors, best);
    unsigned char* pixel = picture.data + 4 * i;
    for (std::size_t c = 0; c < 3; ++c) pixel[c] = colour[2 - c];
    pixel[3] =
        static_cast<unsigned char>(std::clamp(255 * maps[best * stride * plane + i] / peak, 0.0F, 255.0F));
  }
  return png_uri(picture);
}

// Targets that are maps: K, 3 K (CombinedTarget) or stages of K planes, of which the last is shown.
void add_heatmaps(SampleView& view, std::span<const float> target, const SampleShapes& shapes,
                  const Steps& steps, const DatasetInfo& info) {
  const auto& shape = shapes.target;
  if (shape.size() < 3) return;
  const auto keypoints = info.keypoints.size();
  const auto planes = static_cast<std::size_t>(shape[shape.size() - 3]);
  const int height = static_cast<int>(shape[shape.size() - 2]), width = static_cast<int>(shape.back());
  const auto stage = planes * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  if ((planes != keypoints && planes != 3 * keypoints) || target.size() < stage) return;
  const auto last = target.subspan(target.size() - stage);
  const auto crop = [&](std::size_t axis, int size) {
    const auto pixels = static_cast<double>(shapes.img[axis]);
    return steps.udp_target && size > 1 ? (pixels - 1) / (size - 1) : pixels / size;
  };
  const double x = crop(2, width), y = crop(1, height);
  // The middle of heatmap pixel u is at u strides of the crop.
  view.layers.push_back({heatmap_uri(last, keypoints, planes / keypoints, height, width, info),
                         {0.5 - x / 2, 0.5 - y / 2, x * width, y * height},
                         0.75,
                         true});
}

// The annotated box in the crop. A mirrored sample is told by where its points are.
void add_box(SampleView& view, const Sample& sample, const std::array<std::int64_t, 2>& size,
             const Steps& steps) {
  const auto& instance = *sample.instance;
  const auto m = steps.udp ? udp_crop_matrix(sample.center, sample.scale, sample.rotation, size)
                           : crop_matrix(sample.center, sample.scale, sample.rotation, size);
  const auto moved = [&](double x, double y, bool flipped) -> std::array<double, 2> {
    if (flipped) x = static_cast<double>(instance.image_width) - 1 - x;
    return {m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]};
  };
  double sums[2] = {0, 0}, sum = 0;
  for (std::size_t k = 0; k < instance.visible.size(); ++k) {
    if (instance.visible[k] > 0) {
      for (const bool flipped : {false, true})
        sums[flipped ? 1 : 0] += moved(instance.joints[2 * k], instance.joints[2 * k + 1], flipped)[0];
    }
    if (sample.visible[k] > 0) sum += sample.joints[2 * k];
  }
  const bool flipped = instance.image_width > 0 && std::abs(sums[1] - sum) < std::abs(sums[0] - sum);
  const auto& b = instance.bbox;
  view.box = {moved(b[0], b[1], flipped), moved(b[0] + b[2], b[1], flipped),
              moved(b[0] + b[2], b[1] + b[3], flipped), moved(b[0], b[1] + b[3], flipped)};
  char text[96];
  std::snprintf(text, sizeof text, ", turned %.1f deg%s", sample.rotation, flipped ? ", mirrored" : "");
  view.caption += text;
}

SampleView view_of_sample(const Dataset& dataset, Sample& sample, const SampleShapes& shapes,
                          const Steps& steps) {
  SampleView view;
  const auto& info = dataset.info();
  const std::array<std::int64_t, 2> size{shapes.img[2], shapes.img[1]};
  view.caption = std::filesystem::path(sample.instance->image_file).filename().string();
  view.shown = {0, 0, static_cast<double>(size[0]), static_cast<double>(size[1])};
  view.layers.push_back(
      {picture_uri(sample.img.values(), shapes.img, steps), {0, 0, view.shown[2], view.shown[3]}, 1, false});
  add_heatmaps(view, sample.target.values(), shapes, steps, info);
  view.names = info.keypoints;
  view.skeleton = info.skeleton;
  view.colors = info.colors;
  view.truth = sample.joints;
  view.visible = sample.visible;
  add_box(view, sample, size, steps);
  return view;
}

RunPlan plan_for(RunOptions run) {
  run.dry_run = true;  // weights that are missing do not matter here
  run.validate = false;
  run.overrides.set.emplace_back("workflow=[[\"train\",1]]");
  auto plan = make_plan(run);
  if (!plan.train)
    throw Error(ErrorKind::config, run.config.string() + ": no training data", {}, "data.train");
  return plan;
}

}  // namespace

std::string browse_html(const BrowseOptions& options) {
  const auto plan = plan_for(options.run);
  const auto& dataset = plan.train->dataset();
  const auto shapes = dataset.shapes();
  const auto& pipeline = plan.config.json().at("data").at("train").at("pipeline");
  const auto steps = read_steps(pipeline);
  const auto count = std::min<std::int64_t>(options.count, dataset.size());
  std::string figures = "<div class=\"samples\">\n";
  for (std::int64_t i = 0; i < count; ++i) {
    auto sample =
        dataset.sample(i * dataset.size() / count, static_cast<std::uint64_t>(plan.seed), options.epoch);
    figures += sample_figure(view_of_sample(dataset, sample, shapes, steps), 300);
  }
  HtmlPage page("Training samples of " + options.run.config.filename().string(),
                std::to_string(count) + " of " + std::to_string(dataset.size()) + " objects, seed " +
                    std::to_string(plan.seed) + ", epoch " + std::to_string(options.epoch));
  page.section("As the network gets them",
               HtmlPage::paragraph("Dots are keypoints (names show under the mouse), the dashed line the "
                                   "annotated box, coloured clouds the target heatmaps.") +
                   keypoint_legend(dataset.info().keypoints, dataset.info().colors) + figures + "</div>\n");
  std::string names;
  for (const auto& [a, b] : dataset.info().flip_pairs)
    names += (names.empty() ? "" : ", ") + dataset.info().keypoints[static_cast<std::size_t>(a)] + "/" +
             dataset.info().keypoints[static_cast<std::size_t>(b)];
  page.section("Pipeline",
               HtmlPage::paragraph("Exchanged where a picture is mirrored: " +
                                   (names.empty() ? std::string("nothing") : names)) +
                   HtmlPage::folded("data.train.pipeline",
                                    pretty_config(plan.config.at("data").at("train").at("pipeline"), true)));
  return page.text();
}

}  // namespace ph
