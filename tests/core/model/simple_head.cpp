#include "model/simple_head.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include <map>

#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace ph;

namespace {

const char* const loss = R"("loss_keypoint": {"type": "JointsMSELoss"})";

HeadContext context(const std::string& version = "0.29") {
  Compat compat = default_compat();
  compat.version = version;
  return {compat, {}, Node::parse("{}", "head.json"), {}};
}

std::shared_ptr<SimpleHead> head(const std::string& args) {
  const auto node = Node::parse("{" + args + ", " + loss + "}");
  return std::make_shared<SimpleHead>(SimpleHeadArgs::table().read(node), context());
}

std::string error_of(const std::string& args) {
  return test::error_of([&] { (void)head(args); });
}

std::vector<std::int64_t> output_shape(SimpleHead& made, const Features& features) {
  torch::NoGradGuard no_grad;
  return made.forward(features).sizes().vec();
}

std::map<std::string, at::Tensor> parameters_of(const torch::nn::Module& module) {
  std::map<std::string, at::Tensor> all;
  for (const auto& item : module.named_parameters()) all.emplace(item.key(), item.value());
  return all;
}

using Shape = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("each deconvolution doubles the map, whatever its kernel", "[model]") {
  const auto made = head(R"("in_channels": 6, "out_channels": 5, "num_deconv_layers": 3,
                            "num_deconv_filters": [4, 5, 6], "num_deconv_kernels": [2, 3, 4])");
  REQUIRE(output_shape(*made, {at::ones({2, 6, 3, 4})}) == Shape{2, 5, 24, 32});
  const auto parameters = parameters_of(*made);
  REQUIRE(parameters.at("deconv_layers.3.weight").sizes() == at::IntArrayRef({4, 5, 3, 3}));
  REQUIRE(parameters.at("deconv_layers.7.weight").sizes() == at::IntArrayRef({6}));
  REQUIRE(parameters.count("deconv_layers.0.bias") == 0);
  REQUIRE(parameters.at("final_layer.weight").sizes() == at::IntArrayRef({5, 6, 1, 1}));
  REQUIRE(parameters.count("final_layer.bias") == 1);
}

TEST_CASE("a head without deconvolutions keeps the size of its map", "[model]") {
  const auto made = head(
      R"("in_channels": 6, "out_channels": 5, "num_deconv_layers": 0, "extra": {"final_conv_kernel": 3})");
  REQUIRE(output_shape(*made, {at::ones({2, 6, 3, 4})}) == Shape{2, 5, 3, 4});
  REQUIRE(parameters_of(*made).at("final_layer.weight").size(3) == 3);
}

TEST_CASE("final_conv_kernel 0 gives the map itself", "[model]") {
  const auto made = head(
      R"("in_channels": 5, "out_channels": 5, "num_deconv_layers": 0, "extra": {"final_conv_kernel": 0})");
  const auto map = at::rand({2, 5, 3, 4});
  REQUIRE(at::equal(made->forward({map}), map));
  REQUIRE(made->parameters().empty());
}

TEST_CASE("extra convolutions come before the last one", "[model]") {
  const auto made = head(R"("in_channels": 6, "out_channels": 5, "num_deconv_layers": 0,
                            "extra": {"final_conv_kernel": 1, "num_conv_layers": 2, "num_conv_kernels": [3, 1]})");
  REQUIRE(output_shape(*made, {at::ones({2, 6, 3, 4})}) == Shape{2, 5, 3, 4});
  const auto parameters = parameters_of(*made);
  REQUIRE(parameters.at("final_layer.0.weight").sizes() == at::IntArrayRef({6, 6, 3, 3}));
  REQUIRE(parameters.count("final_layer.0.bias") == 1);
  REQUIRE(parameters.at("final_layer.1.weight").sizes() == at::IntArrayRef({6}));
  REQUIRE(parameters.at("final_layer.6.weight").sizes() == at::IntArrayRef({5, 6, 1, 1}));
}

TEST_CASE("in_index picks a map, resize_concat joins several", "[model]") {
  const Features maps{at::rand({1, 2, 8, 8}), at::rand({1, 3, 4, 4})};
  const auto one = head(
      R"("in_channels": 3, "in_index": 1, "out_channels": 3, "num_deconv_layers": 0, "extra": {"final_conv_kernel": 0})");
  REQUIRE(at::equal(one->forward(maps), maps[1]));
  const auto selected =
      head(R"("in_channels": [3], "in_index": [1], "input_transform": "multiple_select", "out_channels": 3,
                                "num_deconv_layers": 0, "extra": {"final_conv_kernel": 0})");
  REQUIRE(at::equal(selected->forward(maps), maps[1]));
  const auto both = head(
      R"("in_channels": [2, 3], "in_index": [0, 1], "input_transform": "resize_concat", "align_corners": true,
                            "out_channels": 5, "num_deconv_layers": 0, "extra": {"final_conv_kernel": 0})");
  const auto joined = both->forward(maps);
  REQUIRE(joined.sizes() == at::IntArrayRef({1, 5, 8, 8}));
  REQUIRE(at::equal(joined.narrow(1, 0, 2), maps[0]));
  // With aligned corners the corners are the small map's own.
  REQUIRE(joined[0][4][7][7].item<float>() == maps[1][0][2][3][3].item<float>());
}

TEST_CASE("the head is initialised as mmpose does", "[model]") {
  at::manual_seed(7);
  const auto made = head(R"("in_channels": 64, "out_channels": 17, "num_deconv_filters": [64, 64, 64],
                            "extra": {"num_conv_layers": 1})");
  made->init_weights();
  const auto parameters = parameters_of(*made);
  for (const auto& [name, parameter] : parameters) {
    CAPTURE(name);
    if (parameter.dim() == 4) {
      // 1088 draws at least: the standard error of their deviation is 2.1 %; three of these and more.
      REQUIRE_THAT(parameter.std().item<double>(), test::WithinRel(0.001, 0.08));
    } else {
      REQUIRE(parameter.eq(name.ends_with("weight") ? 1 : 0).all().item<bool>());
    }
  }
}

TEST_CASE("decoding near the border follows the mmpose version", "[model]") {
  const auto [version, x] = GENERATE(table<std::string, float>({{"0.29", 3.0F}, {"1.x", 3.25F}}));
  auto heatmap = at::zeros({1, 1, 8, 8});
  heatmap[0][0][1][3] = 1;  // row 1: no room in y
  heatmap[0][0][1][4] = 0.5;
  Batch batch;
  batch.meta.resize(1);
  batch.meta[0].center = {4, 4};
  batch.meta[0].scale = {0.04F, 0.04F};  // 8 image pixels on 8 columns
  const auto args = SimpleHeadArgs::table().read(
      Node::parse(R"({"in_channels": 1, "out_channels": 1, "loss_keypoint": {"type": "JointsMSELoss"}})"));
  const auto found = SimpleHead(args, context(version)).decode(heatmap, batch);
  // 0.04 is not exact in float32.
  REQUIRE_THAT(found[0].keypoints[0], test::WithinAbs(x, 1e-5));
  REQUIRE_THAT(found[0].keypoints[1], test::WithinAbs(1, 1e-5));
  REQUIRE(found[0].keypoints[2] == 1);
}

TEST_CASE("wrong head arguments are named", "[model][error]") {
  const auto [args, expected] = GENERATE(table<std::string, std::string>({
      {R"("in_channels": 6)", "out_channels"},
      {R"("in_channels": 6, "out_channels": 0)", "/out_channels"},
      {R"("in_channels": 6, "out_channels": 5, "num_deconv_layers": 2)", "num_deconv_filters has 3 entries"},
      {R"("in_channels": 6, "out_channels": 5, "num_deconv_filters": [1, 2, 3], "num_deconv_kernels": [4, 4])",
       "num_deconv_kernels has 2 entries"},
      {R"("in_channels": 6, "out_channels": 5, "num_deconv_kernels": [4, 4, 5])", "/num_deconv_kernels/2"},
      {R"("in_channels": 6, "out_channels": 5, "num_deconv_layers": -1)", "/num_deconv_layers"},
      {R"("in_channels": 6, "out_channels": 5, "extra": {"final_conv_kernel": 2})",
       "/extra/final_conv_kernel"},
      {R"("in_channels": 6, "out_channels": 5, "extra": {"num_conv_layers": 2, "num_conv_kernels": [3]})",
       "1 kernels for 2 layers"},
      {R"("in_channels": [6, 7], "out_channels": 5)", "resize_concat"},
      {R"("in_channels": 6, "in_index": [0, 1], "out_channels": 5)", "resize_concat"},
      {R"("in_channels": [6, 7], "in_index": [0], "input_transform": "resize_concat", "out_channels": 5)",
       "2 channels for 1"},
      {R"("in_channels": [6, 7], "in_index": [0, 1], "input_transform": "multiple_select", "out_channels": 5)",
       "takes one map"},
      {R"("in_channels": 6, "out_channels": 5, "input_transform": "concat")", "/input_transform"},
      {R"("in_channels": 6, "out_channels": 5, "num_deconv_layers": 0, "extra": {"final_conv_kernel": 0})",
       "has 6 channels"},
  }));
  REQUIRE_THAT(error_of(args), test::ContainsSubstring(expected));
}

TEST_CASE("a head without a loss says how to give one", "[model][error]") {
  const auto args = SimpleHeadArgs::table().read(Node::parse(R"({"in_channels": 6, "out_channels": 5})"));
  const auto text = test::error_of([&] { SimpleHead made(args, context()); });
  REQUIRE_THAT(text, test::ContainsSubstring("JointsMSELoss"));
}
