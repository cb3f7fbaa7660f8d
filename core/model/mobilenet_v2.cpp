#include "model/mobilenet_v2.hpp"

#include <algorithm>
#include <array>

#include "model/conv_module.hpp"

namespace ph {
namespace {

struct Layer {
  std::int64_t expansion, channels, blocks, stride;
};
// Sandler et al., table 2.
constexpr std::array<Layer, 7> layers{{{1, 16, 1, 1},
                                       {6, 24, 2, 2},
                                       {6, 32, 3, 2},
                                       {6, 64, 4, 2},
                                       {6, 96, 3, 1},
                                       {6, 160, 3, 2},
                                       {6, 320, 1, 1}}};
constexpr std::int64_t first_channels = 32, last_channels = 1280;

// The nearest multiple of 8 that loses no more than a tenth.
std::int64_t widened(std::int64_t channels, double factor) {
  constexpr std::int64_t step = 8;
  const double wanted = static_cast<double>(channels) * factor;
  auto width = std::max(step, static_cast<std::int64_t>(wanted + step / 2) / step * step);
  if (static_cast<double>(width) < 0.9 * wanted) width += step;
  return width;
}

/// Wider, filtered channel by channel, narrower; added to what came in where the shapes agree.
class InvertedResidual final : public torch::nn::Module {
 public:
  InvertedResidual(std::int64_t in, std::int64_t out, std::int64_t stride, std::int64_t expansion,
                   const NormArgs& norm)
      : Module("InvertedResidual"), conv_(std::make_shared<Chain>()), adds_(stride == 1 && in == out) {
    const auto hidden = in * expansion;
    const auto add = [&](const ConvSpec& spec) {
      conv_->add(torch::nn::AnyModule(std::make_shared<ConvModule>(spec, norm)));
    };
    if (expansion != 1) add({in, hidden, 1, 1, 1, Activation::relu6});
    add({hidden, hidden, 3, stride, hidden, Activation::relu6});
    add({hidden, out, 1, 1, 1, Activation::none});
    register_module("conv", conv_);
  }
  at::Tensor forward(const at::Tensor& x) { return adds_ ? x + conv_->forward(x) : conv_->forward(x); }

 private:
  std::shared_ptr<Chain> conv_;
  bool adds_;
};

void check_mobilenet(MobileNetV2Args& args, const Node& node) {
  if (args.out_indices.empty()) throw node.at("out_indices").error("empty list", "at least one of 0 to 7");
  if (!std::is_sorted(args.out_indices.begin(), args.out_indices.end(), std::less_equal<>()))
    throw node.at("out_indices").error("not in rising order", "each map once, from the finest on");
  if (args.with_cp) {
    throw node.at("with_cp").error("activation checkpointing is not available", "false",
                                   "false: the same numbers, with more memory");
  }
  const auto check_type = [&](const char* key, const std::optional<Node>& given, std::string_view known) {
    if (!given) return;
    const auto type = given->find("type");
    if (!type || type->string() != known)
      throw type.value_or(*given).error("this " + std::string(key) + " is not available",
                                        "null or {\"type\": \"" + std::string(known) + "\"}");
  };
  check_type("conv_cfg", args.conv_cfg, "Conv2d");
  check_type("act_cfg", args.act_cfg, "ReLU6");
}

}  // namespace

const CheckedArgs<MobileNetV2Args>& MobileNetV2Args::table() {
  using A = MobileNetV2Args;
  static const CheckedArgs<A> table(
      ArgTable<A>("MobileNetV2 backbone")
          .arg("widen_factor", &A::widen_factor, "of all widths", range(0.05, 16))
          .arg("out_indices", &A::out_indices,
               "layers whose maps are given to the head; 7: the last convolution", range(0, 7))
          .arg("frozen_stages", &A::frozen_stages, "-1 none, 0 the first convolution, n that and n layers",
               range(-1, 7))
          .arg("conv_cfg", &A::conv_cfg, "null: plain convolutions")
          .arg("norm_cfg", &A::norm_cfg, "batch norm")
          .arg("act_cfg", &A::act_cfg, "null or ReLU6")
          .arg("norm_eval", &A::norm_eval, "batch norms keep their running figures in training")
          .arg("with_cp", &A::with_cp, "activation checkpointing: false only"),
      check_mobilenet);
  return table;
}

MobileNetV2::MobileNetV2(const MobileNetV2Args& args) : Backbone("MobileNetV2"), args_(args) {
  const auto add = [this](const std::string& name, auto module) {
    register_module(name, module);
    steps_.emplace_back(module);
  };
  auto in = widened(first_channels, args_.widen_factor);
  add("conv1", std::make_shared<ConvModule>(ConvSpec{3, in, 3, 2, 1, Activation::relu6}, args_.norm_cfg));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto out = widened(layers[i].channels, args_.widen_factor);
    auto layer = std::make_shared<Chain>();
    for (std::int64_t block = 0; block < layers[i].blocks; ++block) {
      layer->add(torch::nn::AnyModule(std::make_shared<InvertedResidual>(
          in, out, block == 0 ? layers[i].stride : 1, layers[i].expansion, args_.norm_cfg)));
      in = out;
    }
    add("layer" + std::to_string(i + 1), layer);
    channels_.push_back(out);
  }
  const auto last = static_cast<std::int64_t>(last_channels * std::max(1.0, args_.widen_factor));
  add("conv2", std::make_shared<ConvModule>(ConvSpec{in, last, 1, 1, 1, Activation::relu6}, args_.norm_cfg));
  channels_.push_back(last);
  freeze_stages();
}

Features MobileNetV2::forward(const at::Tensor& img) {
  auto x = steps_.front().forward(img);
  Features maps;
  const auto& wanted = args_.out_indices;
  for (std::size_t i = 1; i < steps_.size(); ++i) {
    x = steps_[i].forward(x);
    if (std::find(wanted.begin(), wanted.end(), static_cast<std::int64_t>(i - 1)) != wanted.end())
      maps.push_back(x);
  }
  return maps;
}

std::vector<std::int64_t> MobileNetV2::out_channels() const {
  std::vector<std::int64_t> channels;
  for (const auto index : args_.out_indices) channels.push_back(channels_[static_cast<std::size_t>(index)]);
  return channels;
}

void MobileNetV2::freeze_stages() {
  // mmpose leaves the first norm's running figures to change.
  if (args_.frozen_stages >= 0) {
    for (auto& parameter : steps_.front().ptr()->parameters()) parameter.set_requires_grad(false);
  }
  for (std::int64_t i = 1; i <= args_.frozen_stages; ++i) freeze(*steps_[static_cast<std::size_t>(i)].ptr());
}

void MobileNetV2::train(bool on) {
  Module::train(on);
  freeze_stages();
  if (on && args_.norm_eval) norms_to_eval(*this);
}

}  // namespace ph
