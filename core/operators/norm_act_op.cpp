#include "operators/norm_act_op.hpp"

#include <ATen/ops/empty_like.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include "operators/first_order.hpp"
#include "operators/norm_statistics.hpp"

namespace ph {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <class T>
const T* data_of(const Tensor& tensor) {
  return static_cast<const T*>(tensor.const_data_ptr());
}
template <class T>
T* data_to(const Tensor& tensor) {
  return static_cast<T*>(tensor.mutable_data_ptr());
}

Tensor like(const Tensor& grad, const Tensor& x) {
  return grad.to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
}

void save_clamp(AutogradContext* context, Clamp clamp) {
  context->saved_data["lower"] = static_cast<double>(clamp.lower);
  context->saved_data["upper"] = static_cast<double>(clamp.upper);
}
Clamp saved_clamp(AutogradContext* context) {
  return {static_cast<float>(context->saved_data["lower"].toDouble()),
          static_cast<float>(context->saved_data["upper"].toDouble())};
}

class NormAct final : public torch::autograd::Function<NormAct> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const std::optional<Tensor>& addend,
                        const Tensor& weight, const Tensor& bias, const BatchNormState* norm, Clamp clamp) {
    RECORD_FUNCTION("posehost::batch_norm_act", std::vector<c10::IValue>());
    const auto statistics = norm_statistics(x, *norm);
    const NormRows rows(statistics, weight, bias);
    const std::int64_t channels = x.size(1);
    auto y = at::empty_like(x);
    for_type(x, [&]<class T>(T) {
      for_ranges(x.numel() / channels, [&](std::int64_t from, std::int64_t to) {
        const auto first = from * channels;
        const auto* const more = addend ? data_of<T>(*addend) : nullptr;
        norm_loops<T>().apply(data_of<T>(x) + first, more ? more + first : nullptr, data_to<T>(y) + first,
                              to - from, channels, rows.scale(), clamp);
      });
    });
    // Without an addend what the activation let through is seen from x; y need not be read.
    context->save_for_backward({x, weight, bias, statistics, addend ? y : Tensor()});
    save_clamp(context, clamp);
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    require_first_order("a batch norm");
    RECORD_FUNCTION("posehost::batch_norm_act_backward", std::vector<c10::IValue>());
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &y = saved[4];
    const auto clamp = saved_clamp(context);
    NormRows rows(saved[3], saved[1], saved[2]);
    const std::int64_t channels = x.size(1), count = x.numel() / channels;
    auto grad = like(grads[0], x);
    auto grad_x = at::empty_like(x);
    Tensor grad_sum = y.defined() ? at::empty_like(x) : Tensor(), grad_weight, grad_bias;
    for_type(x, [&]<class T>(T) {
      const auto totals =
          sum_ranges(count, channels, [&](std::int64_t from, std::int64_t to, ChannelSums sums) {
            const auto at = from * channels;
            const T *const g = data_of<T>(grad) + at, *const v = data_of<T>(x) + at;
            if (!y.defined())
              return norm_loops<T>().add_gradients(g, v, to - from, channels, rows.scale(), clamp,
                                                   rows.mean(), sums);
            norm_loops<T>().add_gradients_of_sum(g, v, data_of<T>(y) + at, data_to<T>(grad_sum) + at,
                                                 to - from, channels, clamp, rows.mean(), sums);
          });
      std::tie(grad_weight, grad_bias) = rows.of_parameters(totals);
      const auto gradient = rows.gradient(totals, count);
      const auto& upper = y.defined() ? grad_sum : grad;
      const auto left = y.defined() ? kNoClamp : clamp;
      for_ranges(count, [&](std::int64_t from, std::int64_t to) {
        const auto at = from * channels;
        norm_loops<T>().apply_gradients(data_of<T>(upper) + at, data_of<T>(x) + at, data_to<T>(grad_x) + at,
                                        to - from, channels, rows.scale(), left, gradient);
      });
    });
    return {grad_x, grad_sum, grad_weight, grad_bias, Tensor(), Tensor()};
  }
};

