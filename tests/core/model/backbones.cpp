// HRNet, MobileNetV2, ResNetV1d, ResNeXt: mmpose's names, numbers and gradients.
#include <torch/types.h>
#include <torch/utils.h>

#include <map>

#include "model/parts.hpp"
#include "support.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "tensor/sha256.hpp"

using namespace ph;

namespace {

using Golden = nlohmann::ordered_json;

std::shared_ptr<Backbone> make_backbone(const Golden& config) {
  return backbones().make(Node::from_json(Json::parse(config.dump()), "cfg.json"));
}

void state_rows(const torch::nn::Module& module, const std::string& prefix, std::vector<std::string>& rows) {
  const auto add = [&](const auto& own) {
    for (const auto& item : own) {
      std::string shape;
      for (const auto size : item.value().sizes()) shape += (shape.empty() ? "" : "x") + std::to_string(size);
      rows.push_back(prefix + item.key() + " " + (shape.empty() ? "scalar" : shape));
    }
  };
  add(module.named_parameters(false));
  add(module.named_buffers(false));
  for (const auto& child : module.named_children())
    state_rows(*child.value(), prefix + child.key() + ".", rows);
}

std::vector<std::string> rows_of(const torch::nn::Module& module) {
  std::vector<std::string> rows;
  state_rows(module, "", rows);
  return rows;
}

std::string backbone_error(const Golden& config, const std::string& patch) {
  auto changed = config;
  changed.merge_patch(Golden::parse(patch));
  return test::error_of([&] { (void)make_backbone(changed); });
}

Golden golden() { return test::golden("backbones.json"); }

}  // namespace

TEST_CASE("backbones have mmpose's parameters, in mmpose's order", "[model][golden]") {
  const auto all = golden();
  for (const auto& [name, network] : all.at("networks").items()) {
    CAPTURE(name);
    const auto backbone = make_backbone(network.at("config"));
    std::int64_t parameters = 0;
    for (const auto& parameter : backbone->parameters()) parameters += parameter.numel();
    CHECK(parameters == network.at("params").get<std::int64_t>());
    const auto rows = rows_of(*backbone);
    CHECK(rows.size() == network.at("entries").get<std::size_t>());
    std::string text;
    for (const auto& row : rows) text += (text.empty() ? "" : "\n") + row;
    CHECK(sha256(text) == network.at("names_sha256").get<std::string>());
  }
  for (const char* const name : {"hrnet_bilinear", "mobilenet_v2"}) {
    const auto& step = all.at("steps").at(name);
    CHECK(rows_of(*make_backbone(step.at("config"))) == step.at("names").get<std::vector<std::string>>());
  }
}

TEST_CASE("outputs and gradients of backbones are mmpose's", "[model][golden]") {
  const auto all = golden();
  for (const auto& [name, step] : all.at("steps").items()) {
    CAPTURE(name);
    const auto backbone = make_backbone(step.at("config"));
    test::fill_weights(*backbone);
    backbone->train();
    const auto maps = backbone->forward(test::random_tensor("input", {2, 3, 128, 128}, 2));
    const auto& outputs = step.at("outputs");
    REQUIRE(maps.size() == outputs.size());
    at::Tensor loss = at::zeros({});
    // Norms over a few values, and activations that are cut off: mmpose's own float32 run is up to 2e-5 (outputs) and, for MobileNetV2,
    // 2.5e-3 (gradients) from its float64 run. Other kernels round otherwise; a wrong layer would show in the first digit.
    const double gradients = std::max(1e-3, 4 * step.at("fp32").at("gradients").get<double>());
    for (std::size_t i = 0; i < maps.size(); ++i) {
      const auto& golden_map = outputs[i];
      REQUIRE(maps[i].sizes().vec() == golden_map.at("shape").get<std::vector<std::int64_t>>());
      CHECK(maps[i].size(1) == backbone->out_channels()[i]);
      const auto flat = maps[i].detach().reshape(-1).to(at::kDouble);
      CHECK_THAT(flat.abs().sum().item<double>(),
                 test::WithinRel(golden_map.at("abs_sum").get<double>(), 1e-4));
      for (std::size_t j = 0; j < 4; ++j) {
        CHECK_THAT(flat[golden_map.at("index")[j].get<std::int64_t>()].item<double>(),
                   test::WithinAbs(golden_map.at("samples")[j].get<double>(),
                                   1e-4 * golden_map.at("largest").get<double>()));
      }
      const auto weight = test::random_tensor("grad." + std::to_string(i), maps[i].sizes().vec());
      loss = loss + (maps[i] * weight).sum() / static_cast<double>(maps[i].numel());
    }
    loss.backward();
    const auto parameters = backbone->named_parameters();
    double sum = 0;
    for (const auto& item : parameters) sum += item.value().grad().to(at::kDouble).abs().sum().item<double>();
    CHECK_THAT(sum, test::WithinRel(step.at("gradients").at("sum").get<double>(), gradients));
    for (const auto& [parameter, expected] : step.at("gradients").at("of").items()) {
      CAPTURE(parameter);
      CHECK_THAT(parameters[parameter].grad().to(at::kDouble).abs().sum().item<double>(),
                 test::WithinRel(expected.get<double>(), gradients));
    }
  }
}

