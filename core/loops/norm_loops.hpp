// The loops of batch norm with what follows it, over memory in channels_last: a row is one pixel, its channels beside each other.
// No LibTorch, no threads: callers split rows. Compiled once for each set of vector instructions.
#pragma once
#include <cstdint>
#include <limits>
#include <posehost/bfloat16.hpp>

namespace ph {

/// The activation y = min(max(v, lower), upper). Its gradient is 0 where y is one of the two. NaN stays NaN.
struct Clamp {
  float lower, upper;
};
inline constexpr Clamp kNoClamp{-std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::infinity()};

/// One number a channel. y = clamp(scale * x + offset).
struct NormScale {
  const float* scale;
  const float* offset;
};

/// One number a channel. The gradient of x is scale * (g - grad_mean - (x - mean) * slope), g that of scale * x + offset.
struct NormGradient {
  const float* scale;
  const float* grad_mean;
  const float* mean;
  const float* slope;
};

/// Two sums a channel, to which loops add.
struct ChannelSums {
  float* first;
  float* second;
};

/// T: float or bfloat16; numbers are computed with in float.
template <class T>
struct NormLoops {
  /// Adds x - shift and its square over all rows. `shift` near the mean keeps the sums exact.
  void (*add_moments)(const T* x, std::int64_t rows, std::int64_t channels, const float* shift,
                      ChannelSums sums);
  /// y = clamp(scale * x + offset [+ addend]); `addend` may be null.
  void (*apply)(const T* x, const T* addend, T* y, std::int64_t rows, std::int64_t channels, NormScale norm,
                Clamp clamp);
  /// Adds g and g * (x - mean), g = grad where the activation lets it through, as computed again from x.
  void (*add_gradients)(const T* grad, const T* x, std::int64_t rows, std::int64_t channels, NormScale norm,
                        Clamp clamp, const float* mean, ChannelSums sums);
  /// Writes the gradient of x.
  void (*apply_gradients)(const T* grad, const T* x, T* grad_x, std::int64_t rows, std::int64_t channels,
                          NormScale norm, Clamp clamp, NormGradient gradient);
  /// As add_gradients where something was added: by the result `y`. Writes g, which is the addend's gradient too.
  void (*add_gradients_of_sum)(const T* grad, const T* x, const T* y, T* g, std::int64_t rows,
                               std::int64_t channels, Clamp clamp, const float* mean, ChannelSums sums);
};

/// An image before max pooling, 3x3 with stride 2 and padding 1, as the stem of a ResNet has it.
struct PooledImage {
  std::int64_t height, width, channels;  ///< of x
  [[nodiscard, gnu::always_inline]] std::int64_t out_height() const noexcept { return (height + 1) / 2; }
  [[nodiscard, gnu::always_inline]] std::int64_t out_width() const noexcept { return (width + 1) / 2; }
};

/// Norm, activation and pooling of one image each. `from`, `to`: rows of y; to row r belong the rows 2r and 2r + 1 of x.
template <class T>
struct NormPoolLoops {
  /// Writes y. The largest is looked for before the activation and before rounding; of equal ones it is the first.
  /// `which` of the nine pixels of a window it was, row by row; kStopped where the activation stops the gradient.
  void (*apply)(const T* x, T* y, std::uint8_t* which, PooledImage image, std::int64_t from, std::int64_t to,
                NormScale norm, Clamp clamp);
  /// Adds as NormLoops::add_gradients.
  void (*add_gradients)(const T* grad, const std::uint8_t* which, const T* x, PooledImage image,
                        std::int64_t from, std::int64_t to, const float* mean, ChannelSums sums);
  /// Writes the gradient of x.
  void (*apply_gradients)(const T* grad, const std::uint8_t* which, const T* x, T* grad_x, PooledImage image,
                          std::int64_t from, std::int64_t to, NormGradient gradient);
};
inline constexpr std::uint8_t kStopped = 9;

/// Those for the widest vectors that this processor has.
template <class T>
[[nodiscard]] const NormLoops<T>& norm_loops() noexcept;
template <class T>
[[nodiscard]] const NormPoolLoops<T>& norm_pool_loops() noexcept;

}  // namespace ph
