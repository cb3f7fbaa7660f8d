// Each set of vector instructions that this processor has, against the formulas in double.
#include "loops/loop_sets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "system/limits.hpp"

using namespace ph;

namespace {

template <class T>
struct Set {
  const char* name;
  const NormLoops<T>* norm;
  const NormPoolLoops<T>* pool;
};

template <class T>
std::vector<Set<T>> sets() {
  std::vector<Set<T>> all{{"baseline", &baseline::norm_loops<T>(), &baseline::norm_pool_loops<T>()}};
#if defined(__x86_64__)
  if (cpu_has_avx2()) all.push_back({"avx2", &avx2::norm_loops<T>(), &avx2::norm_pool_loops<T>()});
  if (cpu_has_avx512()) all.push_back({"avx512", &avx512::norm_loops<T>(), &avx512::norm_pool_loops<T>()});
#endif
  return all;
}

// Numbers that bfloat16 holds exactly, from -4 to 4.
template <class T>
std::vector<T> numbers(std::int64_t count, std::uint32_t seed) {
  std::vector<T> all;
  for (std::int64_t i = 0; i < count; ++i) {
    seed = seed * 1664525U + 1013904223U;
    all.push_back(T(static_cast<float>(static_cast<int>(seed >> 24) - 128) / 32.0F));
  }
  return all;
}

// Of a number that was rounded once.
template <class T>
double rounding(double value) {
  return std::abs(value) * (std::is_same_v<T, float> ? 1e-6 : 1.0 / 256) + 1e-6;
}

struct Channels {
  explicit Channels(std::int64_t n)
      : scale(numbers<float>(n, 3)),
        offset(numbers<float>(n, 4)),
        mean(numbers<float>(n, 5)),
        slope(numbers<float>(n, 6)),
        grad_mean(numbers<float>(n, 7)) {}
  [[nodiscard]] NormScale norm() const { return {scale.data(), offset.data()}; }
  [[nodiscard]] NormGradient gradient() const {
    return {scale.data(), grad_mean.data(), mean.data(), slope.data()};
  }
  std::vector<float> scale, offset, mean, slope, grad_mean;
};

double clamp_of(double value, Clamp clamp) {
  return std::min(std::max(value, double{clamp.lower}), double{clamp.upper});
}
double passed(double grad, double value, Clamp clamp) {
  return value <= clamp.lower || value >= clamp.upper ? 0 : grad;
}

}  // namespace

