#include <torch/types.h>

#include <algorithm>
#include <set>

#include "model/load_network.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"
#include "tools/onnx_export.hpp"
#include "trace/record_operators.hpp"

using namespace ph;

namespace {

Node model_of(const std::string& name) {
  return Node::from_json(test::golden("flops.json").at("cases").at(name).at("model"));
}

struct Exported {
  OnnxFacts facts;
  OperatorTrace trace;
  [[nodiscard]] OnnxGraph make(const OnnxExport& options) const { return make_onnx(trace, facts, options); }
};

Exported exported(const Node& config) {
  const auto model = make_model(config, default_compat());
  model->eval();
  Exported made;
  made.facts.name = "net";
  made.facts.input.height = 64;
  made.facts.input.width = 32;
  made.facts.input.mean = {0.5, 0.5, 0.5};
  made.facts.input.std = {0.25, 0.25, 0.25};
  made.facts.keypoints.source = "test";
  made.facts.keypoints.flip_pairs = {{1, 2}};
  made.facts.keypoints.names.assign(17, "point");
  made.facts.test_cfg = model->test_cfg();
  made.trace = record_operators(
      *model, at::zeros({2, 3, 64, 32}), [&](const at::Tensor& img) { return model->forward(img); },
      TraceContents::values);
  return made;
}

std::int64_t count_of(const OnnxGraph& graph, const std::string& op) {
  return std::count_if(graph.nodes.begin(), graph.nodes.end(),
                       [&](const auto& node) { return node.op == op; });
}

// Each node reads what is there already; nothing is made twice.
void require_ordered(const OnnxGraph& graph) {
  std::set<std::string> there{""};
  for (const auto& port : graph.inputs) REQUIRE(there.insert(port.name).second);
  for (const auto& constant : graph.constants) REQUIRE(there.insert(constant.name).second);
  for (const auto& node : graph.nodes) {
    for (const auto& input : node.inputs) REQUIRE(there.count(input) == 1);
    for (const auto& output : node.outputs) REQUIRE(there.insert(output).second);
  }
  for (const auto& port : graph.outputs) REQUIRE(there.count(port.name) == 1);
}

}  // namespace

TEST_CASE("a network's operators become ONNX's, its weights keep their names", "[trace][onnx]") {
  const auto net = exported(model_of("resnet_18"));
  const auto graph = net.make({});
  require_ordered(graph);
  REQUIRE(count_of(graph, "Conv") == 21);
  REQUIRE(count_of(graph, "ConvTranspose") == 3);
  REQUIRE(count_of(graph, "BatchNormalization") == 23);
  REQUIRE(graph.outputs.front().name == "heatmaps");
  REQUIRE(graph.outputs.front().shape == Shape{1, 17, 16, 8});
  const auto weight = std::find_if(graph.constants.begin(), graph.constants.end(),
                                   [](const auto& c) { return c.name == "backbone.layer1.0.conv1.weight"; });
  REQUIRE(weight != graph.constants.end());
  REQUIRE(weight->shape == Shape{64, 64, 3, 3});
  REQUIRE(weight->bytes == 4 * 64 * 64 * 9);
}

TEST_CASE("flip test, decoding and normalisation stand in the graph", "[trace][onnx]") {
  const auto net = exported(model_of("resnet_18"));
  OnnxExport options;
  options.dynamic_batch = options.flip_test = options.decode = true;
  options.pixels = OnnxPixels::bytes;
  const auto graph = net.make(options);
  require_ordered(graph);
  REQUIRE(graph.inputs.front().type == OnnxType::u8);
  REQUIRE(graph.inputs.front().shape == Shape{-1, 3, 64, 32});
  REQUIRE(graph.outputs.size() == 2);
  REQUIRE(graph.outputs[0].shape == Shape{-1, 17, 2});
  REQUIRE(count_of(graph, "Conv") == 21);  // both halves go through one network
  REQUIRE(count_of(graph, "ArgMax") == 1);
  const auto has = [&](const std::string& key, const std::string& value) {
    return std::find(graph.metadata.begin(), graph.metadata.end(), std::pair{"posehost." + key, value}) !=
           graph.metadata.end();
  };
  REQUIRE(has("input_size", "[32,64]"));
  REQUIRE(has("pixels", "0 to 255, uint8"));
  REQUIRE(has("flip_pairs", "[[1,2]]"));
  REQUIRE(has("decoded", "true"));
}

