#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <utility>
#include <vector>

#include "loops/norm_loops.hpp"
#include "operators/norm_act_op.hpp"

namespace ph {

/// Calls work(T{}) with the T, float or bfloat16, that `x` holds.
template <class Work>
auto for_type(const at::Tensor& x, const Work& work) {
  if (x.scalar_type() == at::kBFloat16) return work(bfloat16{});
  return work(float{});
}

/// Per channel, in double.
struct ChannelTotals {
  std::vector<double> first, second;
};

/// Calls add(from, to, sums) for ranges that cover [0, count), on LibTorch's threads. The ranges are the same for any number of
/// threads, and so are the totals, to the bit.
[[nodiscard]] ChannelTotals sum_ranges(
    std::int64_t count, std::int64_t channels,
    const std::function<void(std::int64_t, std::int64_t, ChannelSums)>& add);
/// Calls work(from, to) for ranges that cover [0, count), on LibTorch's threads.
void for_ranges(std::int64_t count, const std::function<void(std::int64_t, std::int64_t)>& work);

/// The batch's mean and 1 / sqrt(variance + eps), [2, C]. Updates the running figures.
[[nodiscard]] at::Tensor norm_statistics(const at::Tensor& x, const BatchNormState& norm);

/// What loops need of a norm, one row each: scale, offset, mean, 1 / deviation.
class NormRows {
 public:
  NormRows(const at::Tensor& statistics, const at::Tensor& weight, const at::Tensor& bias);
  [[nodiscard]] NormScale scale() const noexcept { return {row(0), row(1)}; }
  [[nodiscard]] const float* mean() const noexcept { return row(2); }
  /// Of the gradients' totals, over `count` numbers a channel; valid as long as this object.
  [[nodiscard]] NormGradient gradient(const ChannelTotals& totals, std::int64_t count);
  /// Gradients of weight and bias.
  [[nodiscard]] std::pair<at::Tensor, at::Tensor> of_parameters(const ChannelTotals& totals) const;

 private:
  [[nodiscard]] const float* row(std::size_t i) const noexcept { return numbers_.data() + i * channels_; }
  std::size_t channels_;
  std::vector<float> numbers_;
};

}  // namespace ph
