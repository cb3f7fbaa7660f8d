#include "loops/norm_loops.hpp"

#include "loops/norm_lanes.hpp"

namespace ph::POSEHOST_VECTORS {

using lanes::Block;
using lanes::Held;
using lanes::HeldGradient;
using lanes::HeldScale;
using lanes::load;
using lanes::store;

namespace {

template <class T>
void add_moments(const T* x, std::int64_t rows, std::int64_t channels, const float* shift, ChannelSums sums) {
  lanes::for_blocks(channels, [=]<class V, int N>(Block<V, N> block) {
    const Held from(shift, block);
    Held first(block), second(block);
    for (std::int64_t row = 0; row < rows; ++row) {
      const T* const at = x + row * channels;
      for (int i = 0; i < N; ++i) {
        const V off = load<V>(at + block.channel(i)) - from.of[i];
        first.of[i] += off;
        second.of[i] += off * off;
      }
    }
    first.add_to(sums.first, block);
    second.add_to(sums.second, block);
  });
}

template <class T>
void apply(const T* x, const T* addend, T* y, std::int64_t rows, std::int64_t channels, NormScale norm,
           Clamp clamp) {
  lanes::for_blocks(channels, [=]<class V, int N>(Block<V, N> block) {
    const HeldScale scaled(norm, block);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t at = row * channels;
      for (int i = 0; i < N; ++i) {
        const std::int64_t here = at + block.channel(i);
        V value = scaled(load<V>(x + here), i);
        if (addend) value += load<V>(addend + here);
        store(y + here, lanes::clamped(value, clamp));
      }
    }
  });
}

template <class T>
void add_gradients(const T* grad, const T* x, std::int64_t rows, std::int64_t channels, NormScale norm,
                   Clamp clamp, const float* mean, ChannelSums sums) {
  lanes::for_blocks(channels, [=]<class V, int N>(Block<V, N> block) {
    const HeldScale scaled(norm, block);
    const Held middle(mean, block);
    Held first(block), second(block);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t at = row * channels;
      for (int i = 0; i < N; ++i) {
        const V value = load<V>(x + at + block.channel(i));
        const V g = lanes::let_through(load<V>(grad + at + block.channel(i)), scaled(value, i), clamp);
        first.of[i] += g;
        second.of[i] += g * (value - middle.of[i]);
      }
    }
    first.add_to(sums.first, block);
    second.add_to(sums.second, block);
  });
}

template <class T>
void apply_gradients(const T* grad, const T* x, T* grad_x, std::int64_t rows, std::int64_t channels,
                     NormScale norm, Clamp clamp, NormGradient gradient) {
  lanes::for_blocks(channels, [=]<class V, int N>(Block<V, N> block) {
    const HeldScale scaled(norm, block);
    const HeldGradient back(gradient, block);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t at = row * channels;
      for (int i = 0; i < N; ++i) {
        const std::int64_t here = at + block.channel(i);
        const V value = load<V>(x + here);
        const V g = lanes::let_through(load<V>(grad + here), scaled(value, i), clamp);
        store(grad_x + here, back(g, value, i));
      }
    }
  });
}

template <class T>
void add_gradients_of_sum(const T* grad, const T* x, const T* y, T* g, std::int64_t rows,
                          std::int64_t channels, Clamp clamp, const float* mean, ChannelSums sums) {
  lanes::for_blocks(channels, [=]<class V, int N>(Block<V, N> block) {
    const Held middle(mean, block);
    Held first(block), second(block);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t at = row * channels;
      for (int i = 0; i < N; ++i) {
        const std::int64_t here = at + block.channel(i);
        const V passed = lanes::let_through(load<V>(grad + here), load<V>(y + here), clamp);
        store(g + here, passed);
        first.of[i] += passed;
        second.of[i] += passed * (load<V>(x + here) - middle.of[i]);
      }
    }
    first.add_to(sums.first, block);
    second.add_to(sums.second, block);
  });
}

}  // namespace

template <class T>
const NormLoops<T>& norm_loops() noexcept {
  static constexpr NormLoops<T> all{&add_moments<T>, &apply<T>, &add_gradients<T>, &apply_gradients<T>,
                                    &add_gradients_of_sum<T>};
  return all;
}
template const NormLoops<float>& norm_loops() noexcept;
template const NormLoops<bfloat16>& norm_loops() noexcept;

}  // namespace ph::POSEHOST_VECTORS
