#include "model/load_whole_network.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include "support.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"
#include "tensor/safetensors.hpp"
#include "weights/convert_weights.hpp"

using namespace ph;
using test::ContainsSubstring;

namespace {

std::shared_ptr<PoseModel> network(const std::string& patch = "{}") {
  auto model = test::make(test::small_model(patch));
  test::fill_weights(*model);
  model->eval();
  return model;
}

/// Its weights as a file, without those whose name begins with `without`.
std::filesystem::path saved(const PoseModel& model, const std::filesystem::path& file,
                            const std::string& without = "?") {
  std::map<std::string, TensorView> views;
  const auto add = [&](const auto& items) {
    for (const auto& item : items) {
      if (item.key().starts_with(without)) continue;
      const auto& value = item.value();
      const bool count = value.scalar_type() == at::kLong;
      views[item.key()] = {count ? TensorType::i64 : TensorType::f32, value.sizes().vec(),
                           value.const_data_ptr()};
    }
  };
  add(model.named_parameters());
  add(model.named_buffers());
  write_safetensors(file, views, {});
  return file;
}

}  // namespace

TEST_CASE("a whole network comes out of its file", "[model][whole]") {
  const test::TempFolder dir;
  torch::NoGradGuard no_grad;
  const auto model = network(), other = test::make(test::small_model());
  other->eval();
  const auto file = saved(*model, dir.path() / "w.safetensors");
  const auto report = load_whole_network(*other, file);
  CHECK(report.loaded == report.wanted);
  const auto img = test::small_batch().img;
  CHECK(at::equal(other->forward(img), model->forward(img)));
}

TEST_CASE("fused weights give the same network", "[model][whole]") {
  const test::TempFolder dir;
  torch::NoGradGuard no_grad;
  const auto model = network(), other = test::make(test::small_model());
  for (auto& item : model->named_buffers()) {
    if (item.key().ends_with("running_mean")) item.value().fill_(0.1);
    if (item.key().ends_with("running_var")) item.value().fill_(1.7);
  }
  other->eval();
  ConvertRequest asked;
  asked.in = saved(*model, dir.path() / "w.safetensors");
  asked.out = dir.path() / "fused.pth";
  asked.format = WeightsFormat::pth;
  asked.fuse = true;
  asked.names = "mmpose1";
  (void)convert_weights(asked);
  const auto report = load_whole_network(*other, asked.out);
  CHECK(report.missing.empty());
  CHECK(report.unexpected.empty());
  const auto img = test::small_batch().img;
  const auto wanted = model->forward(img);
  CHECK((other->forward(img) - wanted).abs().max().item<double>() < 1e-5 * wanted.abs().max().item<double>());
}

TEST_CASE("weights that leave something to chance are refused", "[model][whole][error]") {
  const test::TempFolder dir;
  const auto model = network();
  const auto file = dir.path() / "w.safetensors";
  const auto error_of = [&](const std::string& patch) {
    auto other = network(patch);
    return test::error_of([&] { (void)load_whole_network(*other, file); });
  };
  saved(*model, file, "keypoint_head.deconv_layers.0");
  CHECK_THAT(error_of("{}"), ContainsSubstring("missing: keypoint_head.deconv_layers.0.weight"));
  saved(*model, file, "backbone.bn1");
  CHECK_THAT(error_of("{}"), ContainsSubstring("missing: backbone.bn1"));
  saved(*model, file);
  CHECK_THAT(error_of(R"({"keypoint_head": {"out_channels": 5}})"), ContainsSubstring("4 keypoints"));
  CHECK_THAT(error_of(R"({"keypoint_head": {"num_deconv_filters": [8, 8, 16]}})"),
             ContainsSubstring("another shape"));
}
