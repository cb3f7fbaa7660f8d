#include "operators/norm_statistics.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

namespace ph {
namespace {

// Enough for any number of cores, and few enough to be added up by one.
constexpr std::int64_t kMostRanges = 256, kFewestRows = 16;
// Rows that a first guess of the mean is made of.
constexpr std::int64_t kGuessRows = 32;

std::int64_t rows_of_range(std::int64_t count) {
  return std::max(kFewestRows, (count + kMostRanges - 1) / kMostRanges);
}

template <class T>
std::vector<float> guess_mean(const T* x, std::int64_t rows, std::int64_t channels) {
  std::vector<float> mean(static_cast<std::size_t>(channels));
  const std::int64_t taken = std::min(rows, kGuessRows), step = rows / taken;
  for (std::int64_t row = 0; row < taken; ++row) {
    const T* const from = x + row * step * channels;
    for (std::int64_t i = 0; i < channels; ++i) mean[static_cast<std::size_t>(i)] += float(from[i]);
  }
  for (auto& each : mean) {
    each /= static_cast<float>(taken);
    if (!std::isfinite(each)) each = 0;
  }
  return mean;
}

}  // namespace

void for_ranges(std::int64_t count, const std::function<void(std::int64_t, std::int64_t)>& work) {
  const std::int64_t each = rows_of_range(count);
  at::parallel_for(0, (count + each - 1) / each, 1, [&](std::int64_t from, std::int64_t to) {
    work(from * each, std::min(to * each, count));
  });
}

ChannelTotals sum_ranges(std::int64_t count, std::int64_t channels,
                         const std::function<void(std::int64_t, std::int64_t, ChannelSums)>& add) {
  const std::int64_t each = rows_of_range(count), ranges = (count + each - 1) / each;
  const auto width = static_cast<std::size_t>(channels);
  std::vector<float> sums(static_cast<std::size_t>(ranges) * 2 * width);
  at::parallel_for(0, ranges, 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) {
      float* const mine = sums.data() + static_cast<std::size_t>(i) * 2 * width;
      add(i * each, std::min((i + 1) * each, count), {mine, mine + width});
    }
  });
  ChannelTotals totals{std::vector<double>(width), std::vector<double>(width)};
  for (std::int64_t i = 0; i < ranges; ++i) {
    const float* const of = sums.data() + static_cast<std::size_t>(i) * 2 * width;
    for (std::size_t c = 0; c < width; ++c) {
      totals.first[c] += of[c];
      totals.second[c] += of[width + c];
    }
  }
  return totals;
}

at::Tensor norm_statistics(const at::Tensor& x, const BatchNormState& norm) {
  const std::int64_t channels = x.size(1), rows = x.numel() / channels;
  std::vector<float> shift;
  const auto totals = for_type(x, [&]<class T>(T) {
    const auto* const data = static_cast<const T*>(x.const_data_ptr());
    shift = guess_mean(data, rows, channels);
    return sum_ranges(rows, channels, [&](std::int64_t from, std::int64_t to, ChannelSums sums) {
      norm_loops<T>().add_moments(data + from * channels, to - from, channels, shift.data(), sums);
    });
  });
  auto statistics =
      at::empty({2, channels}, x.options().dtype(at::kFloat).memory_format(at::MemoryFormat::Contiguous));
  auto* const mean_out = statistics.mutable_data_ptr<float>();
  auto* const running_mean = norm.running_mean.mutable_data_ptr<float>();
  auto* const running_var = norm.running_var.mutable_data_ptr<float>();
  const auto n = static_cast<double>(rows);
  for (std::int64_t c = 0; c < channels; ++c) {
    const auto i = static_cast<std::size_t>(c);
    const double off = totals.first[i] / n, mean = shift[i] + off;
    double var = totals.second[i] / n - off * off;
    if (var < 0) var = 0;  // by rounding; a NaN stays one
    mean_out[c] = static_cast<float>(mean);
    mean_out[channels + c] = static_cast<float>(1 / std::sqrt(var + norm.eps));
    const auto moved = [&](double old, double now) {
      return static_cast<float>((1 - norm.momentum) * old + norm.momentum * now);
    };
    running_mean[c] = moved(running_mean[c], mean);
    running_var[c] = moved(running_var[c], var * n / (n - 1));
  }
  return statistics;
}

NormRows::NormRows(const at::Tensor& statistics, const at::Tensor& weight, const at::Tensor& bias)
    : channels_(static_cast<std::size_t>(weight.numel())), numbers_(6 * channels_) {
  const auto* const mean = statistics.const_data_ptr<float>();
  const auto* const w = weight.const_data_ptr<float>();
  const auto* const b = bias.const_data_ptr<float>();
  for (std::size_t c = 0; c < channels_; ++c) {
    const double invstd = mean[channels_ + c], scale = w[c] * invstd;
    numbers_[c] = static_cast<float>(scale);
    numbers_[channels_ + c] = static_cast<float>(b[c] - scale * mean[c]);
    numbers_[2 * channels_ + c] = mean[c];
    numbers_[3 * channels_ + c] = mean[channels_ + c];
  }
}

NormGradient NormRows::gradient(const ChannelTotals& totals, std::int64_t count) {
  const auto n = static_cast<double>(count);
  for (std::size_t c = 0; c < channels_; ++c) {
    const double invstd = numbers_[3 * channels_ + c];
    numbers_[4 * channels_ + c] = static_cast<float>(totals.first[c] / n);
    numbers_[5 * channels_ + c] = static_cast<float>(totals.second[c] / n * invstd * invstd);
  }
  return {row(0), row(4), row(2), row(5)};
}

std::pair<at::Tensor, at::Tensor> NormRows::of_parameters(const ChannelTotals& totals) const {
  const auto make = [&] { return at::empty({static_cast<std::int64_t>(channels_)}, at::kFloat); };
  auto weight = make(), bias = make();
  for (std::size_t c = 0; c < channels_; ++c) {
    weight.mutable_data_ptr<float>()[c] = static_cast<float>(totals.second[c] * row(3)[c]);
    bias.mutable_data_ptr<float>()[c] = static_cast<float>(totals.first[c]);
  }
  return {weight, bias};
}

}  // namespace ph
