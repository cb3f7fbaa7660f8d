#include "model/resnet.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <map>

#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace ph;

namespace {

std::shared_ptr<ResNet> resnet(const std::string& args) {
  return std::make_shared<ResNet>(ResNetArgs::table().read(Node::parse(args)));
}

std::string error_of(const std::string& args) {
  return test::error_of([&] { (void)resnet(args); });
}

std::map<std::string, at::Tensor> parameters_of(const torch::nn::Module& module) {
  std::map<std::string, at::Tensor> all;
  for (const auto& item : module.named_parameters()) all.emplace(item.key(), item.value());
  return all;
}

std::vector<std::vector<std::int64_t>> map_shapes(ResNet& net, std::int64_t height = 64,
                                                  std::int64_t width = 32) {
  torch::NoGradGuard no_grad;
  std::vector<std::vector<std::int64_t>> shapes;
  for (const auto& map : net.forward(at::ones({1, 3, height, width}))) shapes.push_back(map.sizes().vec());
  return shapes;
}

using Shapes = std::vector<std::vector<std::int64_t>>;

}  // namespace

TEST_CASE("ResNet gives the maps of out_indices", "[model]") {
  const auto net =
      resnet(R"({"depth": 18, "base_channels": 4, "stem_channels": 8, "out_indices": [0, 1, 3]})");
  REQUIRE(map_shapes(*net) == Shapes{{1, 4, 16, 8}, {1, 8, 8, 4}, {1, 32, 2, 1}});
  REQUIRE(net->out_channels() == std::vector<std::int64_t>{4, 8, 32});
}

TEST_CASE("ResNet takes strides, dilations, stages and expansion", "[model]") {
  const auto net =
      resnet(R"({"depth": 50, "base_channels": 4, "stem_channels": 8, "num_stages": 3, "strides": [1, 2, 1],
                              "dilations": [1, 1, 2], "out_indices": [1, 2], "expansion": 2})");
  REQUIRE(map_shapes(*net) == Shapes{{1, 16, 8, 4}, {1, 32, 8, 4}});
  const auto parameters = parameters_of(*net);
  REQUIRE(parameters.at("layer1.0.conv2.weight").size(0) == 4);
  REQUIRE(parameters.at("layer1.0.conv3.weight").size(0) == 8);
  REQUIRE(parameters.count("layer4.0.conv1.weight") == 0);
}

TEST_CASE("the stride of a bottleneck is in its 3x3 or, with caffe style, its first convolution", "[model]") {
  const auto spec = [](bool caffe) {
    ResBlockSpec made;
    made.in_channels = 4;
    made.out_channels = 8;
    made.expansion = 4;
    made.stride = 2;
    made.shortcut = true;
    made.caffe = caffe;
    return made;
  };
  Bottleneck pytorch(spec(false)), caffe(spec(true));
  const auto stride = [](Bottleneck& block, const char* name) {
    return block.named_children()[name]->as<torch::nn::Conv2d>()->options.stride()->front();
  };
  REQUIRE(std::pair(stride(pytorch, "conv1"), stride(pytorch, "conv2")) ==
          std::pair<std::int64_t, std::int64_t>(1, 2));
  REQUIRE(std::pair(stride(caffe, "conv1"), stride(caffe, "conv2")) ==
          std::pair<std::int64_t, std::int64_t>(2, 1));
}

TEST_CASE("deep_stem and avg_down have mmpose's names and sizes", "[model]") {
  const auto net =
      resnet(R"({"depth": 18, "base_channels": 4, "stem_channels": 8, "deep_stem": true, "avg_down": true})");
  // An odd size: the pooling of the shortcut has to round up like the convolution beside it.
  REQUIRE(map_shapes(*net, 72, 72) == Shapes{{1, 32, 3, 3}});
  const auto parameters = parameters_of(*net);
  REQUIRE(parameters.at("stem.0.conv.weight").sizes() == at::IntArrayRef({4, 3, 3, 3}));
  REQUIRE(parameters.at("stem.2.conv.weight").sizes() == at::IntArrayRef({8, 4, 3, 3}));
  REQUIRE(parameters.count("stem.2.bn.bias") == 1);
  REQUIRE(parameters.count("conv1.weight") == 0);
  REQUIRE(parameters.at("layer2.0.downsample.1.weight").dim() == 4);  // 0 is the pooling
  REQUIRE(parameters.count("layer2.0.downsample.2.weight") == 1);
}

TEST_CASE("frozen stages keep parameters and running figures", "[model]") {
  const auto net = resnet(R"({"depth": 18, "base_channels": 4, "stem_channels": 8, "frozen_stages": 1})");
  net->init_weights();
  net->train();
  for (const auto& [name, parameter] : parameters_of(*net)) {
    const bool frozen = name.starts_with("conv1") || name.starts_with("bn1") || name.starts_with("layer1");
    CAPTURE(name);
    REQUIRE(parameter.requires_grad() == !frozen);
  }
  const auto buffers = net->named_buffers();
  const auto stem = buffers["bn1.running_mean"].clone(), late = buffers["layer2.0.bn1.running_mean"].clone();
  (void)net->forward(at::randn({2, 3, 32, 32}));
  REQUIRE(at::equal(stem, buffers["bn1.running_mean"]));
  REQUIRE_FALSE(at::equal(late, buffers["layer2.0.bn1.running_mean"]));
}

