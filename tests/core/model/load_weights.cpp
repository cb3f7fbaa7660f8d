#include "model/load_weights.hpp"

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include "support.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"
#include "tensor/safetensors.hpp"

using namespace ph;

namespace {

struct Saved {
  std::map<std::string, TensorView> views;
  std::vector<at::Tensor> alive;
  void add(const std::string& name, const at::Tensor& tensor, TensorType type = TensorType::f32) {
    alive.push_back(tensor.contiguous());
    views[name] = {type, tensor.sizes().vec(), alive.back().data_ptr()};
  }
};

/// Weights of a small network: input 2, output 3.
torch::nn::Linear small_net() { return torch::nn::Linear(2, 3); }

}  // namespace

TEST_CASE("weights are loaded by name and converted", "[model]") {
  const test::TempFolder dir;
  const auto file = dir.path() / "w.safetensors";
  Saved saved;
  const auto weight = at::arange(6).reshape({3, 2}).to(at::kBFloat16);
  saved.add("weight", weight, TensorType::bf16);
  saved.add("other", at::ones({2}));
  saved.add("@opt/exp_avg/weight", at::ones({3, 2}));
  write_safetensors(file, saved.views, {});
  auto net = small_net();
  const auto bias = net->bias.clone();
  const auto report = load_weights_file(*net, file);
  REQUIRE(at::equal(net->weight, weight.to(at::kFloat)));
  REQUIRE(at::equal(net->bias, bias));
  REQUIRE(report.loaded == 1);
  REQUIRE(report.missing == std::vector<std::string>{"bias"});
  REQUIRE(report.unexpected == std::vector<std::string>{"other"});
}

TEST_CASE("a tensor of another shape is left out and reported", "[model]") {
  const test::TempFolder dir;
  const auto file = dir.path() / "w.safetensors";
  Saved saved;
  saved.add("weight", at::ones({4, 2}));
  saved.add("bias", at::ones({3}));
  write_safetensors(file, saved.views, {});
  auto net = small_net();
  const auto report = load_weights_file(*net, file);
  REQUIRE(report.mismatched == std::vector<std::string>{"weight (file 4 x 2, network 3 x 2)"});
  const auto lines = report.lines("w.safetensors");
  REQUIRE(lines[0] == "w.safetensors (safetensors): 1 of the network's 2 tensors loaded");
  REQUIRE_THAT(lines[1], test::ContainsSubstring("file 4 x 2"));
}

TEST_CASE("a file in which nothing fits is an error", "[model][error]") {
  const test::TempFolder dir;
  const auto file = dir.path() / "w.safetensors";
  Saved saved;
  saved.add("other", at::ones({2}));
  write_safetensors(file, saved.views, {});
  const auto text = test::error_of([&] { (void)load_weights_file(*small_net(), file); });
  REQUIRE_THAT(text, test::ContainsSubstring("tensors such as other"));
  REQUIRE_THAT(text, test::ContainsSubstring("weight"));
}

namespace {

/// The weights of small_model() with names changed by `rename` ("" leaves one out), in a file.
template <class Rename>
std::shared_ptr<PoseModel> save_small_model(const std::filesystem::path& file, const Rename& rename) {
  const auto source = test::make(test::small_model());
  test::fill_weights(*source);
  Saved saved;
  for (const auto& item : source->named_parameters()) {
    if (const auto name = rename(item.key()); !name.empty()) saved.add(name, item.value().detach());
  }
  write_safetensors(file, saved.views, {});
  return source;
}

std::vector<std::string> load(torch::nn::Module& model, const Json& config) {
  std::vector<std::string> lines;
  for (const auto& request : weights_requests(Node::from_json(config, "cfg.json"))) {
    for (const auto& line : load_weights(model, request)) lines.push_back(line);
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

bool same(const torch::nn::Module& a, const torch::nn::Module& b, const std::string& name) {
  return at::equal(a.named_parameters()[name], b.named_parameters()[name]);
}

}  // namespace

TEST_CASE("pretrained loads a backbone, also out of a whole network's file", "[model]") {
  const test::TempFolder dir;
  const auto file = dir.path() / "w.safetensors";
  const bool whole = GENERATE(true, false);
  const auto source = save_small_model(file, [&](const std::string& name) {
    return whole ? name : name.starts_with("backbone.") ? name.substr(9) : "";
  });
  const bool init_cfg = GENERATE(true, false);
  auto json = test::small_model();
  if (init_cfg) {
    json["backbone"]["init_cfg"] = {{"type", "Pretrained"}, {"checkpoint", file.string()}};
  } else {
    json["pretrained"] = file.string();
  }
  const auto model = test::make(json);
  model->init_weights();
  const auto lines = load(*model, {{"model", json}});
  CHECK(same(*model, *source, "backbone.layer4.1.conv2.weight"));
  CHECK_FALSE(same(*model, *source, "keypoint_head.deconv_layers.0.weight"));
  CHECK_THAT(lines.at(0), test::ContainsSubstring("w.safetensors (safetensors): "));
  CHECK(joined(lines).find("not in the network") == std::string::npos);
}

TEST_CASE("load_from takes the head of mmpose 1.x and a head of other keypoints is left out", "[model]") {
  const test::TempFolder dir;
  const auto file = dir.path() / "w.safetensors";
  const auto source = save_small_model(file, [](const std::string& name) {
    return name.starts_with("keypoint_head.") ? "head." + name.substr(14) : name;
  });
  const bool other = GENERATE(true, false);
  const auto json =
      other ? test::small_model(R"({"keypoint_head": {"out_channels": 5}})") : test::small_model();
  const auto model = test::make(json);
  model->init_weights();
  const auto text = joined(load(*model, {{"load_from", file.string()}}));
  CHECK(same(*model, *source, "keypoint_head.deconv_layers.0.weight"));
  CHECK((text.find("the file's has 4 keypoints, the network 5") != std::string::npos) == other);
  if (!other) CHECK(same(*model, *source, "keypoint_head.final_layer.weight"));
  CHECK(text.find("other shape") == std::string::npos);
}

TEST_CASE("a backbone is loaded from a classifier that torch saved", "[model]") {
  // tests/golden/pth.py: a network conv, bn with the prefix of DataParallel, in torch's own format.
  struct Net : torch::nn::Module {
    Net() {
      register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(2, 3, 1)));
      register_module("bn", torch::nn::BatchNorm2d(3));
    }
  } net;
  const auto report =
      load_weights_file(net, POSEHOST_TEST_DIR "/fixtures/weights/data_parallel.pth", "backbone.");
  CHECK(report.format == "PyTorch");
  CHECK(report.loaded == 7);
  CHECK(report.missing.empty());
  CHECK(report.unexpected.empty());
  const auto weight = at::arange(6).to(at::kFloat).mul(0.25).sub(1).reshape({3, 2, 1, 1});
  CHECK(at::equal(net.named_parameters()["conv.weight"], weight));
  CHECK(net.named_buffers()["bn.num_batches_tracked"].item<std::int64_t>() == 5);
}
