#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ph {

/// Values of past iterations, for log lines. Tensors stay on their device until somebody asks, so
/// that an iteration which logs nothing waits for nothing. Main thread.
class LogBuffer {
 public:
  /// Forgets everything: at the start of an epoch.
  void clear();
  /// Begins the next iteration, whose values weigh `samples`.
  void next(std::int64_t samples);
  /// A value of the current iteration. Losses weigh by samples, timers do not.
  void add(std::string_view name, at::Tensor value);
  void add(std::string_view name, double value);

  /// The current iteration's values so far, but for timers, stay out of means: its update is left out.
  void leave_out();

  /// The current iteration's value, waiting for the device.
  [[nodiscard]] std::optional<double> current(std::string_view name);
  /// Weighted means over the last `window` iterations (0: all), in the order of first appearance.
  [[nodiscard]] std::vector<std::pair<std::string, double>> averages(std::int64_t window);

  /// Everything but the timers, as text for a checkpoint: a run resumed in mid-epoch then logs the same
  /// means as the unbroken one. Waits for the device.
  [[nodiscard]] std::string state();
  /// Puts it back. Throws Error(data) naming `file` when the text is damaged.
  void load_state(const std::string& text, const std::string& file);

 private:
  struct Value {
    std::size_t name;
    std::variant<double, at::Tensor> value;
    double weight;  ///< 0: left out of means
    bool timer;     ///< differs from run to run
  };
  struct Iteration {
    std::int64_t samples;
    std::vector<Value> values;
  };
  std::size_t index_of(std::string_view name);
  static double number(Value& value);
  std::vector<std::string> names_;
  std::deque<Iteration> history_;
};

}  // namespace ph
