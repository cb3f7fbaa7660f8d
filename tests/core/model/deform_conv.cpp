#include "model/deform_conv.hpp"

#include <torch/types.h>

#include <cmath>
#include <map>

#include "data/compat.hpp"
#include "model/parts.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/fill_weights.hpp"
#include "support/golden.hpp"

using namespace ph;

namespace {

using Json = nlohmann::ordered_json;

at::Tensor made(const std::string& name, const std::vector<std::int64_t>& shape, double scale = 1) {
  return test::random_tensor(name, shape, scale).to(at::kDouble);
}

// float64, as torchvision's: sums of a few hundred products in another order.
void require_equal(const at::Tensor& tensor, const Json& golden) {
  REQUIRE(tensor.sizes() == at::IntArrayRef(golden.at("shape").get<std::vector<std::int64_t>>()));
  const auto flat = tensor.detach().contiguous().reshape(-1);
  for (std::int64_t j = 0; j < 8; ++j) {
    CAPTURE(j);
    const auto expected = golden.at("samples")[static_cast<std::size_t>(j)].get<double>();
    REQUIRE_THAT(flat[(j * 37) % flat.numel()].item<double>(), test::WithinAbs(expected, 1e-11));
  }
  const auto sum = golden.at("abs_sum").get<double>();
  REQUIRE_THAT(flat.abs().sum().item<double>(), test::WithinRel(sum, 1e-11));
}

struct Case {
  std::map<std::string, at::Tensor> parts;
  DeformSpec spec;
  [[nodiscard]] std::optional<at::Tensor> maybe(const char* name) const {
    const auto found = parts.find(name);
    return found == parts.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] at::Tensor forward() const {
    return deform_conv2d(parts.at("input"), parts.at("weight"), parts.at("offset"), maybe("mask"),
                         maybe("bias"), spec);
  }
};

Case read_case(const Json& s, const Json& output) {
  const auto whole = [&](const char* key) { return s.at(key).get<std::int64_t>(); };
  const auto size = s.at("size").get<std::vector<std::int64_t>>(),
             kernel = s.at("kernel").get<std::vector<std::int64_t>>();
  const auto n = whole("n"), c = whole("c"), o = whole("o"), rows = whole("sets") * kernel[0] * kernel[1];
  const auto h = output.at("shape")[2].get<std::int64_t>(), w = output.at("shape")[3].get<std::int64_t>();
  Case made_case;
  auto& parts = made_case.parts;
  parts["input"] = made("input", {n, c, size[0], size[1]}, 2);
  parts["weight"] = made("weight", {o, c / whole("groups"), kernel[0], kernel[1]});
  parts["offset"] = made("offset", {n, 2 * rows, h, w}, 7);
  if (s.at("mask").get<bool>()) parts["mask"] = made("mask", {n, rows, h, w}) + 0.5;
  if (s.at("bias").get<bool>()) parts["bias"] = made("bias", {o});
  made_case.spec.stride.fill(whole("stride"));
  made_case.spec.padding.fill(whole("padding"));
  made_case.spec.dilation.fill(whole("dilation"));
  made_case.spec.deform_groups = whole("sets");
  return made_case;
}

Node resnet(const std::string& more) {
  return Node::parse(R"({"type": "ResNet", "depth": 50, "base_channels": 8, "stem_channels": 8)" + more + "}",
                     "net");
}

}  // namespace

TEST_CASE("deformable convolution equals torchvision's, with gradients", "[model][golden]") {
  for (const auto& [name, golden] : test::golden("deform_conv.json").at("cases").items()) {
    CAPTURE(name);
    auto c = read_case(golden.at("spec"), golden.at("output"));
    for (auto& [key, tensor] : c.parts) tensor.set_requires_grad(true);
    const auto output = c.forward();
    require_equal(output, golden.at("output"));
    (output * made("grad", output.sizes().vec())).sum().backward();
    for (const auto& [key, gradient] : golden.at("gradients").items()) {
      CAPTURE(key);
      require_equal(c.parts.at(key).grad(), gradient);
    }
    torch::NoGradGuard no_grad;
    auto single = c;
    for (auto& [key, tensor] : single.parts) tensor = tensor.detach().to(at::kFloat);
    const auto far = (single.forward().to(at::kDouble) - output).abs().max().item<double>() /
                     output.abs().max().item<double>();
    // As far from float64 as torchvision's own float32 is, or a few roundings more.
    REQUIRE(far < 4 * golden.at("fp32").get<double>() + 1e-6);
  }
}

TEST_CASE("DCN and DCNv2 equal mmcv's modules", "[model][golden]") {
  for (const auto& golden : test::golden("deform_conv.json").at("modules")) {
    DcnArgs args;
    args.type = golden.at("type").get<std::string>();
    args.deform_groups = golden.at("deform_groups").get<std::int64_t>();
    CAPTURE(args.type, args.deform_groups);
    DeformConv module(args, 8, 4, golden.at("stride").get<std::int64_t>(), 1);
    module.to(at::kDouble);
    torch::NoGradGuard no_grad;
    REQUIRE(module.named_parameters().keys() ==
            std::vector<std::string>{"weight", "conv_offset.weight", "conv_offset.bias"});
    for (auto& item : module.named_parameters())
      item.value().copy_(
          made(item.key(), item.value().sizes().vec(), item.key() == "conv_offset.bias" ? 3 : 1));
    require_equal(module.forward(made("input", {2, 8, 9, 7}, 2)), golden.at("output"));
  }
}