TEMPLATE_TEST_CASE("batch norm's loops, each set of vectors", "[loops]", float, bfloat16) {
  using T = TestType;
  const std::int64_t channels = GENERATE(1, 3, 16, 17, 64, 83);
  const std::int64_t rows = GENERATE(1, 6, 37);
  const Clamp clamp = GENERATE(kNoClamp, Clamp{0, std::numeric_limits<float>::infinity()}, Clamp{0, 6});
  const auto n = static_cast<std::size_t>(rows * channels), width = static_cast<std::size_t>(channels);
  const auto x = numbers<T>(rows * channels, 1), grad = numbers<T>(rows * channels, 2),
             addend = numbers<T>(rows * channels, 8);
  const Channels c(channels);
  for (const auto& set : sets<T>()) {
    CAPTURE(set.name, channels, rows, clamp.upper);
    const auto value = [&](std::size_t i) {
      const auto k = i % width;
      return double{c.scale[k]} * float(x[i]) + c.offset[k];
    };
    std::vector<float> first(width, 1), second(width, 2);
    std::vector<double> expected_first(width, 1), expected_second(width, 2);
    set.norm->add_moments(x.data(), rows, channels, c.mean.data(), {first.data(), second.data()});
    for (std::size_t i = 0; i < n; ++i) {
      const double off = double{float(x[i])} - c.mean[i % width];
      expected_first[i % width] += off;
      expected_second[i % width] += off * off;
    }
    for (std::size_t k = 0; k < width; ++k) {
      REQUIRE_THAT(first[k], test::WithinAbs(expected_first[k], 1e-4));
      REQUIRE_THAT(second[k], test::WithinAbs(expected_second[k], 1e-3));
    }

    std::vector<T> y(n), sum(n), grad_x(n), g(n);
    set.norm->apply(x.data(), nullptr, y.data(), rows, channels, c.norm(), clamp);
    set.norm->apply(x.data(), addend.data(), sum.data(), rows, channels, c.norm(), clamp);
    for (std::size_t i = 0; i < n; ++i) {
      const double plain = clamp_of(value(i), clamp), added = clamp_of(value(i) + float(addend[i]), clamp);
      REQUIRE_THAT(float(y[i]), test::WithinAbs(plain, rounding<T>(plain)));
      REQUIRE_THAT(float(sum[i]), test::WithinAbs(added, rounding<T>(added)));
    }

    for (const bool of_sum : {false, true}) {
      std::fill(first.begin(), first.end(), 0.0F);
      std::fill(second.begin(), second.end(), 0.0F);
      std::fill(expected_first.begin(), expected_first.end(), 0);
      std::fill(expected_second.begin(), expected_second.end(), 0);
      if (of_sum) {
        set.norm->add_gradients_of_sum(grad.data(), x.data(), sum.data(), g.data(), rows, channels, clamp,
                                       c.mean.data(), {first.data(), second.data()});
      } else {
        set.norm->add_gradients(grad.data(), x.data(), rows, channels, c.norm(), clamp, c.mean.data(),
                                {first.data(), second.data()});
      }
      for (std::size_t i = 0; i < n; ++i) {
        const double p = passed(float(grad[i]), of_sum ? double{float(sum[i])} : value(i), clamp);
        if (of_sum) REQUIRE(float(g[i]) == p);
        expected_first[i % width] += p;
        expected_second[i % width] += p * (double{float(x[i])} - c.mean[i % width]);
      }
      for (std::size_t k = 0; k < width; ++k) {
        REQUIRE_THAT(first[k], test::WithinAbs(expected_first[k], 1e-4));
        REQUIRE_THAT(second[k], test::WithinAbs(expected_second[k], 1e-3));
      }
    }

    set.norm->apply_gradients(grad.data(), x.data(), grad_x.data(), rows, channels, c.norm(), clamp,
                              c.gradient());
    for (std::size_t i = 0; i < n; ++i) {
      const auto k = i % width;
      const double p = passed(float(grad[i]), value(i), clamp);
      const double expected =
          c.scale[k] * (p - c.grad_mean[k] - (double{float(x[i])} - c.mean[k]) * c.slope[k]);
      REQUIRE_THAT(float(grad_x[i]), test::WithinAbs(expected, rounding<T>(expected) + 1e-4));
    }
  }
}

