#include "operators/conv_op.hpp"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include "conv/weight_sum.hpp"
#include "operators/first_order.hpp"

namespace ph {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;

constexpr auto dense = at::MemoryFormat::ChannelsLast;

// What LibTorch would compute in.
at::ScalarType type_of(const Tensor& x) {
  return at::autocast::is_autocast_enabled(at::kCPU) ? at::autocast::get_autocast_dtype(at::kCPU)
                                                     : x.scalar_type();
}

conv::Words words_of(at::ScalarType type) {
  return type == at::kFloat ? conv::Words::floats : conv::Words::bf16_pairs;
}

// The kernel slides over the larger side: the input, of a transposed convolution the output.
conv::Shape shape_of(const Tensor& image, const Tensor& map, std::int64_t kernel, const ConvSpec2d& spec) {
  return {map.size(0), image.size(2), image.size(3), image.size(1), map.size(2),
          map.size(3), map.size(1),   kernel,        spec.stride,   spec.padding};
}

class FastGradientConv final : public torch::autograd::Function<FastGradientConv> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        const ConvSpec2d& spec) {
    // Here and not before: a cast that autograd sees would take the gradient through bfloat16.
    const auto lowered = weight.to(x.scalar_type());
    context->save_for_backward({x, lowered});
    context->saved_data["spec"] = std::vector<std::int64_t>{spec.stride, spec.padding, spec.output_padding};
    context->saved_data["transposed"] = spec.transposed;
    context->saved_data["type"] = weight.scalar_type();
    return at::convolution(x, lowered, {}, {spec.stride, spec.stride}, {spec.padding, spec.padding}, {1, 1},
                           spec.transposed, {spec.output_padding, spec.output_padding}, 1);
  }

  static torch::autograd::variable_list backward(AutogradContext* context,
                                                 const torch::autograd::variable_list& grads) {
    require_first_order("the weights of a convolution");
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    auto& data = context->saved_data;
    const auto numbers = data["spec"].toIntVector();
    const ConvSpec2d spec{numbers[0], numbers[1], numbers[2], data["transposed"].toBool()};
    const auto grad = grads[0].to(x.scalar_type()).contiguous(dense);
    Tensor of_x, of_weight;
    if (context->needs_input_grad(0)) {
      of_x = std::get<0>(at::convolution_backward(
          grad, x, weight, {}, {spec.stride, spec.stride}, {spec.padding, spec.padding}, {1, 1},
          spec.transposed, {spec.output_padding, spec.output_padding}, 1, {true, false, false}));
    }
    if (context->needs_input_grad(1)) {
      RECORD_FUNCTION("posehost::conv_weights_gradient", std::vector<c10::IValue>());
      of_weight = at::empty(weight.sizes(), weight.options().dtype(at::kFloat), dense);
      const auto &image = spec.transposed ? grad : x, &map = spec.transposed ? x : grad;
      conv::sum_weights(shape_of(image, map, weight.size(2), spec), words_of(x.scalar_type()),
                        image.const_data_ptr(), map.const_data_ptr(), of_weight.data_ptr<float>());
      of_weight = of_weight.to(data["type"].toScalarType());
    }
    return {of_x, of_weight, {}};
  }
};

}  // namespace

bool has_fast_gradient(const Tensor& x, const Tensor& weight, const ConvSpec2d& spec) {
  if (!at::GradMode::is_enabled() || !weight.requires_grad() || !x.is_cpu() || x.dim() != 4 || x.numel() == 0)
    return false;
  const auto type = type_of(x);
  if ((type != at::kFloat && type != at::kBFloat16) || !conv::can_sum(words_of(type)) ||
      (weight.scalar_type() != type && weight.scalar_type() != at::kFloat) ||
      (x.scalar_type() != type && !at::autocast::is_autocast_enabled(at::kCPU)))
    return false;
  // oneDNN's 1x1 convolutions are as fast; with fewer channels than a vector on both sides nobody is.
  const auto kernel = weight.size(2), most = std::max(weight.size(0), weight.size(1));
  if (kernel == 1 || spec.padding >= kernel || most < 16 || !x.is_contiguous(dense) ||
      !weight.is_contiguous(dense))
    return false;
  conv::Shape shape;
  shape.images = x.size(0);
  shape.map_c = weight.size(0);
  shape.image_c = weight.size(1);
  // oneDNN cuts its work to the threads that there are; where ours leaves more of them idle, it is slower.
  constexpr double enough = 0.85;
  return conv::use_of(at::get_num_threads(), shape, words_of(type)) >= enough;
}

Tensor fast_gradient_conv(const Tensor& x, const Tensor& weight, const ConvSpec2d& spec) {
  return FastGradientConv::apply(x.to(type_of(x)), weight, spec);
}

}  // namespace ph
