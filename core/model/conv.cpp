#include "model/conv.hpp"

#include <variant>

#include "operators/conv_op.hpp"

namespace ph {
namespace {

bool alike(const torch::ExpandingArray<2>& pair) { return (*pair)[0] == (*pair)[1]; }

// The options that the two kinds share; padding, whose type differs, comes apart.
template <class Options>
std::optional<ConvSpec2d> spec_of(const Options& options, const torch::ExpandingArray<2>& padding,
                                  const torch::ExpandingArray<2>& output_padding, bool transposed) {
  if (options.groups() != 1 || options.bias() || !alike(options.kernel_size()) || !alike(options.stride()) ||
      !alike(padding) || !alike(output_padding) || (*options.dilation())[0] != 1 ||
      (*options.dilation())[1] != 1 ||
      !std::holds_alternative<torch::enumtype::kZeros>(options.padding_mode()))
    return {};
  return ConvSpec2d{(*options.stride())[0], (*padding)[0], (*output_padding)[0], transposed};
}

}  // namespace

at::Tensor Conv2dImpl::forward(const at::Tensor& x) {
  const auto* const padding = std::get_if<torch::ExpandingArray<2>>(&options.padding());
  const auto spec = padding ? spec_of(options, *padding, 0, false) : std::nullopt;
  return spec && has_fast_gradient(x, weight, *spec) ? fast_gradient_conv(x, weight, *spec)
                                                     : torch::nn::Conv2dImpl::forward(x);
}

at::Tensor ConvTranspose2dImpl::forward(const at::Tensor& x) {
  const auto spec =
      spec_of(options, std::get<torch::ExpandingArray<2>>(options.padding()), options.output_padding(), true);
  return spec && has_fast_gradient(x, weight, *spec) ? fast_gradient_conv(x, weight, *spec)
                                                     : torch::nn::ConvTranspose2dImpl::forward(x);
}

}  // namespace ph