TEMPLATE_TEST_CASE("norm and max pooling, each set of vectors", "[loops]", float, bfloat16) {
  using T = TestType;
  const auto [height, width] =
      GENERATE(std::pair<std::int64_t, std::int64_t>{1, 1}, std::pair<std::int64_t, std::int64_t>{1, 2},
               std::pair<std::int64_t, std::int64_t>{5, 4}, std::pair<std::int64_t, std::int64_t>{6, 7});
  const PooledImage image{height, width, GENERATE(std::int64_t{1}, std::int64_t{19}, std::int64_t{64})};
  const Clamp clamp{0, GENERATE(std::numeric_limits<float>::infinity(), 6.0F)};
  const Channels c(image.channels);
  const auto in = static_cast<std::size_t>(height * width * image.channels);
  const auto out = static_cast<std::size_t>(image.out_height() * image.out_width() * image.channels);
  const auto x = numbers<T>(static_cast<std::int64_t>(in), 1),
             grad = numbers<T>(static_cast<std::int64_t>(out), 2);
  const auto channels = static_cast<std::size_t>(image.channels);

  // In double, with the first of equal values, as LibTorch.
  std::vector<double> best(out, -std::numeric_limits<double>::infinity()), expected_grad(in, 0);
  std::vector<std::size_t> from(out);
  for (std::int64_t r = 0; r < image.out_height(); ++r)
    for (std::int64_t col = 0; col < image.out_width(); ++col)
      for (std::size_t k = 0; k < channels; ++k) {
        const auto o = static_cast<std::size_t>(r * image.out_width() + col) * channels + k;
        for (std::int64_t y = std::max<std::int64_t>(2 * r - 1, 0); y < std::min(2 * r + 2, height); ++y)
          for (std::int64_t z = std::max<std::int64_t>(2 * col - 1, 0); z < std::min(2 * col + 2, width);
               ++z) {
            const auto i = static_cast<std::size_t>(y * width + z) * channels + k;
            const double value = double{c.scale[k]} * float(x[i]) + c.offset[k];
            if (value > best[o]) best[o] = value, from[o] = i;
          }
        expected_grad[from[o]] += passed(float(grad[o]), best[o], clamp);
      }

  for (const auto& set : sets<T>()) {
    CAPTURE(set.name, height, width, image.channels, clamp.upper);
    std::vector<T> y(out), grad_x(in);
    std::vector<std::uint8_t> which(out);
    const auto half = image.out_height() / 2;  // in two parts, as threads have them
    set.pool->apply(x.data(), y.data(), which.data(), image, 0, half, c.norm(), clamp);
    set.pool->apply(x.data(), y.data(), which.data(), image, half, image.out_height(), c.norm(), clamp);
    for (std::size_t i = 0; i < out; ++i) {
      const double expected = clamp_of(best[i], clamp);
      REQUIRE_THAT(float(y[i]), test::WithinAbs(expected, rounding<T>(expected)));
    }
    std::vector<float> first(channels), second(channels);
    set.pool->add_gradients(grad.data(), which.data(), x.data(), image, 0, half, c.mean.data(),
                            {first.data(), second.data()});
    set.pool->add_gradients(grad.data(), which.data(), x.data(), image, half, image.out_height(),
                            c.mean.data(), {first.data(), second.data()});
    set.pool->apply_gradients(grad.data(), which.data(), x.data(), grad_x.data(), image, half,
                              image.out_height(), c.gradient());
    set.pool->apply_gradients(grad.data(), which.data(), x.data(), grad_x.data(), image, 0, half,
                              c.gradient());
    std::vector<double> expected_first(channels), expected_second(channels);
    for (std::size_t i = 0; i < in; ++i) {
      const auto k = i % channels;
      expected_first[k] += expected_grad[i];
      expected_second[k] += expected_grad[i] * (double{float(x[i])} - c.mean[k]);
      const double expected =
          c.scale[k] * (expected_grad[i] - c.grad_mean[k] - (double{float(x[i])} - c.mean[k]) * c.slope[k]);
      REQUIRE_THAT(float(grad_x[i]), test::WithinAbs(expected, rounding<T>(expected) + 1e-4));
    }
    for (std::size_t k = 0; k < channels; ++k) {
      REQUIRE_THAT(first[k], test::WithinAbs(expected_first[k], 1e-4));
      REQUIRE_THAT(second[k], test::WithinAbs(expected_second[k], 1e-3));
    }
  }
}

TEMPLATE_TEST_CASE("a NaN goes through norm, activation and pooling", "[loops]", float, bfloat16) {
  using T = TestType;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<T> x(4 * 17, T(nan));
  const Channels c(17);
  for (const auto& set : sets<T>()) {
    CAPTURE(set.name);
    std::vector<T> y(4 * 17), pooled(17);
    std::vector<std::uint8_t> which(17);
    set.norm->apply(x.data(), nullptr, y.data(), 4, 17, c.norm(), Clamp{0, 6});
    set.pool->apply(x.data(), pooled.data(), which.data(), {2, 2, 17}, 0, 1, c.norm(), Clamp{0, 6});
    for (const auto& each : y) REQUIRE(std::isnan(float(each)));
    for (const auto& each : pooled) REQUIRE(std::isnan(float(each)));
  }
}
