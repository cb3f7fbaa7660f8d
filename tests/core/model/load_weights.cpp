#include "model/load_weights.hpp"

#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <cstdlib>
#include <fstream>

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

std::string wrapped_error(const Json& source) {
  const auto node = Node::from_json(Json{{"pretrained", source}}, "cfg.json").at("pretrained");
  return test::error_of([&] { (void)find_weights(node); });
}

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
  REQUIRE(lines[0] == "w.safetensors: 1 of the network's 2 tensors loaded");
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

TEST_CASE("pretrained loads a backbone, also out of a whole network's file", "[model]") {
  const test::TempFolder dir;
  const auto file = dir.path() / "w.safetensors";
  const bool whole = GENERATE(true, false);
  const auto source = test::make(test::small_model());
  test::fill_weights(*source);
  Saved saved;
  for (const auto& item : source->named_parameters()) {
    auto name = item.key();
    if (!whole && !name.starts_with("backbone.")) continue;
    saved.add(whole ? name : name.substr(9), item.value().detach());
  }
  write_safetensors(file, saved.views, {});
  auto json = test::small_model();
  json["pretrained"] = file.string();
  const auto model = test::make(json);
  model->init_weights();
  const auto have = model->named_parameters(), want = source->named_parameters();
  REQUIRE(at::equal(have["backbone.layer4.1.conv2.weight"], want["backbone.layer4.1.conv2.weight"]));
  REQUIRE_FALSE(
      at::equal(have["keypoint_head.deconv_layers.0.weight"], want["keypoint_head.deconv_layers.0.weight"]));
}

TEST_CASE("weights that cannot be had say where they are expected", "[model][error]") {
  const test::TempFolder dir;
  REQUIRE_THAT(wrapped_error("nowhere/r50.safetensors"), test::ContainsSubstring("nowhere/r50.safetensors"));
  REQUIRE_THAT(wrapped_error("nowhere/r50.safetensors"), test::ContainsSubstring("cfg.json"));
  REQUIRE_THAT(wrapped_error("torchvision://resnet50"), test::ContainsSubstring("resnet50.safetensors"));
  REQUIRE_THAT(wrapped_error("torchvision://resnet50"), test::ContainsSubstring("POSEHOST_WEIGHTS"));
  REQUIRE_THAT(wrapped_error("torchvision://resnet50"), test::ContainsSubstring("--load-from"));
  std::ofstream(dir.path() / "a.pth") << "PK";
  REQUIRE_THAT(wrapped_error((dir.path() / "a.pth").string()), test::ContainsSubstring(".safetensors"));
}

TEST_CASE("weights named by URL are looked up in POSEHOST_WEIGHTS", "[model]") {
  const test::TempFolder dir;
  ::setenv("POSEHOST_WEIGHTS", dir.path().c_str(), 1);
  const auto url = "https://example.org/models/resnet50-19c8e357.pth?download=1";
  const auto missing = wrapped_error(url);
  std::ofstream(dir.path() / "resnet50-19c8e357.safetensors") << "x";
  const auto found = find_weights(Node::from_json(url));
  ::unsetenv("POSEHOST_WEIGHTS");
  REQUIRE_THAT(missing, test::ContainsSubstring((dir.path() / "resnet50-19c8e357.safetensors").string()));
  REQUIRE(found == dir.path() / "resnet50-19c8e357.safetensors");
}
