#include "model/heatmap_output.hpp"

#include <torch/types.h>

#include "codec/combined_target.hpp"
#include "codec/megvii_target.hpp"
#include "codec/udp_target.hpp"
#include "codec/unbiased_target.hpp"
#include "support.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/golden_tensor.hpp"

using namespace ph;

namespace {

using test::floats;

TestCfg cfg_of(const std::string& json) { return read_test_cfg(Node::parse(json)); }

/// A crop whose pixels are those of its heatmap of `width` x `height`.
Batch same_pixels(float width, float height) {
  Batch batch;
  batch.meta.resize(1);
  batch.meta[0].center = {width / 2, height / 2};
  batch.meta[0].scale = {width / 200, height / 200};
  return batch;
}

at::Tensor decoded(const at::Tensor& maps, const TestCfg& cfg, const std::string& version = "0.29") {
  const float steps = cfg.use_udp ? 1 : 0;  // UDP counts the steps between pixels
  const auto batch =
      same_pixels(static_cast<float>(maps.size(2)) - steps, static_cast<float>(maps.size(1)) - steps);
  const auto found = decode_heatmaps(maps.unsqueeze(0), batch, cfg, compat_for(Node::from_json(version)));
  return at::tensor(found[0].keypoints).reshape({-1, 3});
}

void check_golden(const char* name, const char* maps, const std::string& cfg, const std::string& version) {
  CAPTURE(name);
  const auto golden = test::golden("targets.json").at("decode");
  const auto points = decoded(floats(golden.at(maps)), cfg_of(cfg), version);
  // Blurs that add in another order, a logarithm and a quotient of differences: 1e-5 of a pixel and more.
  CHECK(at::allclose(points.narrow(1, 0, 2), floats(golden.at(name).at("keypoints_heatmap")), 0, 2e-4));
  CHECK(at::allclose(points.select(1, 2), floats(golden.at(name).at("scores")), 1e-6, 1e-6));
}

/// Decodes what `codec` makes of points in a crop of 64 x 48 and gives the largest error in crop pixels.
double round_trip(const TargetCodec& codec, const std::string& cfg) {
  const std::vector<float> joints{30.3F, 20.7F, 14.1F, 33.2F, 50.9F, 15.5F}, visible{1, 1, 1};
  auto maps = at::empty(codec.shapes(3).target), weight = at::empty(codec.shapes(3).weight);
  codec.encode(joints, visible, {maps.data_ptr<float>(), static_cast<std::size_t>(maps.numel())},
               {weight.data_ptr<float>(), 3});
  const auto box = same_pixels(cfg_of(cfg).use_udp ? 63 : 64, cfg_of(cfg).use_udp ? 47 : 48);
  const auto found = decode_heatmaps(maps.unsqueeze(0), box, cfg_of(cfg), default_compat());
  const auto points = at::tensor(found[0].keypoints).reshape({3, 3}).narrow(1, 0, 2);
  return (points - at::tensor(joints).reshape({3, 2})).abs().max().item<double>();
}

const TargetSize size{{64, 48}, {32, 24}};

}  // namespace

TEST_CASE("unbiased, Megvii and UDP decoding equal mmpose's", "[model][golden]") {
  check_golden("unbiased", "heatmaps", R"({"post_process": "unbiased", "modulate_kernel": 11})", "1.x");
  check_golden("unbiased", "heatmaps", R"({"unbiased_decoding": true})", "0.29");
  check_golden("megvii", "heatmaps", R"({"post_process": "megvii", "modulate_kernel": 5})", "0.29");
  check_golden("udp_0x", "heatmaps", R"({"use_udp": true, "modulate_kernel": 11})", "0.29");
  check_golden("udp_1x", "heatmaps", R"({"use_udp": true, "modulate_kernel": 11})", "1.x");
  const std::string combined =
      R"({"use_udp": true, "target_type": "CombinedTarget", "modulate_kernel": 5, "valid_radius_factor": 0.1})";
  check_golden("combined_0x", "combined", combined, "0.29");
  check_golden("combined_1x", "combined", combined, "1.x");
}

TEST_CASE("what is decoded is what was encoded", "[model]") {
  CHECK(round_trip(UnbiasedTarget(size, 2), R"({"post_process": "unbiased"})") < 0.05);
  CHECK(round_trip(UdpTarget(size, 2), R"({"use_udp": true})") < 0.05);
  // The offset of the disc's highest pixel, blurred a little.
  const CombinedTarget combined(size, 0.2 * 24, false);
  CHECK(round_trip(combined, R"({"use_udp": true, "target_type": "CombinedTarget", "modulate_kernel": 1,
                                 "valid_radius_factor": 0.2})") < 0.05);
  // To a quarter of a heatmap's pixel, which is two of the crop's.
  CHECK(round_trip(MegviiTarget(size, {11, 11}), R"({"post_process": "megvii"})") < 1.01);
}

TEST_CASE("maps without a peak are found nowhere, whatever the decoding", "[model]") {
  const std::string cfg = GENERATE(R"({"post_process": "unbiased"})", R"({"use_udp": true})",
                                   R"({"post_process": "megvii"})", R"({"post_process": null})");
  CAPTURE(cfg);
  const auto points = decoded(at::zeros({2, 12, 16}), cfg_of(cfg));
  CHECK(points.narrow(1, 0, 2).allclose(at::full({}, -1.0F), 0, 1e-4));
  const auto none =
      decoded(at::full({3, 12, 16}, -0.5),
              cfg_of(R"({"use_udp": true, "target_type": "CombinedTarget", "modulate_kernel": 5})"));
  CHECK(none.narrow(1, 0, 2).allclose(at::full({}, -1.0F), 0, 1e-4));
}

TEST_CASE("maps of CombinedTarget are mirrored three by three, x offsets with another sign", "[model]") {
  const auto maps = test::random_tensor("maps", {2, 9, 4, 5}, 1);
  const auto back = flip_heatmaps_back(maps, {{0, 2}}, false, true);
  const std::vector<std::int64_t> partner{2, 1, 0};
  for (std::int64_t k = 0; k < 3; ++k) {
    for (std::int64_t plane = 0; plane < 3; ++plane) {
      const auto from = maps.select(1, 3 * partner[static_cast<std::size_t>(k)] + plane).flip(2);
      REQUIRE(at::equal(back.select(1, 3 * k + plane), plane == 1 ? -from : from));
    }
  }
  REQUIRE(at::equal(flip_heatmaps_back(back, {{0, 2}}, false, true), maps));
}