TEST_CASE("without offsets a deformable convolution is a convolution, far offsets read nothing", "[model]") {
  const auto x = made("input", {1, 3, 6, 5}), w = made("weight", {2, 3, 3, 3});
  const auto none = at::zeros({1, 18, 6, 5}, at::kDouble);
  DeformSpec spec;
  spec.padding = {1, 1};
  const auto plain = at::conv2d(x, w, {}, 1, 1);
  REQUIRE(at::allclose(deform_conv2d(x, w, none, {}, {}, spec), plain, 0, 1e-12));
  for (const double far : {1e30, -1e30, std::nan("")}) {
    REQUIRE(deform_conv2d(x, w, none + far, {}, {}, spec).abs().sum().item<double>() == 0);
  }
}

TEST_CASE("tensors that do not fit a deformable convolution are refused", "[model][error]") {
  const auto x = made("input", {1, 3, 6, 5}), w = made("weight", {2, 3, 3, 3});
  DeformSpec spec;  // no padding: 4 x 3 places
  REQUIRE_THROWS_WITH(deform_conv2d(x, w, at::zeros({1, 18, 6, 5}, at::kDouble), {}, {}, spec),
                      test::ContainsSubstring("expected [1, 18, 4, 3]"));
  spec.deform_groups = 2;
  REQUIRE_THROWS_WITH(deform_conv2d(x, w, at::zeros({1, 36, 4, 3}, at::kDouble), {}, {}, spec),
                      test::ContainsSubstring("2 sets of offsets"));
}

TEST_CASE("ResNet's dcn: names, stages, fallback, facts for parameter groups", "[model]") {
  const auto dcn = [](const std::string& more) {
    return resnet(R"(, "dcn": {"type": "DCNv2", "deform_groups": 2)" + more +
                  R"(}, "stage_with_dcn": [false, true, true, false])");
  };
  const auto net = backbones().make(dcn(""));
  const auto names = net->named_parameters();
  REQUIRE(names["layer2.0.conv2.conv_offset.weight"].sizes() == at::IntArrayRef({54, 16, 3, 3}));
  REQUIRE(names.contains("layer3.5.conv2.conv_offset.bias"));
  REQUIRE_FALSE(names.contains("layer1.0.conv2.conv_offset.weight"));
  REQUIRE_FALSE(names.contains("layer4.0.conv2.conv_offset.weight"));
  net->init_weights();
  REQUIRE(names["layer2.0.conv2.conv_offset.weight"].abs().max().item<float>() == 0);
  REQUIRE(names["layer2.0.conv2.weight"].abs().max().item<float>() > 0);
  net->eval();
  torch::NoGradGuard no_grad;
  REQUIRE(net->forward(at::ones({1, 3, 64, 64})).front().sizes() == at::IntArrayRef({1, 256, 2, 2}));

  const auto fallback = backbones().make(dcn(R"(, "fallback_on_stride": true)"))->named_parameters();
  REQUIRE_FALSE(fallback.contains("layer2.0.conv2.conv_offset.weight"));
  REQUIRE(fallback.contains("layer2.1.conv2.conv_offset.weight"));

  for (const auto& facts : param_facts(*net)) {
    CAPTURE(facts.name);
    REQUIRE(facts.is_dcn == (facts.name.find("conv_offset") != std::string::npos));
  }
}

TEST_CASE("a dcn that cannot be is refused with its place", "[model][error]") {
  const auto error = [](const std::string& more) {
    return test::error_of([&] { (void)backbones().make(resnet(more)); });
  };
  REQUIRE_THAT(error(R"(, "dcn": {"type": "DCN"})"), test::ContainsSubstring("no stage has it"));
  REQUIRE_THAT(error(R"(, "stage_with_dcn": [false, true, true, true])"),
               test::ContainsSubstring("there is no dcn"));
  REQUIRE_THAT(error(R"(, "dcn": {"type": "DCNv3"}, "stage_with_dcn": [true, true, true, true])"),
               test::ContainsSubstring("dcn"));
  REQUIRE_THAT(error(R"(, "dcn": {"type": "DCN"}, "stage_with_dcn": [true])"),
               test::ContainsSubstring("4, one for each"));
  REQUIRE_THAT(
      error(R"(, "dcn": {"type": "DCN", "deform_groups": 3}, "stage_with_dcn": [true, true, true, true])"),
      test::ContainsSubstring("cannot be shared by 3"));
  auto basic = resnet(R"(, "dcn": {"type": "DCN"}, "stage_with_dcn": [true, true, true, true])").json();
  basic["depth"] = 18;
  REQUIRE_THAT(test::error_of([&] { (void)backbones().make(Node::from_json(basic)); }),
               test::ContainsSubstring("basic blocks"));
}
