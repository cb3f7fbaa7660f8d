// SPDX-License-Identifier: Apache-2.0
//
// What the network is shown and what it answers, as pictures: the first samples of a batch as they come out
// of the pipeline, targets as green rings, predictions as red dots. For the loggers, and as PNG files in
// <work_dir>/samples. Heatmaps of a stack of stages show their last one.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include <posehost/hook.hpp>

#include "canvas.hpp"
#include "png.hpp"

namespace {

// An element by its indices, whatever the memory layout.
class FloatView {
 public:
  explicit FloatView(const ph::Tensor& tensor) : tensor_{tensor}, data_{ph::elements<float>(tensor)} {}
  int ndim() const { return tensor_.ndim; }
  std::int64_t size(int axis) const { return tensor_.shape[axis]; }
  template <class... Index>
  float at(Index... index) const {
    std::int64_t offset = 0;
    int axis = 0;
    ((offset += index * tensor_.strides[axis++]), ...);
    return data_[offset];
  }
  // N x S x K x h x w without S: its last stage.
  FloatView last_stage() const {
    if (tensor_.ndim != 5) return *this;
    FloatView view = *this;
    view.data_ += (tensor_.shape[1] - 1) * tensor_.strides[1];
    view.shape_ = {tensor_.shape[0], tensor_.shape[2], tensor_.shape[3], tensor_.shape[4]};
    view.strides_ = {tensor_.strides[0], tensor_.strides[2], tensor_.strides[3], tensor_.strides[4]};
    view.tensor_.ndim = 4;
    view.own_ = true;
    view.point();
    return view;
  }
  FloatView(const FloatView& other)
      : tensor_{other.tensor_},
        data_{other.data_},
        shape_{other.shape_},
        strides_{other.strides_},
        own_{other.own_} {
    point();
  }
  FloatView& operator=(const FloatView&) = delete;

 private:
  void point() {
    if (!own_) return;
    tensor_.shape = shape_.data();
    tensor_.strides = strides_.data();
  }
  ph::Tensor tensor_;
  const float* data_;
  std::array<std::int64_t, 4> shape_{}, strides_{};
  bool own_ = false;
};

struct Point {
  double x, y;  // in the input
  bool known;
};

// The highest element of a map, in the input's pixels; unknown where nothing is above 0.
Point peak(const FloatView& maps, std::int64_t n, std::int64_t k, double width, double height) {
  float best = 0;
  Point point{0, 0, false};
  for (std::int64_t y = 0; y < maps.size(2); ++y)
    for (std::int64_t x = 0; x < maps.size(3); ++x) {
      if (maps.at(n, k, y, x) <= best) continue;
      best = maps.at(n, k, y, x);
      point = {(static_cast<double>(x) + 0.5) * width / static_cast<double>(maps.size(3)) - 0.5,
               (static_cast<double>(y) + 0.5) * height / static_cast<double>(maps.size(2)) - 0.5, true};
    }
  return point;
}

class VisualizeSamples final : public ph::Hook {
 public:
  static constexpr auto info =
      ph::component("VisualizeSamples", "pictures of inputs with targets and predictions");
  static constexpr auto args =
      ph::args(ph::arg<std::int64_t>("interval", 1000, ph::at_least(1), "iterations from picture to picture"),
               ph::arg<bool>("at_start", true, "also at the first iteration of this process"),
               ph::arg<std::int64_t>("samples", 8, ph::range(1, 64), "samples of the batch, side by side"),
               ph::arg<std::array<double, 3>>("mean", ph::list(0.485, 0.456, 0.406), "of NormalizeTensor"),
               ph::arg<std::array<double, 3>>("std", ph::list(0.229, 0.224, 0.225), ph::above(0.0),
                                              "of NormalizeTensor"),
               ph::arg<bool>("files", true, "PNG files in the work dir's folder samples, too"));
  static constexpr int priority = PH_PRIORITY_LOW;

  explicit VisualizeSamples(const ph::Config& config)
      : interval_{config.get<std::int64_t>("interval")},
        at_start_{config.get<bool>("at_start")},
        samples_{config.get<std::int64_t>("samples")},
        mean_{config.get<std::array<double, 3>>("mean")},
        std_{config.get<std::array<double, 3>>("std")},
        files_{config.get<bool>("files")},
        host_{config.host()} {}

