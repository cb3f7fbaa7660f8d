#include "report/report_results.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "data/image_header.hpp"
#include "import/image_size.hpp"
#include "report/html_page.hpp"
#include "tensor/file_mapping.hpp"

namespace ph {
namespace {

double distance(const Instance& instance, const Prediction& prediction, std::size_t k) {
  return std::hypot(
      static_cast<double>(prediction.keypoints[3 * k]) - static_cast<double>(instance.joints[2 * k]),
      static_cast<double>(prediction.keypoints[3 * k + 1]) - static_cast<double>(instance.joints[2 * k + 1]));
}

double side_of(const Instance& instance) { return std::max({instance.bbox[2], instance.bbox[3], 1.0}); }

// The value below which `share` of them lie, of sorted values.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const auto high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

bool usable(const Prediction& prediction, const std::vector<Instance>& instances, std::size_t k) {
  if (prediction.instance >= instances.size()) return false;
  const auto& instance = instances[prediction.instance];
  return k < instance.visible.size() && instance.visible[k] > 0 && 3 * k + 2 < prediction.keypoints.size() &&
         2 * k + 1 < instance.joints.size();
}

}  // namespace

std::vector<KeypointRow> keypoint_rows(const std::vector<Instance>& instances,
                                       const std::vector<Prediction>& predictions, const DatasetInfo& info,
                                       double pck_thr) {
  std::vector<KeypointRow> rows;
  for (std::size_t k = 0; k < info.keypoints.size(); ++k) {
    std::vector<double> all;
    std::size_t close = 0;
    double sum = 0;
    for (const auto& prediction : predictions) {
      if (!usable(prediction, instances, k)) continue;
      const auto& instance = instances[prediction.instance];
      all.push_back(distance(instance, prediction, k));
      sum += all.back();
      close += all.back() < pck_thr * side_of(instance) ? 1 : 0;
    }
    if (all.empty()) continue;
    std::sort(all.begin(), all.end());
    const auto count = static_cast<double>(all.size());
    rows.push_back({info.keypoints[k], all.size(), sum / count, quantile(all, 0.5), quantile(all, 0.95),
                    static_cast<double>(close) / count});
  }
  return rows;
}

std::vector<SampleResult> rank_samples(const std::vector<Instance>& instances,
                                       const std::vector<Prediction>& predictions) {
  std::vector<SampleResult> ranked;
  for (std::size_t p = 0; p < predictions.size(); ++p) {
    double sum = 0;
    int count = 0;
    for (std::size_t k = 0; k < predictions[p].keypoints.size() / 3; ++k) {
      if (!usable(predictions[p], instances, k)) continue;
      sum += distance(instances[predictions[p].instance], predictions[p], k);
      ++count;
    }
    if (count > 0 && std::isfinite(sum))
      ranked.push_back(
          {predictions[p].instance, p, sum / count / side_of(instances[predictions[p].instance])});
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return std::pair(a.error, a.instance) < std::pair(b.error, b.instance);
  });
  return ranked;
}

SampleView sample_view(const Instance& instance, const Prediction& prediction, const DatasetInfo& info,
                       double error) {
  SampleView view;
  double left = instance.bbox[0], top = instance.bbox[1], right = left + instance.bbox[2],
         bottom = top + instance.bbox[3];
  const double room = 0.12 * side_of(instance), far = 2 * side_of(instance);
  for (std::size_t i = 0; i + 2 < prediction.keypoints.size(); i += 3) {
    const double x = prediction.keypoints[i], y = prediction.keypoints[i + 1];
    // A point far away is outside of the figure: it would make everything else tiny.
    if (!(std::abs(x - left) < far) || !(std::abs(y - top) < far)) continue;
    left = std::min(left, x), right = std::max(right, x), top = std::min(top, y),
    bottom = std::max(bottom, y);
  }
  // A square, so that figures stand side by side.
  const double side = std::max(right - left, bottom - top) + 2 * room;
  view.shown = {(left + right - side) / 2, (top + bottom - side) / 2, side, side};
  const auto& b = instance.bbox;
  view.box = {{b[0], b[1]}, {b[0] + b[2], b[1]}, {b[0] + b[2], b[1] + b[3]}, {b[0], b[1] + b[3]}};
  view.truth = instance.joints;
  view.visible = instance.visible;
  view.predicted = prediction.keypoints;
  view.names = info.keypoints;
  view.skeleton = info.skeleton;
  view.colors = info.colors;
  char text[64];
  std::snprintf(text, sizeof text, ": mean error %.2f %% of the box", 100 * error);
  view.caption = std::filesystem::path(instance.image_file).filename().string() + text;
  return view;
}

std::optional<SampleView::Layer> file_layer(const Instance& instance) {
  constexpr std::uintmax_t most = 8U << 20;
  std::error_code failed;
  const auto size = image_size(instance.image_file);
  const auto bytes = std::filesystem::file_size(instance.image_file, failed);
  if (!size || failed || bytes > most) return std::nullopt;
  const FileMapping file(instance.image_file, "a picture");
  const auto head = file.bytes().substr(0, 4096);
  const auto header = image_header({head.begin(), head.end()});
  if (!header || header->format == "TIFF") return std::nullopt;
  const std::string mime = header->format == "JPEG"   ? "image/jpeg"
                           : header->format == "PNG"  ? "image/png"
                           : header->format == "WebP" ? "image/webp"
                                                      : "image/bmp";
  return SampleView::Layer{data_uri(mime, file.bytes()),
                           {0, 0, static_cast<double>(size->width), static_cast<double>(size->height)},
                           1,
                           true};
}

}  // namespace ph