TEST_CASE("norm_eval keeps all norms in evaluation mode while training", "[model]") {
  const auto net = resnet(R"({"depth": 18, "base_channels": 4, "stem_channels": 8, "norm_eval": true})");
  net->train();
  REQUIRE(net->is_training());
  REQUIRE(net->named_children()["conv1"]->is_training());
  REQUIRE_FALSE(net->named_children()["bn1"]->is_training());
}

TEST_CASE("norm_cfg's requires_grad freezes scale and shift alone", "[model]") {
  const auto net = resnet(R"({"depth": 18, "base_channels": 4, "stem_channels": 8,
                              "norm_cfg": {"type": "BN", "requires_grad": false, "eps": 1e-3}})");
  const auto parameters = parameters_of(*net);
  REQUIRE_FALSE(parameters.at("bn1.weight").requires_grad());
  REQUIRE(parameters.at("conv1.weight").requires_grad());
  REQUIRE(net->named_children()["bn1"]->as<torch::nn::BatchNorm2d>()->options.eps() == 1e-3);
}

TEST_CASE("ResNet is initialised as mmpose does", "[model]") {
  at::manual_seed(7);
  const auto net = resnet(R"({"depth": 50})");
  net->init_weights();
  const auto parameters = parameters_of(*net);
  const auto& conv = parameters.at("layer3.1.conv2.weight");  // 256 x 256 x 3 x 3
  const double expected = std::sqrt(2.0 / (256 * 9));         // He initialisation by fan out
  // 590 000 draws: the standard error of their deviation is 0.1 %, of their mean 0.0013 deviations.
  REQUIRE_THAT(conv.std().item<double>(), test::WithinRel(expected, 0.005));
  REQUIRE_THAT(conv.mean().item<double>(), test::WithinAbs(0, 0.007 * expected));
  const auto& wide = parameters.at("layer1.0.conv3.weight");  // 256 x 64 x 1 x 1: fan in and out differ
  REQUIRE_THAT(wide.std().item<double>(), test::WithinRel(std::sqrt(2.0 / 256), 0.03));
  REQUIRE(parameters.at("layer3.1.bn2.weight").eq(1).all().item<bool>());
  REQUIRE(parameters.at("layer3.1.bn3.weight").eq(0).all().item<bool>());
  REQUIRE(parameters.at("layer3.0.downsample.1.weight").eq(1).all().item<bool>());
  REQUIRE(parameters.at("layer3.1.bn3.bias").eq(0).all().item<bool>());
}

TEST_CASE("zero_init_residual false leaves the last norms at 1", "[model]") {
  const auto net =
      resnet(R"({"depth": 18, "base_channels": 4, "stem_channels": 8, "zero_init_residual": false})");
  net->init_weights();
  REQUIRE(parameters_of(*net).at("layer1.0.bn2.weight").eq(1).all().item<bool>());
}

TEST_CASE("wrong ResNet arguments are named", "[model][error]") {
  const auto [args, expected] = GENERATE(table<std::string, std::string>({
      {R"({})", "depth"},
      {R"({"depth": 20})", "/depth"},
      {R"({"depth": "50"})", "/depth"},
      {R"({"depth": 50, "stem_chanels": 64})", "stem_channels"},
      {R"({"depth": 50, "num_stages": 3})", "strides has 4 entries"},
      {R"({"depth": 50, "num_stages": 2, "strides": [1, 2], "dilations": [1, 1]})", "there is no stage 3"},
      {R"({"depth": 50, "out_indices": []})", "empty list"},
      {R"({"depth": 50, "out_indices": [3, 1]})", "rising order"},
      {R"({"depth": 50, "frozen_stages": 5})", "-1 to 4"},
      {R"({"depth": 50, "style": "tf"})", "caffe"},
      {R"({"depth": 18, "expansion": 4})", "basic blocks"},
      {R"({"depth": 18, "deep_stem": true, "stem_channels": 7})", "even number"},
      {R"({"depth": 50, "with_cp": true})", "activation checkpointing"},
      {R"({"depth": 50, "conv_cfg": {"type": "DCNv2"}})", "/conv_cfg/type"},
      {R"({"depth": 50, "norm_cfg": {"type": "SyncBN"}})", "one process"},
      {R"({"depth": 50, "norm_cfg": {"type": "GN"}})", "there is no norm \"GN\""},
  }));
  REQUIRE_THAT(error_of(args), test::ContainsSubstring(expected));
}
