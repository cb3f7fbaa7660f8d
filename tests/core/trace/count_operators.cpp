#include "tools/count_operators.hpp"

#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <algorithm>

#include "model/load_network.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "tools/flops_report.hpp"
#include "trace/record_operators.hpp"

using namespace ph;

namespace {

OperatorTrace traced(PoseModel& model, std::int64_t height, std::int64_t width) {
  model.eval();
  return record_operators(model, at::zeros({1, 3, height, width}),
                          [&](const at::Tensor& img) { return model.forward(img); });
}

}  // namespace

TEST_CASE("operations and parameters are mmcv's and mmengine's", "[trace][golden]") {
  for (const auto& [name, c] : test::golden("flops.json").at("cases").items()) {
    CAPTURE(name);
    const auto model = make_model(Node::from_json(c.at("model")), default_compat());
    const auto trace =
        traced(*model, c.at("shape")[0].get<std::int64_t>(), c.at("shape")[1].get<std::int64_t>());
    const auto as_mmcv = count_operators(trace, CountConvention::mmcv);
    REQUIRE(as_mmcv.flops == c.at("mmcv").at("flops").get<std::int64_t>());
    REQUIRE(as_mmcv.trainable_params == c.at("mmcv").at("params").get<std::int64_t>());
    const auto ours = count_operators(trace, CountConvention::posehost);
    REQUIRE(ours.macs == c.at("macs").get<std::int64_t>());
    REQUIRE(ours.flops > 2 * ours.macs);
    REQUIRE(ours.uncounted.empty());
    // Every parameter belongs to an operator that ran.
    std::int64_t params = 0;
    for (const auto& row : ours.operators) params += row.params;
    REQUIRE(params == ours.params);
  }
}

TEST_CASE("operators know the layer in which they ran", "[trace]") {
  const auto c = test::golden("flops.json").at("cases").at("resnet_50");
  const auto model = make_model(Node::from_json(c.at("model")), default_compat());
  const auto count = count_operators(traced(*model, 64, 64), CountConvention::posehost);
  const auto& all = count.operators;
  REQUIRE(all.at(0).module == "backbone.conv1");
  REQUIRE(all.at(0).op == "aten::conv2d");
  REQUIRE(all.at(0).output == Shape{1, 64, 32, 32});
  REQUIRE(all.at(1).module == "backbone.bn1");
  REQUIRE(all.at(2).op == "aten::relu_");
  REQUIRE(all.at(2).module == "backbone");
  REQUIRE(all.at(2).activation_bytes == 0);  // in place
  REQUIRE(all.at(0).activation_bytes == 4 * 64 * 32 * 32);
  REQUIRE(all.back().module == "keypoint_head.final_layer");
  // The sum of the first block comes after its shortcut and the last norm of its body, and belongs to neither of them.
  const auto sum =
      std::find_if(all.begin(), all.end(), [](const auto& row) { return row.op == "aten::add_"; });
  REQUIRE((sum - 2)->module == "backbone.layer1.0.downsample.1");
  REQUIRE((sum - 1)->module == "backbone.layer1.0.bn3");
  REQUIRE(sum->module == "backbone.layer1.0");
  REQUIRE((sum + 1)->module == "backbone.layer1.0");
  // conv1, by hand: 7 x 7 taps of 3 channels for each of 64 x 32 x 32 numbers.
  REQUIRE(all.at(0).macs == 64 * 32 * 32 * 7 * 7 * 3);
  REQUIRE(all.at(0).flops == 2 * all.at(0).macs);

  const auto rows = rows_by_depth(count, 1);
  REQUIRE(rows.size() == 2);
  REQUIRE(rows[0].module == "backbone");
  REQUIRE(rows[0].macs + rows[1].macs == count.macs);
  REQUIRE(count.peak_activation_bytes < count.activation_bytes);
  // The stem's map and what batch norm makes of it are there at the same time.
  REQUIRE(count.peak_activation_bytes >= 2 * 4 * 64 * 32 * 32);
}

TEST_CASE("functions are counted as well as modules, unknown ones by name", "[trace]") {
  torch::nn::Linear layer(6, 4);
  const auto trace = record_operators(*layer, at::ones({2, 6}), [&](const at::Tensor& x) {
    return at::matmul(layer->forward(x), at::ones({4, 5})).sigmoid().cumsum(1);
  });
  const auto count = count_operators(trace, CountConvention::posehost);
  REQUIRE(count.macs == 2 * 6 * 4 + 2 * 4 * 5);
  REQUIRE(count.flops == 2 * count.macs + 2 * 4 + 4 * 2 * 5);  // bias, sigmoid
  REQUIRE(count.uncounted == std::set<std::string>{"aten::cumsum"});
  REQUIRE(count.params == 28);
  REQUIRE(flops_text(count, CountConvention::posehost, 0).find("no rule for them: aten::cumsum") !=
          std::string::npos);
}

TEST_CASE("deformable convolutions are counted as convolutions, their offsets and samples too", "[trace]") {
  const auto c = test::golden("flops.json").at("cases").at("resnet_50");
  auto json = c.at("model");
  json["backbone"]["dcn"] = {{"type", "DCNv2"}, {"deform_groups", 1}};
  json["backbone"]["stage_with_dcn"] = {false, true, true, true};
  const auto model = make_model(Node::from_json(json), default_compat());
  const auto trace = traced(*model, 256, 192);
  const auto ours = count_operators(trace, CountConvention::posehost);
  std::int64_t offsets = 0, samples = 0;
  for (const auto& row : ours.operators) {
    if (row.module.ends_with(".conv_offset") && row.op == "aten::conv2d") offsets += row.macs;
    if (row.op == "posehost::deform_conv2d") samples += row.flops - 2 * row.macs;
  }
  // By hand: 4, 6 and 3 blocks of 128, 256 and 512 channels on maps of 32 x 24, 16 x 12 and 8 x 6.
  REQUIRE(offsets == 27 * 9 * (4 * 128 * 32 * 24 + 6 * 256 * 16 * 12 + 3 * 512 * 8 * 6));
  REQUIRE(samples == 8 * 9 * (4 * 128 * 32 * 24 + 6 * 256 * 16 * 12 + 3 * 512 * 8 * 6));
  REQUIRE(ours.macs == c.at("macs").get<std::int64_t>() + offsets);
  // mmcv sees the offsets and not the convolution: that is its convention.
  REQUIRE(count_operators(trace, CountConvention::mmcv).flops < c.at("mmcv").at("flops").get<std::int64_t>());
}

TEST_CASE("numbers are written as mmcv writes them", "[trace]") {
  REQUIRE(billions(5461502976, "FLOPs") == "5.46 GFLOPs");
  REQUIRE(billions(5400000000, "FLOPs") == "5.4 GFLOPs");
  REQUIRE(millions(33999697) == "34.0 M");
  REQUIRE(millions(9569809) == "9.57 M");
  REQUIRE(millions(1500) == "1.5 k");
  REQUIRE(millions(999) == "999");
}
