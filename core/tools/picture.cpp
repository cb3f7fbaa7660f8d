#include "tools/picture.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "tensor/safetensors.hpp"

namespace ph {
namespace {

cv::Scalar colour_of(const DatasetInfo& info, std::size_t k) {
  // One colour for all (a file without colours) tells nobody which point is which.
  const bool given =
      std::adjacent_find(info.colors.begin(), info.colors.end(), std::not_equal_to<>()) != info.colors.end();
  if (given && k < info.colors.size())
    return {double(info.colors[k][2]), double(info.colors[k][1]), double(info.colors[k][0])};
  // Hues spread by the golden ratio, so that neighbours differ.
  const auto hue =
      static_cast<unsigned char>(static_cast<int>(180 * std::fmod(0.618034 * static_cast<double>(k), 1.0)));
  cv::Mat pixel(1, 1, CV_8UC3, cv::Scalar(hue, 220, 255));
  cv::cvtColor(pixel, pixel, cv::COLOR_HSV2BGR);
  const auto bgr = pixel.at<cv::Vec3b>(0, 0);
  return {double(bgr[0]), double(bgr[1]), double(bgr[2])};
}

// One image, scaled to the tile, with everything drawn on it.
cv::Mat draw(const Instance& instance, const Prediction& prediction, const DatasetInfo& info, int tile) {
  const cv::Mat image = cv::imread(instance.image_file, cv::IMREAD_COLOR);
  if (image.empty()) throw Error(ErrorKind::data, instance.image_file + ": cannot be read for the picture");
  const double scale = static_cast<double>(tile) / std::max(image.cols, image.rows);
  cv::Mat canvas;
  cv::resize(image, canvas, {}, scale, scale, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  const auto point = [&](float x, float y) {
    return cv::Point(cvRound((x + 0.5) * scale - 0.5), cvRound((y + 0.5) * scale - 0.5));
  };
  const auto predicted = [&](std::size_t k) {
    return point(prediction.keypoints[3 * k], prediction.keypoints[3 * k + 1]);
  };
  const auto count = instance.visible.size();
  for (const auto& [a, b] : info.skeleton) {
    if (static_cast<std::size_t>(std::max(a, b)) >= count) continue;
    cv::line(canvas, predicted(static_cast<std::size_t>(a)), predicted(static_cast<std::size_t>(b)),
             {200, 200, 200}, 1, cv::LINE_AA);
  }
  for (std::size_t k = 0; k < count; ++k) {
    if (instance.visible[k] > 0) {
      const auto truth = point(instance.joints[2 * k], instance.joints[2 * k + 1]);
      cv::line(canvas, truth, predicted(k), {255, 255, 255}, 1, cv::LINE_AA);
      cv::circle(canvas, truth, 6, {0, 255, 0}, 1, cv::LINE_AA);
    }
    cv::circle(canvas, predicted(k), 3, colour_of(info, k), cv::FILLED, cv::LINE_AA);
  }
  return canvas;
}

}  // namespace

void write_samples_picture(const std::filesystem::path& file, const Dataset& dataset,
                           const std::vector<Prediction>& predictions, const PictureOptions& options) {
  const auto wanted = static_cast<std::size_t>(options.columns) * static_cast<std::size_t>(options.rows);
  const auto shown = std::min(wanted, predictions.size());
  const int rows = static_cast<int>((shown + static_cast<std::size_t>(options.columns) - 1) /
                                    static_cast<std::size_t>(options.columns));
  cv::Mat sheet(std::max(1, rows) * options.tile, options.columns * options.tile, CV_8UC3,
                cv::Scalar::all(24));
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& prediction = predictions[i * predictions.size() / shown];
    const auto tile =
        draw(dataset.instances().at(prediction.instance), prediction, dataset.info(), options.tile);
    const int x = static_cast<int>(i) % options.columns * options.tile,
              y = static_cast<int>(i) / options.columns * options.tile;
    tile.copyTo(sheet(cv::Rect(x, y, tile.cols, tile.rows)));
  }
  std::vector<unsigned char> bytes;
  cv::imencode(".png", sheet, bytes);
  write_file_atomically(file, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace ph
