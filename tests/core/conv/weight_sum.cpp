#include "conv/weight_sum.hpp"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/fill_weights.hpp"

using namespace ph;
using conv::Shape;
using conv::Words;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

struct Sides {
  at::Tensor image, map;  // channels_last in memory: (images, height, width, channels)
};

Sides sides_of(const Shape& s, Words words) {
  const auto type = words == Words::floats ? at::kFloat : at::kBFloat16;
  return {test::random_tensor("image", {s.images, s.image_h, s.image_w, s.image_c}, 2).to(type),
          test::random_tensor("map", {s.images, s.map_h, s.map_w, s.map_c}, 2).to(type)};
}

at::Tensor sum(const Shape& s, Words words, const Sides& sides) {
  // What was there before is of no account.
  auto out = at::full({s.map_c, s.kernel, s.kernel, s.image_c}, 7.0F);
  conv::sum_weights(s, words, sides.image.const_data_ptr(), sides.map.const_data_ptr(),
                    out.data_ptr<float>());
  return out;
}

// The definition, in float64: for each weight the part of the image that it meets, beside the map.
at::Tensor exact(const Shape& s, const Sides& sides) {
  const auto map = sides.map.to(at::kDouble).reshape({-1, s.map_c});
  const auto image = at::constant_pad_nd(
      sides.image.to(at::kDouble), {0, 0, s.padding, s.padding + s.stride, s.padding, s.padding + s.stride});
  auto out = at::empty({s.map_c, s.kernel, s.kernel, s.image_c}, at::kDouble);
  for (std::int64_t y = 0; y < s.kernel; ++y)
    for (std::int64_t x = 0; x < s.kernel; ++x) {
      const auto met = image.slice(1, y, y + (s.map_h - 1) * s.stride + 1, s.stride)
                           .slice(2, x, x + (s.map_w - 1) * s.stride + 1, s.stride)
                           .reshape({-1, s.image_c});
      out.select(1, y).select(1, x).copy_(map.t().mm(met));
    }
  return out;
}

// Of a convolution: the map is what its output is.
Shape shape(std::int64_t images, std::int64_t h, std::int64_t w, std::int64_t in, std::int64_t out,
            std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  const auto size = [&](std::int64_t of) { return (of + 2 * padding - kernel) / stride + 1; };
  return {images, h, w, in, size(h), size(w), out, kernel, stride, padding};
}

}  // namespace

TEST_CASE("The weights' gradient is the sum that it is by definition", "[conv]") {
  const auto words = GENERATE(Words::floats, Words::bf16_pairs);
  if (!conv::can_sum(words)) return;
  const auto s = GENERATE(
      shape(2, 9, 7, 64, 64, 3, 1, 1), shape(3, 8, 11, 32, 17, 3, 1, 1),   // an odd image without a partner
      shape(1, 13, 5, 48, 100, 3, 2, 1), shape(4, 6, 6, 130, 7, 3, 1, 0),  // several blocks and their ends
      shape(2, 1, 1, 64, 64, 3, 1, 1), shape(2, 2, 1, 16, 5, 3, 2, 1),     // maps of a pixel
      shape(2, 7, 7, 16, 33, 2, 2, 0), shape(2, 10, 9, 20, 24, 4, 2, 1),   // even kernels
      shape(2, 9, 9, 65, 3, 4, 3, 3), shape(1, 30, 31, 18, 18, 7, 1, 3),   // channels between vectors
      shape(2, 5, 6, 40, 40, 1, 1, 0), shape(2, 9, 6, 40, 70, 1, 2, 0),    // no kernel to speak of
      shape(2, 33, 35, 3, 64, 7, 2, 3),
      shape(3, 12, 10, 3, 20, 3, 2, 1),  // few channels: rows of the kernel at once
      shape(1, 5, 4, 1, 130, 2, 1, 0), shape(2, 40, 1, 15, 16, 3, 1, 1), shape(1, 1, 1, 4, 16, 7, 2, 3),
      shape(24, 4, 4, 32, 16, 3, 1, 1), shape(17, 40, 40, 16, 16, 3, 1, 1));  // several images, several bands
  CAPTURE(static_cast<int>(words), s.images, s.image_h, s.image_w, s.image_c, s.map_c, s.kernel, s.stride,
          s.padding);
  const auto sides = sides_of(s, words);
  const auto ours = sum(s, words, sides).to(at::kDouble), true_one = exact(s, sides);
  REQUIRE((ours - true_one).norm().item<double>() <= 5e-7 * true_one.norm().item<double>());
}

