#include <torch/types.h>
#include <torch/utils.h>

#include "support.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace ph;

namespace {

Json simple_baseline(int depth) {
  auto json =
      test::small_model(R"({"keypoint_head": {"out_channels": 17, "num_deconv_filters": [256, 256, 256]}})");
  json["backbone"] = {{"type", "ResNet"}, {"depth", depth}};
  json["keypoint_head"]["in_channels"] = depth < 50 ? 512 : 2048;
  return json;
}

std::string row(const std::string& name, const at::Tensor& tensor) {
  std::string shape;
  for (const auto size : tensor.sizes()) shape += (shape.empty() ? "" : "x") + std::to_string(size);
  return name + " " + (shape.empty() ? "scalar" : shape);
}

// The order of a state dict: a module's own parameters, its buffers, its children.
void state_rows(const torch::nn::Module& module, const std::string& prefix, std::vector<std::string>& rows) {
  for (const auto& own : module.named_parameters(false)) rows.push_back(row(prefix + own.key(), own.value()));
  for (const auto& own : module.named_buffers(false)) rows.push_back(row(prefix + own.key(), own.value()));
  for (const auto& child : module.named_children())
    state_rows(*child.value(), prefix + child.key() + ".", rows);
}

std::int64_t parameters_of(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

}  // namespace

TEST_CASE("ResNet and head have mmpose's parameters, in mmpose's order", "[model][golden]") {
  const auto golden = test::golden("model.json");
  const int depth = GENERATE(18, 50);
  const auto model = test::make(simple_baseline(depth));
  std::vector<std::string> rows;
  state_rows(*model, "", rows);
  REQUIRE(rows == golden.at("names").at(std::to_string(depth)).get<std::vector<std::string>>());
}

TEST_CASE("deeper networks have mmpose's number of parameters", "[model][golden]") {
  const auto golden = test::golden("model.json").at("models");
  const int depth = GENERATE(34, 101, 152);
  const auto model = test::make(simple_baseline(depth));
  std::vector<std::string> rows;
  state_rows(*model, "", rows);
  const auto& expected = golden.at(std::to_string(depth));
  REQUIRE(rows.size() == expected.at("entries").get<std::size_t>());
  REQUIRE(parameters_of(*model) == expected.at("params").get<std::int64_t>());
}

TEST_CASE("forward gives mmpose's numbers from equal weights", "[model][golden]") {
  const auto all = test::golden("model.json").at("forward");
  const int depth = GENERATE(18, 50);
  const auto& golden = all.at(std::to_string(depth));
  const auto model = test::make(simple_baseline(depth));
  test::fill_weights(*model);
  model->eval();
  torch::NoGradGuard no_grad;
  const auto output = model->forward(test::random_tensor("input", {1, 3, 64, 64}, 2));
  REQUIRE(output.sizes().vec() == golden.at("shape").get<std::vector<std::int64_t>>());
  const auto flat = output.reshape(-1).to(at::kDouble);
  // mmpose's own float32 run is within 3e-7 of its float64 run; other kernels round otherwise.
  REQUIRE_THAT(flat.abs().sum().item<double>(),
               test::WithinRel(golden.at("float64").at("abs_sum").get<double>(), 5e-6));
  for (std::size_t i = 0; i < golden.at("samples").size(); ++i) {
    const auto index = golden.at("samples")[i].at("index").get<std::int64_t>();
    const auto expected = golden.at("float64").at("samples")[i].get<double>();
    REQUIRE_THAT(flat[index].item<double>(), test::WithinAbs(expected, 1e-6));
  }
}

TEST_CASE("the filler of weights gives the golden script's numbers", "[model][golden]") {
  const auto golden = test::golden("weights.json");
  for (const auto& generator : golden.at("generator")) {
    const auto name = generator.at("name").get<std::string>();
    for (const auto& [index, value] : generator.at("u").items()) {
      REQUIRE(test::uniform(name, std::stoull(index)) == value.get<double>());
    }
  }
  const std::set<std::string> names{"backbone.layer1.0.bn3.weight"};
  for (const auto& row : golden.at("tensors")) {
    const auto tensor =
        test::filled(row.at("name"), row.at("shape").get<std::vector<std::int64_t>>(), names).reshape(-1);
    for (std::int64_t i = 0; i < 4; ++i)
      REQUIRE(tensor[i].item<float>() == row.at("first")[static_cast<std::size_t>(i)].get<float>());
    REQUIRE(tensor[-1].item<float>() == row.at("last").get<float>());
  }
}
