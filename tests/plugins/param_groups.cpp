// The default rule for parameter groups, called with the JSON that the host makes.
#include <map>
#include <string>
#include <vector>

#include "bundled.hpp"
#include "plugin/sink.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using ph::Json;
using test::ContainsSubstring;

namespace {

struct Param {
  std::string name, module_class = "Conv2d";
  bool norm = false, depthwise = false, dcn = false, grad = true;
  Json alias = nullptr;
};

Json facts(const Param& p) {
  const auto dot = p.name.rfind('.');
  return {{"name", p.name},
          {"shape", {4, 4}},
          {"numel", 16},
          {"module", p.name.substr(0, dot)},
          {"module_class", p.module_class},
          {"is_norm", p.norm},
          {"is_bias", p.name.substr(dot + 1) == "bias"},
          {"is_depthwise", p.depthwise},
          {"is_dcn", p.dcn},
          {"requires_grad", p.grad},
          {"alias_of", p.alias}};
}

const std::vector<Param> net{{"backbone.conv1.weight"},
                             {"backbone.bn1.weight", "BatchNorm2d", true},
                             {"backbone.bn1.bias", "BatchNorm2d", true},
                             {"backbone.layer1.0.conv.weight", "Conv2d", false, true},
                             {"backbone.layer1.0.conv.bias", "Conv2d", false, true},
                             {"backbone.dcn.conv_offset.weight", "Conv2d", false, false, true},
                             {"backbone.dcn.conv_offset.bias", "Conv2d", false, false, true},
                             {"head.final_layer.weight"},
                             {"head.final_layer.bias"}};

// What the rule with `paramwise` answers, by name of the parameter.
std::map<std::string, Json> ask(
    const std::string& paramwise, const std::vector<Param>& params = net,
    const std::string& optimizer = R"({"type": "SGD", "lr": 0.1, "weight_decay": 0.01})",
    const Json& hypers = {"lr", "momentum", "dampening", "weight_decay"},
    const std::string& component = "Default") {
  const auto rule = test::make(PH_KIND_PARAM_GROUPS, component, paramwise);
  Json input{{"optimizer", Json::parse(optimizer)}, {"hypers", hypers}, {"params", Json::array()}};
  for (const auto& param : params) input["params"].push_back(facts(param));
  const auto text = input.dump();
  ph::StringSink answer;
  const auto sink = answer.table();
  rule->check(rule->api<ph_param_groups_api>().build(rule->self(), ph::to_ph(text), &sink), "build");
  std::map<std::string, Json> all;
  const auto json = Json::parse(answer.text);
  for (const auto& entry : json["params"]) all[entry["name"]] = entry;
  REQUIRE(all.size() == json["params"].size());
  return all;
}

void check_one(const std::map<std::string, Json>& all, const std::string& name, const Json& overrides,
               const std::string& why) {
  CAPTURE(name);
  REQUIRE(all.count(name) == 1);
  const auto& entry = all.at(name);
  CHECK(entry["why"] == why);
  REQUIRE(entry["overrides"].size() == overrides.size());
  for (const auto& [key, value] : overrides.items()) {
    REQUIRE(entry["overrides"].contains(key));
    // The product of the same two numbers.
    CHECK_THAT(entry["overrides"][key].get<double>(), test::WithinRel(value.get<double>(), 1e-15));
  }
}

}  // namespace

TEST_CASE("without paramwise_cfg nothing is overridden", "[plugins][param_groups]") {
  CHECK(ask("{}").empty());
  CHECK(ask("{}", net, R"({"type": "SGD"})").empty());  // and nothing is asked of the optimizer
}

TEST_CASE("rules by kind of parameter are mmcv's", "[plugins][param_groups]") {
  const auto all =
      ask(R"({"bias_lr_mult": 2, "bias_decay_mult": 0, "norm_decay_mult": 0.5, "dwconv_decay_mult": 0.1,
                           "dcn_offset_lr_mult": 0.3})");
  CHECK(all.count("backbone.conv1.weight") == 0);
  check_one(all, "backbone.bn1.weight", {{"weight_decay", 0.005}}, "norm_decay_mult 0.5");
  check_one(all, "backbone.bn1.bias", {{"weight_decay", 0.005}}, "norm_decay_mult 0.5");  // no bias_lr_mult
  check_one(all, "backbone.layer1.0.conv.weight", {{"weight_decay", 0.001}}, "dwconv_decay_mult 0.1");
  check_one(all, "backbone.layer1.0.conv.bias", {{"lr", 0.2}, {"weight_decay", 0.001}},
            "bias_lr_mult 2.0, dwconv_decay_mult 0.1");
  check_one(all, "backbone.dcn.conv_offset.weight", {{"lr", 0.03}}, "dcn_offset_lr_mult 0.3");
  check_one(all, "backbone.dcn.conv_offset.bias", {{"lr", 0.03}}, "dcn_offset_lr_mult 0.3");  // no bias rule
  check_one(all, "head.final_layer.bias", {{"lr", 0.2}, {"weight_decay", 0.0}},
            "bias_lr_mult 2.0, bias_decay_mult 0.0");
  CHECK(all.size() == 7);
}