class NormActPool final : public torch::autograd::Function<NormActPool> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const BatchNormState* norm, Clamp clamp) {
    RECORD_FUNCTION("posehost::batch_norm_act_pool", std::vector<c10::IValue>());
    const auto statistics = norm_statistics(x, *norm);
    const NormRows rows(statistics, weight, bias);
    const PooledImage image{x.size(2), x.size(3), x.size(1)};
    auto y = at::empty({x.size(0), image.channels, image.out_height(), image.out_width()},
                       x.options().memory_format(at::MemoryFormat::ChannelsLast));
    auto which = at::empty_like(y, y.options().dtype(at::kByte));
    const auto each = image.out_height(), size = each * image.out_width() * image.channels;
    for_type(x, [&]<class T>(T) {
      by_image(x.size(0), each, [&](std::int64_t n, std::int64_t from, std::int64_t to) {
        norm_pool_loops<T>().apply(data_of<T>(x) + n * image.height * image.width * image.channels,
                                   data_to<T>(y) + n * size, data_to<std::uint8_t>(which) + n * size, image,
                                   from, to, rows.scale(), clamp);
      });
    });
    context->save_for_backward({x, weight, bias, statistics, which});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    require_first_order("a batch norm");
    RECORD_FUNCTION("posehost::batch_norm_act_pool_backward", std::vector<c10::IValue>());
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &which = saved[4];
    NormRows rows(saved[3], saved[1], saved[2]);
    const PooledImage image{x.size(2), x.size(3), x.size(1)};
    const auto row = image.width * image.channels, size = which.numel() / which.size(0);
    const auto grad = like(grads[0], x);
    auto grad_x = at::empty_like(x);
    Tensor grad_weight, grad_bias;
    for_type(x, [&]<class T>(T) {
      const auto part = [&](std::int64_t n) {
        return std::tuple{data_of<T>(grad) + n * size, data_of<std::uint8_t>(which) + n * size,
                          data_of<T>(x) + n * image.height * row};
      };
      const auto totals = sum_ranges(x.size(0) * image.out_height(), image.channels,
                                     [&](std::int64_t first, std::int64_t last, ChannelSums sums) {
                                       split_images(first, last, image.out_height(),
                                                    [&](std::int64_t n, std::int64_t from, std::int64_t to) {
                                                      const auto [g, w, v] = part(n);
                                                      norm_pool_loops<T>().add_gradients(
                                                          g, w, v, image, from, to, rows.mean(), sums);
                                                    });
                                     });
      std::tie(grad_weight, grad_bias) = rows.of_parameters(totals);
      const auto gradient = rows.gradient(totals, x.numel() / image.channels);
      by_image(x.size(0), image.out_height(), [&](std::int64_t n, std::int64_t from, std::int64_t to) {
        const auto [g, w, v] = part(n);
        norm_pool_loops<T>().apply_gradients(g, w, v, data_to<T>(grad_x) + n * image.height * row, image,
                                             from, to, gradient);
      });
    });
    return {grad_x, grad_weight, grad_bias, Tensor(), Tensor()};
  }

 private:
  // Rows [first, last) of all images below each other, image by image.
  template <class Work>
  static void split_images(std::int64_t first, std::int64_t last, std::int64_t rows, const Work& work) {
    while (first < last) {
      const auto n = first / rows, end = std::min(last, (n + 1) * rows);
      work(n, first - n * rows, end - n * rows);
      first = end;
    }
  }
  template <class Work>
  static void by_image(std::int64_t images, std::int64_t rows, const Work& work) {
    for_ranges(images * rows,
               [&](std::int64_t from, std::int64_t to) { split_images(from, to, rows, work); });
  }
};

bool plain_floats(const Tensor& tensor) {
  return tensor.defined() && tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous();
}

}  // namespace

bool can_fuse_norm(const Tensor& x, const BatchNormState& norm) {
  return x.is_cpu() && x.dim() == 4 && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
         x.numel() > x.size(1) && x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
         plain_floats(norm.weight) && plain_floats(norm.bias) && plain_floats(norm.running_mean) &&
         plain_floats(norm.running_var) && norm.weight.numel() == x.size(1);
}

Tensor batch_norm_act(const Tensor& x, const Tensor& addend, const BatchNormState& norm, Clamp clamp) {
  return NormAct::apply(x, addend.defined() ? std::optional(addend) : std::nullopt, norm.weight, norm.bias,
                        &norm, clamp);
}

Tensor batch_norm_act_pool(const Tensor& x, const BatchNormState& norm, Clamp clamp) {
  return NormActPool::apply(x, norm.weight, norm.bias, &norm, clamp);
}

}  // namespace ph
