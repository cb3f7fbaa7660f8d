#include "weights/fuse_norms.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"
#include "tensor/convert_type.hpp"

using test::ContainsSubstring;

namespace {

/// Tensors with memory of their own.
struct Tensors {
  std::map<std::string, ph::TensorView> views;
  std::map<std::string, std::vector<float>> memory;
  void put(const std::string& name, std::vector<std::int64_t> shape, std::vector<float> values) {
    auto& kept = memory[name] = std::move(values);
    views[name] = {ph::TensorType::f32, std::move(shape), kept.data()};
  }
};

std::string norm_of(std::string conv) {
  if (conv.back() == '0') return conv.substr(0, conv.size() - 1) + "1";
  return conv.replace(conv.rfind("conv"), 4, "bn");
}

Tensors before_fusing(const nlohmann::ordered_json& one) {
  Tensors tensors;
  const auto conv = one["name"].get<std::string>(), norm = norm_of(conv);
  for (const auto& [name, values] : one["given"].items()) {
    const auto member = name.substr(name.find('.'));
    const bool of_conv = name.starts_with("conv.");
    const auto shape = name == "conv.weight" ? one["shape"].get<std::vector<std::int64_t>>()
                                             : std::vector<std::int64_t>{one["channels"].get<std::int64_t>()};
    tensors.put((of_conv ? conv : norm) + member, shape, values.get<std::vector<float>>());
  }
  return tensors;
}

void check_values(const ph::TensorView& view, const nlohmann::ordered_json& golden) {
  const auto values = ph::as_doubles(view);
  REQUIRE(values.size() == golden.size());
  for (std::size_t i = 0; i < values.size(); ++i)  // one rounding to float32
    REQUIRE(std::fabs(values[i] - golden[i].get<double>()) <=
            6e-8 * std::fabs(golden[i].get<double>()) + 1e-12);
}

}  // namespace

TEST_CASE("norms are fused as torch fuses them, transposed and grouped convolutions too",
          "[weights][fuse][golden]") {
  for (const auto& one : test::golden("convert.json")["fused"]) {
    const auto conv = one["name"].get<std::string>();
    CAPTURE(conv);
    const auto tensors = before_fusing(one);
    const auto fused = ph::fuse_norms(tensors.views, one["eps"].get<double>(), "w.pth");
    REQUIRE(fused.fused.size() == 1);
    CHECK(fused.tensors.size() == 2);
    check_values(fused.tensors.at(conv + ".weight"), one["weight"]);
    check_values(fused.tensors.at(conv + ".bias"), one["bias"]);
  }
}

TEST_CASE("a norm finds its convolution by name, or stays", "[weights][fuse]") {
  CHECK(ph::conv_of_norm("a.bn2") == "a.conv2");
  CHECK(ph::conv_of_norm("bn1") == "conv1");
  CHECK(ph::conv_of_norm("a.bn") == "a.conv");
  CHECK(ph::conv_of_norm("a.norm3") == "a.conv3");
  CHECK(ph::conv_of_norm("a.downsample.1") == "a.downsample.0");
  CHECK(ph::conv_of_norm("a.0") == std::nullopt);
  CHECK(ph::conv_of_norm("a.odd") == std::nullopt);
  CHECK(ph::conv_of_norm("a.bn123456789012") == std::nullopt);
  Tensors tensors;
  tensors.put("odd.running_mean", {1}, {0});
  tensors.put("odd.running_var", {1}, {1});
  CHECK(ph::fuse_norms(tensors.views, 1e-5, "w").alone == std::vector<std::string>{"odd"});
}

TEST_CASE("norms that cannot be fused are refused by name", "[weights][fuse][error]") {
  const auto error_with = [](auto change) {
    Tensors tensors;
    tensors.put("conv1.weight", {2, 1, 1, 1}, {1, 2});
    tensors.put("bn1.running_mean", {2}, {0, 0});
    tensors.put("bn1.running_var", {2}, {1, 1});
    change(tensors);
    return test::error_of([&] { (void)ph::fuse_norms(tensors.views, 1e-5, "w.pth"); });
  };
  CHECK_THAT(error_with([](Tensors& t) {
               t.put("bn1.running_var", {2}, {1, -1});
             }),
             ContainsSubstring("in channel 1"));
  CHECK_THAT(error_with([](Tensors& t) {
               t.put("bn1.running_var", {2}, {std::nanf(""), 1});
             }),
             ContainsSubstring("in channel 0"));
  CHECK_THAT(error_with([](Tensors& t) {
               t.put("bn1.running_mean", {3}, {0, 0, 0});
             }),
             ContainsSubstring("3 channels"));
  CHECK_THAT(error_with([](Tensors& t) { t.put("bn1.weight", {1}, {1}); }), ContainsSubstring("bn1.weight"));
  CHECK_THAT(error_with([](Tensors& t) { t.views["conv1.weight"].type = ph::TensorType::i32; }),
             ContainsSubstring("I32"));
}
