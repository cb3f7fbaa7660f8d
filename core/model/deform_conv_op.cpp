#include "model/deform_conv_op.hpp"

#include <ATen/Dispatch.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>
#include <torch/types.h>

#include "model/deform_kernels.hpp"

namespace ph {
namespace {

using at::Tensor;
using MaybeTensor = std::optional<Tensor>;
using Ints = at::IntArrayRef;

template <class T>
const deform::Kernels<T>& kernels_for(const Tensor& tensor) {
  return tensor.is_cuda() ? deform::cuda_kernels<T>() : deform::cpu_kernels<T>();
}

std::int64_t output_size(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                         std::int64_t dilation) {
  return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

deform::Geometry geometry_of(const Tensor& input, const Tensor& weight, Ints stride, Ints padding,
                             Ints dilation, std::int64_t deform_groups) {
  const auto as_int = [](std::int64_t value) { return static_cast<int>(value); };
  deform::Geometry g{};
  g.channels = as_int(input.size(1));
  g.height = as_int(input.size(2));
  g.width = as_int(input.size(3));
  g.kernel_h = as_int(weight.size(2));
  g.kernel_w = as_int(weight.size(3));
  g.stride_h = as_int(stride[0]);
  g.stride_w = as_int(stride[1]);
  g.pad_h = as_int(padding[0]);
  g.pad_w = as_int(padding[1]);
  g.dilation_h = as_int(dilation[0]);
  g.dilation_w = as_int(dilation[1]);
  g.groups = as_int(deform_groups);
  g.out_h = as_int(output_size(g.height, g.kernel_h, g.stride_h, g.pad_h, g.dilation_h));
  g.out_w = as_int(output_size(g.width, g.kernel_w, g.stride_w, g.pad_w, g.dilation_w));
  return g;
}

void check_shapes(const Tensor& input, const Tensor& weight, const Tensor& offset, const MaybeTensor& mask,
                  const deform::Geometry& g) {
  const auto n = input.size(0), rows = std::int64_t{g.groups} * g.taps();
  TORCH_CHECK(weight.size(1) > 0 && g.channels % weight.size(1) == 0 &&
                  weight.size(0) % (g.channels / weight.size(1)) == 0,
              "deform_conv2d: ", g.channels, " channels do not fit weights of ", weight.sizes());
  TORCH_CHECK(g.groups > 0 && g.channels % g.groups == 0, "deform_conv2d: ", g.channels,
              " channels cannot be shared by ", g.groups, " sets of offsets");
  TORCH_CHECK(g.out_h > 0 && g.out_w > 0, "deform_conv2d: the kernel is larger than the padded input ",
              input.sizes());
  TORCH_CHECK(offset.sizes() == Ints({n, 2 * rows, g.out_h, g.out_w}), "deform_conv2d: offsets of ",
              offset.sizes(), ", expected ", Ints({n, 2 * rows, g.out_h, g.out_w}));
  TORCH_CHECK(!mask || mask->sizes() == Ints({n, rows, g.out_h, g.out_w}), "deform_conv2d: a mask of ",
              mask->sizes(), ", expected ", Ints({n, rows, g.out_h, g.out_w}));
  // Indices into a sample's columns are ints.
  TORCH_CHECK(std::int64_t{g.channels} * g.taps() * g.places() < INT32_MAX &&
                  std::int64_t{g.channels} * g.height * g.width < INT32_MAX,
              "deform_conv2d: an input of ", input.sizes(), " is too large");
}

MaybeTensor contiguous(const MaybeTensor& tensor) {
  return tensor && tensor->defined() ? MaybeTensor(tensor->contiguous()) : MaybeTensor();
}
template <class T>
const T* data_of(const MaybeTensor& tensor, std::int64_t sample) {
  return tensor ? (*tensor)[sample].template const_data_ptr<T>() : nullptr;
}

/// [groups, rows / groups, columns]
Tensor in_groups(const Tensor& matrix, std::int64_t groups) {
  return matrix.reshape({groups, matrix.size(0) / groups, -1});
}

// One sample at a time: columns are kh * kw times as large as the input.
Tensor forward(const Tensor& input_in, const Tensor& weight_in, const Tensor& offset_in,
               const MaybeTensor& mask_in, const MaybeTensor& bias, Ints stride, Ints padding, Ints dilation,
               std::int64_t deform_groups) {
  const auto input = input_in.contiguous(), weight = weight_in.contiguous(), offset = offset_in.contiguous();
  const auto mask = contiguous(mask_in);
  const auto g = geometry_of(input, weight, stride, padding, dilation, deform_groups);
  check_shapes(input, weight, offset, mask, g);
  const auto groups = g.channels / weight.size(1);
  const auto columns = at::empty({std::int64_t{g.channels} * g.taps(), g.places()}, input.options());
  const auto output = at::empty({input.size(0), weight.size(0), g.out_h, g.out_w}, input.options());
  const auto by_group = in_groups(weight.flatten(1), groups);
  for (std::int64_t n = 0; n < input.size(0); ++n) {
    AT_DISPATCH_FLOATING_TYPES(input.scalar_type(), "deform_conv2d", [&] {
      kernels_for<scalar_t>(input).columns(g, input[n].const_data_ptr<scalar_t>(),
                                           offset[n].const_data_ptr<scalar_t>(), data_of<scalar_t>(mask, n),
                                           columns.data_ptr<scalar_t>());
    });
    output[n].copy_(by_group.bmm(in_groups(columns, groups)).reshape({-1, g.out_h, g.out_w}));
  }
  if (bias && bias->defined()) output.add_(bias->reshape({1, -1, 1, 1}));
  return output;
}

// Gradients of input, weight, offset, mask (undefined without one).
std::tuple<Tensor, Tensor, Tensor, Tensor> backward(const Tensor& grad_in, const Tensor& input_in,
                                                    const Tensor& weight_in, const Tensor& offset_in,
                                                    const MaybeTensor& mask_in, Ints stride, Ints padding,
                                                    Ints dilation, std::int64_t deform_groups) {
  const auto input = input_in.contiguous(), weight = weight_in.contiguous(), offset = offset_in.contiguous();
  const auto mask = contiguous(mask_in);
  const auto g = geometry_of(input, weight, stride, padding, dilation, deform_groups);
  const auto groups = g.channels / weight.size(1);
  const auto grad = grad_in.contiguous();
  const auto grad_input = at::zeros_like(input), grad_offset = at::empty_like(offset);
  const auto grad_mask = mask ? at::empty_like(*mask) : Tensor();
  const auto turned = in_groups(weight.flatten(1), groups).transpose(1, 2);
  const auto columns = at::empty({std::int64_t{g.channels} * g.taps(), g.places()}, input.options());
  auto grad_weight = at::zeros_like(in_groups(weight.flatten(1), groups));
  for (std::int64_t n = 0; n < input.size(0); ++n) {
    const auto upper = in_groups(grad[n].flatten(1), groups);
    const auto grad_columns = turned.bmm(upper).contiguous();
    AT_DISPATCH_FLOATING_TYPES(input.scalar_type(), "deform_conv2d_backward", [&] {
      const auto& kernels = kernels_for<scalar_t>(input);
      const auto* in = input[n].const_data_ptr<scalar_t>();
      const auto* at_offset = offset[n].const_data_ptr<scalar_t>();
      const auto* by = grad_columns.const_data_ptr<scalar_t>();
      const auto* factor = data_of<scalar_t>(mask, n);
      kernels.columns(g, in, at_offset, factor, columns.data_ptr<scalar_t>());
      kernels.to_input(g, by, at_offset, factor, grad_input[n].data_ptr<scalar_t>());
      kernels.to_offset(g, by, in, at_offset, factor, grad_offset[n].data_ptr<scalar_t>(),
                        mask ? grad_mask[n].data_ptr<scalar_t>() : nullptr);
    });
    grad_weight += upper.bmm(in_groups(columns, groups).transpose(1, 2));
  }
  return {grad_input, grad_weight.reshape_as(weight), grad_offset, grad_mask};
}

using Signature = Tensor(const Tensor&, const Tensor&, const Tensor&, const MaybeTensor&, const MaybeTensor&,
                         Ints, Ints, Ints, std::int64_t);

Tensor call(const Tensor& input, const Tensor& weight, const Tensor& offset, const MaybeTensor& mask,
            const MaybeTensor& bias, Ints stride, Ints padding, Ints dilation, std::int64_t deform_groups) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("posehost::deform_conv2d", "").typed<Signature>();
  return op.call(input, weight, offset, mask, bias, stride, padding, dilation, deform_groups);
}

class Differentiable final : public torch::autograd::Function<Differentiable> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& input, const Tensor& weight,
                        const Tensor& offset, const MaybeTensor& mask, const MaybeTensor& bias, Ints stride,
                        Ints padding, Ints dilation, std::int64_t deform_groups) {
    const at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({input, weight, offset, mask.value_or(Tensor())});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["dilation"] = dilation;
    context->saved_data["deform_groups"] = deform_groups;
    context->saved_data["has_bias"] = bias && bias->defined();
    return call(input, weight, offset, mask, bias, stride, padding, dilation, deform_groups);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& grads) {
    const auto saved = context->get_saved_variables();
    auto& data = context->saved_data;
    const auto mask = saved[3].defined() ? MaybeTensor(saved[3]) : MaybeTensor();
    auto [input, weight, offset, of_mask] = ph::backward(
        grads[0], saved[0], saved[1], saved[2], mask, data["stride"].toIntVector(),
        data["padding"].toIntVector(), data["dilation"].toIntVector(), data["deform_groups"].toInt());
    const Tensor none, of_bias = data["has_bias"].toBool() ? grads[0].sum({0, 2, 3}) : Tensor();
    return {input, weight, offset, of_mask, of_bias, none, none, none, none};
  }
};

Tensor differentiable(const Tensor& input, const Tensor& weight, const Tensor& offset,
                      const MaybeTensor& mask, const MaybeTensor& bias, Ints stride, Ints padding,
                      Ints dilation, std::int64_t deform_groups) {
  return Differentiable::apply(input, weight, offset, mask, bias, stride, padding, dilation, deform_groups);
}

TORCH_LIBRARY(posehost, library) {
  library.def(
      "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor? mask, Tensor? bias, int[2] stride, "
      "int[2] padding, int[2] dilation, int deform_groups) -> Tensor");
}
TORCH_LIBRARY_IMPL(posehost, CompositeExplicitAutograd, library) {
  library.impl("deform_conv2d", &ph::forward);
}
TORCH_LIBRARY_IMPL(posehost, Autograd, library) { library.impl("deform_conv2d", &differentiable); }

}  // namespace

Tensor deform_conv2d(const Tensor& input, const Tensor& weight, const Tensor& offset, const MaybeTensor& mask,
                     const MaybeTensor& bias, const DeformSpec& spec) {
  return call(input, weight, offset, mask, bias, spec.stride, spec.padding, spec.dilation,
              spec.deform_groups);
}

}  // namespace ph
