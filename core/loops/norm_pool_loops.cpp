#include "loops/norm_lanes.hpp"
#include "loops/norm_loops.hpp"

namespace ph::POSEHOST_VECTORS {

using lanes::Block;
using lanes::Held;
using lanes::HeldGradient;
using lanes::HeldScale;
using lanes::IntsOf;
using lanes::load;
using lanes::store;

namespace {

std::int64_t larger(std::int64_t a, std::int64_t b) { return a > b ? a : b; }
std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

// A window's pixels of x: rows [top, bottom), columns [left, right), those outside left out.
struct Window {
  std::int64_t row, column, top, bottom, left, right;
  Window(PooledImage image, std::int64_t r, std::int64_t c)
      : row(r),
        column(c),
        top(larger(2 * r - 1, 0)),
        bottom(smaller(2 * r + 2, image.height)),
        left(larger(2 * c - 1, 0)),
        right(smaller(2 * c + 2, image.width)) {}
  // Of a pixel, in its window: 0 to 8.
  std::int32_t place(std::int64_t r, std::int64_t c) const {
    return static_cast<std::int32_t>(3 * (r - 2 * row + 1) + (c - 2 * column + 1));
  }
};

// What a window sends back, to one of its nine pixels.
template <class V>
struct Returned {
  V grad;
  IntsOf<V> which;
  PH_LANES V to(std::int32_t place) const { return which == IntsOf<V>{} + place ? grad : V{}; }
};

// The pixels (2r, 2c), (2r, 2c + 1), (2r + 1, 2c), (2r + 1, 2c + 1) of x get gradients from the windows (r, c), (r, c + 1),
// (r + 1, c), (r + 1, c + 1) and from no others. Calls use(offset in x, vector, gradient) for those that there are.
template <class T, class V, int N, class Use>
PH_LANES void for_gradients(const T* grad, const std::uint8_t* which, PooledImage image, std::int64_t from,
                            std::int64_t to, const Block<V, N>& block, const Use& use) {
  const std::int64_t channels = image.channels, width = image.out_width();
  const auto returned = [=](bool exists, std::int64_t row, std::int64_t column, int i)
      __attribute__((always_inline)) {
    if (!exists) return Returned<V>{V{}, IntsOf<V>{} + std::int32_t{kStopped}};
    const std::int64_t at = (row * width + column) * channels + block.channel(i);
    return Returned<V>{load<V>(grad + at), lanes::load_bytes<V>(which + at)};
  };
  for (std::int64_t r = from; r < to; ++r) {
    const bool below = r + 1 < image.out_height(), lower = 2 * r + 1 < image.height;
    for (std::int64_t c = 0; c < width; ++c) {
      const bool beside = c + 1 < width, right = 2 * c + 1 < image.width;
      for (int i = 0; i < N; ++i) {
        const auto here = returned(true, r, c, i), next = returned(beside, r, c + 1, i);
        const auto under = returned(below, r + 1, c, i), across = returned(below && beside, r + 1, c + 1, i);
        const std::int64_t at = (2 * r * image.width + 2 * c) * channels + block.channel(i);
        const std::int64_t at_lower = at + image.width * channels;
        use(at, i, here.to(4));
        if (right) use(at + channels, i, here.to(5) + next.to(3));
        if (lower) use(at_lower, i, here.to(7) + under.to(1));
        if (right && lower) use(at_lower + channels, i, here.to(8) + next.to(6) + under.to(2) + across.to(0));
      }
    }
  }
}

template <class T>
void apply(const T* x, T* y, std::uint8_t* which, PooledImage image, std::int64_t from, std::int64_t to,
           NormScale norm, Clamp clamp) {
  lanes::for_blocks(image.channels, [=]<class V, int N>(Block<V, N> block) {
    using I = IntsOf<V>;
    const HeldScale scaled(norm, block);
    const auto pixel = [&](std::int64_t r, std::int64_t c) {
      return x + (r * image.width + c) * image.channels;
    };
    for (std::int64_t row = from; row < to; ++row) {
      for (std::int64_t column = 0; column < image.out_width(); ++column) {
        const Window window(image, row, column);
        V best[N];
        I place[N];
        const I start = I{} + window.place(window.top, window.left);
        // A NaN in a channel makes all of it NaN, by the mean.
        for (int i = 0; i < N; ++i) {
          best[i] = scaled(load<V>(pixel(window.top, window.left) + block.channel(i)), i);
          place[i] = start;
        }
        for (std::int64_t r = window.top; r < window.bottom; ++r) {
          for (std::int64_t c = window.left; c < window.right; ++c) {
            const I here = I{} + window.place(r, c);
            for (int i = 0; i < N; ++i) {
              const V value = scaled(load<V>(pixel(r, c) + block.channel(i)), i);
              place[i] = value > best[i] ? here : place[i];
              best[i] = value > best[i] ? value : best[i];
            }
          }
        }
        const std::int64_t at = (row * image.out_width() + column) * image.channels;
        for (int i = 0; i < N; ++i) {
          const V lower = V{} + clamp.lower, upper = V{} + clamp.upper;
          const I none = I{} + std::int32_t{kStopped};
          const I above = best[i] <= lower ? none : place[i];
          lanes::store_bytes(which + at + block.channel(i), best[i] >= upper ? none : above);
          store(y + at + block.channel(i), lanes::clamped(best[i], clamp));
        }
      }
    }
  });
}

template <class T>
void add_gradients(const T* grad, const std::uint8_t* which, const T* x, PooledImage image, std::int64_t from,
                   std::int64_t to, const float* mean, ChannelSums sums) {
  lanes::for_blocks(image.channels, [=]<class V, int N>(Block<V, N> block) {
    const Held middle(mean, block);
    Held first(block), second(block);
    for_gradients(
        grad, which, image, from, to, block, [&](std::int64_t at, int i, V g) __attribute__((always_inline)) {
          first.of[i] += g;
          second.of[i] += g * (load<V>(x + at) - middle.of[i]);
        });
    first.add_to(sums.first, block);
    second.add_to(sums.second, block);
  });
}

template <class T>
void apply_gradients(const T* grad, const std::uint8_t* which, const T* x, T* grad_x, PooledImage image,
                     std::int64_t from, std::int64_t to, NormGradient gradient) {
  lanes::for_blocks(image.channels, [=]<class V, int N>(Block<V, N> block) {
    const HeldGradient back(gradient, block);
    for_gradients(
        grad, which, image, from, to, block, [&](std::int64_t at, int i, V g) __attribute__((always_inline)) {
          store(grad_x + at, back(g, load<V>(x + at), i));
        });
  });
}

}  // namespace

template <class T>
const NormPoolLoops<T>& norm_pool_loops() noexcept {
  static constexpr NormPoolLoops<T> all{&apply<T>, &add_gradients<T>, &apply_gradients<T>};
  return all;
}
template const NormPoolLoops<float>& norm_pool_loops() noexcept;
template const NormPoolLoops<bfloat16>& norm_pool_loops() noexcept;

}  // namespace ph::POSEHOST_VECTORS
