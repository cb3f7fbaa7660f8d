#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "support.hpp"
#include "support/catch.hpp"

using namespace ph;

TEST_CASE("facts about parameters come in depth-first order", "[model]") {
  const auto model = test::make(test::small_model());
  const auto facts = param_facts(*model);
  const auto named = model->named_parameters();
  REQUIRE(facts.size() == named.size());
  for (std::size_t i = 0; i < facts.size(); ++i) REQUIRE(facts[i].name == named[i].key());

  REQUIRE(facts[0].name == "backbone.conv1.weight");
  REQUIRE(facts[0].module == "backbone.conv1");
  REQUIRE(facts[0].module_class == "Conv2d");
  REQUIRE_FALSE((facts[0].is_norm || facts[0].is_bias || facts[0].is_depthwise));
  REQUIRE(facts[2].name == "backbone.bn1.bias");
  REQUIRE(facts[2].module_class == "BatchNorm2d");
  REQUIRE((facts[2].is_norm && facts[2].is_bias));
  REQUIRE(facts.back().name == "keypoint_head.final_layer.bias");
  REQUIRE((facts.back().is_bias && !facts.back().is_norm));
}

TEST_CASE("a depthwise convolution has a group for each input channel", "[model]") {
  torch::nn::Sequential net(torch::nn::Conv2d(torch::nn::Conv2dOptions(4, 8, 3).groups(4)),
                            torch::nn::Conv2d(torch::nn::Conv2dOptions(8, 8, 3).groups(2)));
  const auto facts = param_facts(*net);
  REQUIRE(facts[0].is_depthwise);
  REQUIRE_FALSE(facts[2].is_depthwise);
}

TEST_CASE("a module's own parameters come before its children's", "[model]") {
  struct Own : torch::nn::Module {
    Own() : Module("Own") {
      register_module("child", torch::nn::Linear(2, 2));
      register_parameter("scale", at::ones({1}));
    }
  } net;
  const auto facts = param_facts(net);
  REQUIRE(facts.size() == 3);
  REQUIRE(facts[0].name == "scale");
  REQUIRE(facts[0].module.empty());
  REQUIRE(facts[1].name == "child.weight");
}