TEST_CASE("the longest custom key decides and cancels the other rules", "[plugins][param_groups]") {
  const auto all = ask(R"({"norm_decay_mult": 0, "bias_lr_mult": 2, "custom_keys": {
                           "backbone": {"lr_mult": 0.1}, "backbone.layer1": {"lr_mult": 0.5, "decay_mult": 2},
                           "final": {"decay_mult": 0}, "layer": {"lr_mult": 9}}})");
  check_one(all, "backbone.conv1.weight", {{"lr", 0.01}}, "custom_keys backbone: lr_mult 0.1");
  check_one(all, "backbone.bn1.weight", {{"lr", 0.01}}, "custom_keys backbone: lr_mult 0.1");
  check_one(all, "backbone.layer1.0.conv.bias", {{"lr", 0.05}, {"weight_decay", 0.02}},
            "custom_keys backbone.layer1: lr_mult 0.5, decay_mult 2.0");
  // "final" and "layer" are both in the name and equally long: the alphabet decides.
  check_one(all, "head.final_layer.bias", {{"weight_decay", 0.0}}, "custom_keys final: decay_mult 0.0");
}

TEST_CASE("an empty custom key shields from the other rules", "[plugins][param_groups]") {
  const auto all = ask(R"({"norm_decay_mult": 0, "custom_keys": {"bn1": {}}})");
  check_one(all, "backbone.bn1.weight", Json::object(), "custom_keys bn1: defaults");
}

TEST_CASE("frozen parameters are left alone", "[plugins][param_groups]") {
  CHECK(ask(R"({"norm_decay_mult": 0})", {{"a.weight", "BatchNorm2d", true, false, false, false}}).empty());
}

TEST_CASE("a shared parameter needs bypass_duplicate", "[plugins][param_groups]") {
  const std::vector<Param> shared{{"a.bias"}, {"b.bias", "Conv2d", false, false, false, true, "a.bias"}};
  CHECK_THAT(test::error_of([&] { ask(R"({"bias_lr_mult": 2})", shared); }),
             ContainsSubstring("\"b.bias\" is \"a.bias\" once more; expected bypass_duplicate true"));
  const auto all = ask(R"({"bias_lr_mult": 2, "bypass_duplicate": true})", shared);
  CHECK(all.size() == 1);
  CHECK(all.count("a.bias") == 1);
}

TEST_CASE("parameter groups name what is wrong", "[plugins][param_groups][error]") {
  const auto [paramwise, optimizer, expected] = GENERATE(table<std::string, std::string, std::string>(
      {{R"({"norm_decay_mult": 0})", R"({"lr": 0.1})",
        "norm_decay_mult multiplies weight_decay, which is not given; expected it among the optimizer's "
        "arguments"},
       {R"({"bias_decay_mult": 0})", R"({"lr": 0.1})", "bias_decay_mult multiplies weight_decay"},
       {R"({"dwconv_decay_mult": 0})", R"({"lr": 0.1})", "dwconv_decay_mult multiplies weight_decay"},
       {R"({"custom_keys": {"head": {"decay_mult": 0}}})", R"({"lr": 0.1})",
        "custom_keys head: decay_mult multiplies weight_decay"},
       {R"({"bias_lr_mult": 2})", R"({"weight_decay": 0.1})",
        "bias_lr_mult multiplies lr, which is not given"},
       {R"({"custom_keys": {"bakcbone.bn1": {"lr_mult": 0.1}}})", R"({"lr": 0.1})",
        "custom_keys \"bakcbone.bn1\" is in the name of no parameter; expected part of a name, such as "
        "backbone.bn1.weight, backbone.bn1.bias, "},
       {R"({"custom_keys": {"": {"lr_mult": 0.1}}})", R"({"lr": 0.1})", "custom_keys has an empty key"},
       {R"({"custom_keys": {"head": {"decay_multi": 0}}})", R"({"lr": 0.1})", "did you mean \"decay_mult\"?"},
       {R"({"custom_keys": {"head": {"lr_mult": -1}}})", R"({"lr": 0.1})", "/custom_keys/head/lr_mult"},
       {R"({"norm_decay_multi": 0})", R"({"lr": 0.1})", "did you mean \"norm_decay_mult\"?"},
       {R"({"bias_lr_mult": "2"})", R"({"lr": 0.1})", "/bias_lr_mult"}}));
  CAPTURE(paramwise);
  const auto text = test::error_of([&p = paramwise, &o = optimizer] { ask(p, net, o); });
  REQUIRE_THAT(text, ContainsSubstring(expected));
}