// What they compute is compared in tests/apps/export_runs.sh.
TEST_CASE("every decoding has nodes of its own", "[trace][onnx]") {
  auto net = exported(model_of("resnet_18"));
  OnnxExport options;
  options.decode = true;
  auto& cfg = net.facts.test_cfg;
  cfg.post_process = PostProcess::unbiased;
  auto graph = net.make(options);
  require_ordered(graph);
  REQUIRE(count_of(graph, "MatMul") == 2);
  REQUIRE(count_of(graph, "GlobalMaxPool") == 2);
  REQUIRE(count_of(graph, "Log") == 1);
  REQUIRE(graph.outputs[0].shape == Shape{1, 17, 2});

  cfg.use_udp = true;
  graph = net.make(options);
  require_ordered(graph);
  REQUIRE(count_of(graph, "GlobalMaxPool") == 0);  // mirrored at the border
  net.facts.compat = compat_for(Node::parse("\"1.x\""));
  REQUIRE(count_of(net.make(options), "GlobalMaxPool") == 2);
  net.facts.compat = default_compat();

  cfg.use_udp = false;
  cfg.post_process = PostProcess::megvii;
  graph = net.make(options);
  require_ordered(graph);
  REQUIRE(count_of(graph, "Log") == 0);
  REQUIRE(count_of(graph, "Sign") == 2);

  cfg.post_process = PostProcess::quarter;
  cfg.use_udp = cfg.combined = true;
  auto json = model_of("resnet_18").json();
  json["keypoint_head"]["out_channels"] = 51;
  json["keypoint_head"]["loss_keypoint"] = {{"type", "CombinedTargetMSELoss"}};
  json["test_cfg"] = {{"use_udp", true}, {"target_type", "CombinedTarget"}};
  auto three = exported(Node::from_json(json));
  graph = three.make(options);
  require_ordered(graph);
  REQUIRE(graph.outputs[0].shape == Shape{1, 17, 2});
  REQUIRE(count_of(graph, "MatMul") == 6);
  three.facts.compat = compat_for(Node::parse("\"1.x\""));
  REQUIRE(count_of(three.make(options), "MatMul") == 2);  // offsets are read as they are
}

TEST_CASE("the flip test is changed wherever a config has a test_cfg", "[trace][onnx]") {
  const auto changed = [](const char* model) {
    return with_flip_test(Node::parse(std::string(R"({"model": )") + model + "}"), false).json()["model"];
  };
  REQUIRE(changed(R"({})") == Json::parse(R"({"test_cfg": {"flip_test": false}})"));
  REQUIRE(changed(R"({"test_cfg": null, "keypoint_head": {"test_cfg": {"use_udp": true}}})")["keypoint_head"]
                                                                                            ["test_cfg"]
                                                                                            ["flip_test"] ==
          false);
  const auto both =
      changed(R"({"test_cfg": {"flip_test": true}, "keypoint_head": {"test_cfg": {"flip_test": true}}})");
  REQUIRE(both["test_cfg"] == both["keypoint_head"]["test_cfg"]);
}

TEST_CASE("what cannot be exported is an error that says why", "[trace][onnx][error]") {
  auto json = model_of("resnet_50").json();
  json["backbone"]["base_channels"] = json["backbone"]["stem_channels"] = 8;
  json["keypoint_head"]["in_channels"] = 256;
  json["backbone"]["dcn"] = {{"type", "DCN"}};
  json["backbone"]["stage_with_dcn"] = {false, false, false, true};
  auto net = exported(Node::from_json(json));
  OnnxExport options;
  REQUIRE_THAT(test::error_of([&] { (void)net.make(options); }),
               test::ContainsSubstring("deformable convolution") && test::ContainsSubstring("--opset 19"));
  options.opset = 19;
  REQUIRE(count_of(net.make(options), "DeformConv") == 3);

  options = {19, true, OnnxPixels::normalised, true, false};
  net.facts.keypoints = {};
  REQUIRE_THAT(test::error_of([&] { (void)net.make(options); }), test::ContainsSubstring("mirror image"));
  options = {19, true, OnnxPixels::floats, false, false};
  net.facts.input.mean.clear();
  REQUIRE_THAT(test::error_of([&] { (void)net.make(options); }), test::ContainsSubstring("NormalizeTensor"));
}

TEST_CASE("an operator without an ONNX form is named", "[trace][onnx][error]") {
  torch::nn::Module nothing;
  const auto trace = record_operators(
      nothing, at::zeros({2, 3, 4, 4}), [](const at::Tensor& x) { return x.cumsum(1); },
      TraceContents::values);
  OnnxFacts facts;
  REQUIRE_THAT(test::error_of([&] { (void)make_onnx(trace, facts, {}); }),
               test::ContainsSubstring("aten::cumsum"));
}
