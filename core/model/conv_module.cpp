#include "model/conv_module.hpp"

#include "model/res_block.hpp"

namespace ph {

ConvModule::ConvModule(const ConvSpec& spec, const NormArgs& norm)
    : Module("ConvModule"),
      conv_(register_module(
          "conv", make_conv(spec.in, spec.out, spec.kernel, spec.stride, spec.kernel / 2, 1, spec.groups))),
      bn_(register_module("bn", make_norm(norm, spec.out))),
      activation_(spec.activation) {}

at::Tensor ConvModule::forward(const at::Tensor& x) { return norm_act(*bn_, conv_(x), activation_); }

}  // namespace ph