TEST_CASE("a custom key may set hyper-parameters outright", "[plugins][param_groups]") {
  const auto all =
      ask(R"({"custom_keys": {"head": {"momentum": 0.5, "lr": 0.7}, "final": {"decay_mult": 0}}})");
  check_one(all, "head.final_layer.bias", {{"weight_decay", 0.0}}, "custom_keys final: decay_mult 0.0");
  const auto other = ask(R"({"custom_keys": {"conv1": {"momentum": 0.5, "lr": 0.7}}})");
  check_one(other, "backbone.conv1.weight", {{"momentum", 0.5}, {"lr", 0.7}},
            "custom_keys conv1: momentum 0.5, lr 0.7");
  CHECK_THAT(test::error_of([] { ask(R"({"custom_keys": {"conv1": {"lr": 1, "lr_mult": 2}}})"); }),
             ContainsSubstring("lr and a multiplier of it"));
}

TEST_CASE("parts of names freeze parameters", "[plugins][param_groups]") {
  const auto all = ask(R"({"freeze": ["backbone.conv1", "layer1"], "norm_decay_mult": 0})");
  CHECK(all.at("backbone.conv1.weight").at("freeze") == true);
  CHECK(all.at("backbone.conv1.weight").at("why") == "freeze backbone.conv1");
  CHECK(all.at("backbone.layer1.0.conv.bias").at("freeze") == true);
  CHECK_FALSE(all.at("backbone.bn1.weight").contains("freeze"));
  CHECK_THAT(test::error_of([] { ask(R"({"freeze": ["bakcbone.conv1"]})"); }),
             ContainsSubstring("freeze \"bakcbone.conv1\" is in the name of no parameter") &&
                 ContainsSubstring("backbone.conv1.weight"));
}

TEST_CASE("position tables that a network does not have are no error", "[plugins][param_groups]") {
  CHECK(ask(R"({"custom_keys": {"relative_position_bias_table": {"decay_mult": 0}}})").empty());
}

namespace {

std::map<std::string, Json> decay(const std::string& paramwise, const std::vector<Param>& params,
                                  const std::string& optimizer = R"({"lr": 0.1, "weight_decay": 0.01})") {
  return ask(paramwise, params, optimizer, {"lr", "weight_decay"}, "LayerDecay");
}

const std::vector<Param> resnet{
    {"backbone.conv1.weight"},           {"backbone.bn1.weight", "BatchNorm2d", true},
    {"backbone.layer1.0.conv1.weight"},  {"backbone.layer1.1.conv1.weight"},
    {"backbone.layer2.0.conv1.weight"},  {"backbone.layer10.0.conv1.bias"},
    {"keypoint_head.final_layer.weight"}};

}  // namespace

TEST_CASE("layers of a ResNet are its blocks", "[plugins][param_groups]") {
  const auto all = decay(R"({"layer_decay_rate": 0.5})", resnet);
  // Four blocks: rate^(L - 1 - i) with L = 6, by hand.
  check_one(all, "backbone.conv1.weight", {{"lr", 0.1 / 32}}, "layer_0_decay");
  check_one(all, "backbone.layer1.0.conv1.weight", {{"lr", 0.1 / 16}}, "layer_1_decay");
  check_one(all, "backbone.layer1.1.conv1.weight", {{"lr", 0.1 / 8}}, "layer_2_decay");
  check_one(all, "backbone.layer2.0.conv1.weight", {{"lr", 0.1 / 4}}, "layer_3_decay");
  check_one(all, "backbone.layer10.0.conv1.bias", {{"lr", 0.1 / 2}, {"weight_decay", 0.0}},
            "layer_4_no_decay");
  check_one(all, "keypoint_head.final_layer.weight", {{"lr", 0.1}}, "layer_5_decay");
}

TEST_CASE("layer decay names what is wrong", "[plugins][param_groups][error]") {
  CHECK_THAT(test::error_of([] { decay(R"({"layer_decay_rate": 0.5, "num_layers": 12})", resnet); }),
             ContainsSubstring("num_layers is 12; expected 4"));
  CHECK_THAT(test::error_of([] { decay(R"({"layer_decay_rate": 0.5})", {{"backbone.stage2.0.weight"}}); }),
             ContainsSubstring("the backbone has no layers that it knows"));
  CHECK_THAT(test::error_of([] { decay(R"({"layer_decay_rate": 0.5})", resnet, "{}"); }),
             ContainsSubstring("multiplies lr, which is not given"));
  CHECK_THAT(test::error_of([] { decay("{}", resnet); }), ContainsSubstring("layer_decay_rate"));
}

TEST_CASE("an optimizer without the hyper-parameter is named", "[plugins][param_groups][error]") {
  CHECK_THAT(test::error_of([] {
               ask(R"({"norm_decay_mult": 0})", net, R"({"lr": 0.1, "weight_decay": 0.1})", {"lr"});
             }),
             ContainsSubstring("weight_decay, which the optimizer does not have"));
}