TEST_CASE("The transposed convolution's gradient: an image larger than its map needs", "[conv]") {
  const auto words = GENERATE(Words::floats, Words::bf16_pairs);
  if (!conv::can_sum(words)) return;
  // 4x4 kernels that double a map, and 3x3 ones with a pixel of output padding.
  const auto s = GENERATE(Shape{3, 10, 14, 64, 5, 7, 24, 4, 2, 1}, Shape{2, 10, 14, 17, 5, 7, 64, 3, 2, 1},
                          Shape{2, 6, 6, 32, 3, 3, 80, 2, 2, 0}, Shape{2, 6, 8, 4, 3, 4, 32, 4, 2, 1});
  const auto sides = sides_of(s, words);
  const auto true_one = exact(s, sides);
  REQUIRE((sum(s, words, sides).to(at::kDouble) - true_one).norm().item<double>() <=
          5e-7 * true_one.norm().item<double>());
}

TEST_CASE("Threads change no bit of the weights' gradient", "[conv]") {
  const auto words = GENERATE(Words::floats, Words::bf16_pairs);
  if (!conv::can_sum(words)) return;
  const auto s = GENERATE(shape(5, 20, 22, 32, 40, 3, 1, 1), shape(4, 9, 9, 200, 130, 3, 2, 1),
                          shape(6, 31, 30, 3, 64, 7, 2, 3));
  const auto sides = sides_of(s, words);
  const auto threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = sum(s, words, sides);
  for (const int count : {2, 3, 5}) {
    CAPTURE(count);
    at::set_num_threads(count);
    REQUIRE(at::equal(sum(s, words, sides), alone));
  }
  at::set_num_threads(threads);
}

TEST_CASE("How many threads find work is known beforehand", "[conv]") {
  if (!conv::can_sum(Words::floats)) return;
  const auto use = [](int threads, std::int64_t images, std::int64_t in, std::int64_t out, Words words) {
    return conv::use_of(threads, shape(images, 16, 16, in, out, 3, 1, 1), words);
  };
  REQUIRE(use(2, 16, 64, 64, Words::bf16_pairs) == 1);  // 8 pairs of images
  REQUIRE(use(16, 16, 64, 64, Words::floats) == 1);     // 16 images
  REQUIRE(use(16, 16, 64, 64, Words::bf16_pairs) == 0.5);
  REQUIRE(use(2, 3, 64, 64, Words::floats) == 0.75);
  REQUIRE(use(4, 1, 128, 100, Words::floats) == 1);  // blocks of channels
  REQUIRE(use(4, 1, 3, 100, Words::floats) == 0.5);
  REQUIRE(use(64, 16, 512, 512, Words::bf16_pairs) == 1);
}

TEST_CASE("NaN reaches the weights that meet it and no others", "[conv]") {
  const auto words = GENERATE(Words::floats, Words::bf16_pairs);
  if (!conv::can_sum(words)) return;
  const auto images = GENERATE(2, 3);
  const auto s = shape(images, 6, 6, 32, 20, 3, 1, 1);
  auto sides = sides_of(s, words);
  SECTION("in the image's corner: the weights that lie there at some place") {
    sides.image[images - 1][0][0][5] = not_a_number;
    const auto out = sum(s, words, sides).isnan();
    REQUIRE(at::equal(out, exact(s, sides).isnan()));
    REQUIRE(out.sum().item<std::int64_t>() == s.map_c * 4);  // of 9 weights the upper left ones
  }
  SECTION("in the map's corner: not the weights that lie in the padding there") {
    sides.map[0][0][0][3] = not_a_number;
    const auto out = sum(s, words, sides).isnan();
    REQUIRE(out.sum().item<std::int64_t>() == s.image_c * 4);
    REQUIRE(out.select(0, 3).select(0, 2).select(0, 2).all().item<bool>());
  }
  SECTION("an image of few channels: all weights of that channel of the map") {
    const auto few = shape(images, 8, 8, 3, 20, 3, 2, 1);
    auto narrow = sides_of(few, words);
    narrow.map[images - 1][1][1][3] = std::numeric_limits<float>::infinity();
    const auto out = sum(few, words, narrow).isfinite();
    REQUIRE_FALSE(out.select(0, 3).any().item<bool>());
    REQUIRE(out.sum().item<std::int64_t>() == (few.map_c - 1) * 27);
  }
}
