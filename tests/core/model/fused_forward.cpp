#include "model/fused_forward.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include "model/top_down.hpp"
#include "support.hpp"
#include "support/catch.hpp"
#include "system/limits.hpp"
#include "train/compute.hpp"

using namespace ph;

namespace {

/// With running statistics of its own, so that leaving a norm out shows.
std::shared_ptr<PoseModel> filled(const Json& json) {
  torch::NoGradGuard no_grad;
  auto model = test::make(json);
  test::fill_weights(*model);
  for (auto& item : model->named_buffers()) {
    if (item.key().ends_with("running_mean"))
      item.value().copy_(test::random_tensor(item.key(), item.value().sizes().vec(), 0.2));
    if (item.key().ends_with("running_var"))
      item.value().copy_(test::random_tensor(item.key(), item.value().sizes().vec(), 1).add(1));
  }
  model->eval();
  return model;
}

const std::vector<std::string> networks{
    R"({})", R"({"backbone": {"depth": 50}, "keypoint_head": {"in_channels": 256}})",
    R"({"backbone": {"depth": 50, "dcn": {"type": "DCNv2"}, "stage_with_dcn": [false, true, true, true]},
        "keypoint_head": {"in_channels": 256}})",
    R"({"backbone": {"type": "MobileNetV2", "depth": null, "base_channels": null, "stem_channels": null},
        "keypoint_head": {"in_channels": 1280}})",
    R"({"keypoint_head": {"extra": {"final_conv_kernel": 1, "num_conv_layers": 1, "num_conv_kernels": [1]}}})"};

double apart(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>() / b.abs().max().item<double>();
}

}  // namespace

TEST_CASE("fused and plain passes agree to rounding, whatever the network and the batch", "[model][fused]") {
  const auto model = filled(test::small_model(GENERATE(from_range(networks))));
  FusedForward fused(model);
  torch::NoGradGuard no_grad;
  for (const std::int64_t samples : {1, 3, 1}) {
    const auto img = test::random_tensor("images" + std::to_string(samples), {samples, 3, 64, 64}, 2);
    const auto plain = model->forward(img);
    CHECK(apart(fused(img), plain) < 1e-4);
    CHECK(apart(fused(img.contiguous(at::MemoryFormat::ChannelsLast)), plain) < 1e-4);
    for (const double add : {1, -1})  // the third call records; the fourth is not the recorded answer
      CHECK(apart(fused(img + add), model->forward(img + add)) < 1e-4);
  }
}

TEST_CASE("a fused pass in bfloat16 is about as far from float32 as autocast's", "[model][fused]") {
  if (!cpu_has_bf16()) {
    WARN("left out: no avx512_bf16 or AMX");
    return;
  }
  const auto model = filled(test::small_model(GENERATE(from_range(networks))));
  Compute compute;
  compute.precision = at::kBFloat16;
  FusedForward fused(model, at::kBFloat16);
  torch::NoGradGuard no_grad;
  for (const std::int64_t samples : {1, 3}) {
    for (int call = 0; call < 5; ++call) {
      const auto img = test::random_tensor("images" + std::to_string(call), {samples, 3, 64, 64}, 2);
      const auto exact = model->forward(img);
      const AutocastScope autocast(compute);
      const auto output = fused(img);
      CHECK(output.scalar_type() == at::kFloat);
      CHECK(apart(output, exact) < 2 * apart(model->forward(img).to(at::kFloat), exact) + 1e-3);
    }
  }
}

TEST_CASE("predictions go through the forward that was given, flip test in one pass where it is small",
          "[model][fused]") {
  const auto model = filled(test::small_model());
  auto& network = dynamic_cast<TopDown&>(*model);
  const auto batch = test::small_batch();
  const auto before = network.predict(batch, test::four_points());
  std::vector<std::int64_t> calls;
  network.predict_with([&](const at::Tensor& img) {
    calls.push_back(img.size(0));
    return network.forward(img);
  });
  CHECK(network.predict(batch, test::four_points())[1].keypoints == before[1].keypoints);
  CHECK(calls == std::vector<std::int64_t>{4});
  (void)network.predict(test::small_batch(5), test::four_points());
  CHECK(calls == std::vector<std::int64_t>{4, 5, 5});
  network.predict_with({});
  (void)network.predict(batch, test::four_points());
  CHECK(calls.size() == 3);
}