TEST_CASE("HRNet freezes stages and the transitions behind them", "[model]") {
  auto config = golden().at("steps").at("hrnet_bilinear").at("config");
  config["frozen_stages"] = 2;
  const auto net = make_backbone(config);
  net->train();
  std::map<std::string, bool> learns;
  for (const auto& item : net->named_parameters())
    learns[item.key().substr(0, item.key().find('.'))] = item.value().requires_grad();
  CHECK(learns == std::map<std::string, bool>{{"conv1", false},
                                              {"bn1", false},
                                              {"conv2", false},
                                              {"bn2", false},
                                              {"layer1", false},
                                              {"transition1", false},
                                              {"stage2", false},
                                              {"transition2", false},
                                              {"stage3", true},
                                              {"transition3", true},
                                              {"stage4", true}});
  for (const auto& child : net->named_children())
    CHECK(child.value()->is_training() == learns.at(child.key()));
}

TEST_CASE("MobileNetV2 freezes its first layers, norms in evaluation if asked for", "[model]") {
  auto config = golden().at("steps").at("mobilenet_v2").at("config");
  config["frozen_stages"] = 2;
  config["norm_eval"] = true;
  const auto net = make_backbone(config);
  net->train();
  for (const auto& item : net->named_parameters()) {
    const auto& name = item.key();
    CAPTURE(name);
    const bool frozen =
        name.starts_with("conv1.") || name.starts_with("layer1.") || name.starts_with("layer2.");
    CHECK(item.value().requires_grad() != frozen);
  }
  for (const auto& module : net->modules(false)) {
    if (module->as<torch::nn::BatchNorm2d>()) CHECK_FALSE(module->is_training());
  }
}

TEST_CASE("a new backbone is drawn as mmpose draws it", "[model]") {
  auto config = golden().at("steps").at("hrnet_nearest").at("config");
  config["zero_init_residual"] = true;
  const auto net = make_backbone(config);
  at::manual_seed(1);
  net->init_weights();
  const auto parameters = net->named_parameters();
  CHECK(parameters["stage3.0.branches.2.0.bn2.weight"].abs().sum().item<double>() == 0);
  CHECK(parameters["stage3.0.branches.2.0.bn1.weight"].min().item<double>() == 1);
  // He: variance 2 / fan out, here 64 x 9.
  CHECK_THAT(parameters["conv2.weight"].var().item<double>(), test::WithinRel(2.0 / (64 * 9), 0.02));
}

TEST_CASE("arguments of backbones that make no sense are named", "[model][error]") {
  const auto all = golden();
  const auto hrnet = all.at("steps").at("hrnet_nearest").at("config");
  using test::ContainsSubstring;
  CHECK_THAT(
      backbone_error(hrnet, R"({"extra": {"stage3": {"num_channels": [4, 8]}}})"),
      ContainsSubstring("/extra/stage3/num_channels: 2 entries") && ContainsSubstring("3, one for each"));
  CHECK_THAT(backbone_error(hrnet, R"({"extra": {"stage2": {"block": "WIDE"}}})"),
             ContainsSubstring("/extra/stage2/block"));
  CHECK_THAT(backbone_error(hrnet, R"({"extra": {"stage4": null}})"), ContainsSubstring("stage4"));
  CHECK_THAT(backbone_error(hrnet, R"({"extra": {"stage2": {"multiscale_output": true}}})"),
             ContainsSubstring("/extra/stage2/multiscale_output"));
  CHECK_THAT(backbone_error(hrnet, R"({"extra": {"upsample": {"mode": "cubic"}}})"),
             ContainsSubstring("/extra/upsample/mode"));
  CHECK_THAT(backbone_error(hrnet, R"({"with_cp": true})"), ContainsSubstring("/with_cp"));
  CHECK_THAT(
      backbone_error(hrnet,
                     R"({"extra": {"stage3": {"num_branches": 1, "num_channels": [4], "num_blocks": [1]}}})"),
      ContainsSubstring("fewer branches"));
  const auto mobile = all.at("steps").at("mobilenet_v2").at("config");
  CHECK_THAT(backbone_error(mobile, R"({"out_indices": [8]})"), ContainsSubstring("/out_indices"));
  CHECK_THAT(backbone_error(mobile, R"({"out_indices": [7, 2]})"), ContainsSubstring("rising order"));
  CHECK_THAT(backbone_error(mobile, R"({"act_cfg": {"type": "HSwish"}})"),
             ContainsSubstring("/act_cfg/type"));
  CHECK_THAT(backbone_error(Golden{{"type", "ResNeXt"}, {"depth", 50}}, R"({"depth": 18, "groups": 4})"),
             ContainsSubstring("/groups: ResNet-18 has basic blocks"));
  CHECK_THAT(backbone_error(Golden{{"type", "ResNetV1d"}, {"depth", 50}}, R"({"stem_channels": 7})"),
             ContainsSubstring("/stem_channels"));
}