  void after_train_iter(ph::RunView& run) override {
    const bool first = at_start_ && run.now().iter == run.start_iter();
    if (run.rank() != 0 || !(first || run.every_n_iters(interval_))) return;
    const auto image = run.tensor("batch/img");
    if (!image || image->ndim != 4 || (image->shape[1] != 3 && image->shape[1] != 1)) return;
    if (image->device_type != PH_DEVICE_CPU) return once("the batch is not in main memory: no pictures");
    show(run, FloatView(*image));
  }

 private:
  void show(ph::RunView& run, const FloatView& images) {
    const auto n = std::min(samples_, images.size(0)), width = images.size(3), height = images.size(2);
    if (n < 1 || n * width > 16384 || height > 16384) return;
    Canvas canvas(n * width, height);
    const auto target = view(run, "batch/target"), heatmap = view(run, "output/heatmap"),
               keypoints = view(run, "output/keypoints");
    for (std::int64_t i = 0; i < n; ++i) {
      draw_image(canvas, images, i);
      draw_points(canvas, target, i, width, height, true);
      draw_points(canvas, heatmap ? heatmap : keypoints, i, width, height, false);
    }
    run.publish_picture("samples/train", canvas.pixels.data(), canvas.width, canvas.height, 3);
    if (files_) write(run, canvas);
  }

  static std::optional<FloatView> view(const ph::RunView& run, const char* name) {
    const auto tensor = run.tensor(name);
    const bool usable = tensor && tensor->device_type == PH_DEVICE_CPU &&
                        tensor->dtype.code == PH_DTYPE_FLOAT && tensor->dtype.bits == 32 &&
                        tensor->ndim >= 3 && tensor->ndim <= 5;
    if (!usable) return std::nullopt;
    return FloatView(*tensor).last_stage();
  }

  void draw_image(Canvas& canvas, const FloatView& images, std::int64_t sample) const {
    const auto width = images.size(3), channels = images.size(1);
    for (std::int64_t y = 0; y < images.size(2); ++y)
      for (std::int64_t x = 0; x < width; ++x) {
        Colour colour{};
        for (std::size_t c = 0; c < 3; ++c) {
          const auto from = static_cast<std::int64_t>(channels == 1 ? 0 : c);
          const double value = static_cast<double>(images.at(sample, from, y, x)) * std_[c] + mean_[c];
          colour[c] =
              static_cast<std::uint8_t>(std::clamp(std::isfinite(value) ? value : 0.0, 0.0, 1.0) * 255);
        }
        canvas.set(sample * width + x, y, colour);
      }
  }

  // Targets as rings, so that a prediction in one can be seen.
  static void draw_points(Canvas& canvas, const std::optional<FloatView>& points, std::int64_t sample,
                          std::int64_t width, std::int64_t height, bool ring) {
    if (!points || points->size(0) <= sample) return;
    const double w = static_cast<double>(width), h = static_cast<double>(height);
    const double radius = std::max(1.5, w / 64);
    for (std::int64_t k = 0; k < points->size(1); ++k) {
      Point point{0, 0, false};
      if (points->ndim() == 4) {
        point = peak(*points, sample, k, w, h);
      } else if (points->ndim() == 3 && points->size(2) >= 2) {
        point = {static_cast<double>(points->at(sample, k, std::int64_t{0})) * w,
                 static_cast<double>(points->at(sample, k, std::int64_t{1})) * h, true};
      }
      if (!point.known) continue;
      const double x = point.x + static_cast<double>(sample * width);
      if (ring) {
        canvas.ring(x, point.y, radius, 2 * radius, {0, 220, 0});
      } else {
        canvas.dot(x, point.y, radius, {255, 40, 40});
      }
    }
  }

  void write(const ph::RunView& run, const Canvas& canvas) {
    const auto folder = std::filesystem::path(run.work_dir()) / "samples";
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    const auto file = folder / ("iter_" + std::to_string(run.now().iter + 1) + ".png");
    const auto png = encode_png(canvas.pixels.data(), canvas.width, canvas.height, 3, 3 * canvas.width);
    std::ofstream out(file, std::ios::binary);
    out.write(png.data(), static_cast<std::streamsize>(png.size()));
    out.close();
    if (!out) once("cannot write " + file.string() + ": " + std::strerror(errno));
  }

  void once(const std::string& text) {
    if (!std::exchange(warned_, true)) host_.warning(text);
  }

  std::int64_t interval_;
  bool at_start_;
  std::int64_t samples_;
  std::array<double, 3> mean_, std_;
  bool files_;
  ph::Host host_;
  bool warned_ = false;
};

}  // namespace

POSEHOST_COMPONENT(VisualizeSamples);
