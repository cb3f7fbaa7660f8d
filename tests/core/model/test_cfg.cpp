#include "model/test_cfg.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace ph;

namespace {
TestCfg read(const std::string& json) { return read_test_cfg(Node::parse(json, "cfg.json")); }
}  // namespace

TEST_CASE("post_process in all its spellings", "[model]") {
  CHECK(read("{}").post_process == PostProcess::quarter);
  CHECK(read(R"({"post_process": true})").post_process == PostProcess::quarter);
  CHECK(read(R"({"post_process": null})").post_process == PostProcess::none);
  CHECK(read(R"({"post_process": false})").post_process == PostProcess::none);
  CHECK(read(R"({"post_process": "unbiased"})").post_process == PostProcess::unbiased);
  CHECK(read(R"({"post_process": "megvii"})").post_process == PostProcess::megvii);
  CHECK(read(R"({"unbiased_decoding": true})").post_process == PostProcess::unbiased);
  CHECK(read("null").flip_test);
}

TEST_CASE("target_type is compared without regard to case", "[model]") {
  CHECK_FALSE(read(R"({"target_type": "GaussianHeatMap"})").combined);
  CHECK(read(R"({"target_type": "CombinedTarget", "use_udp": true})").combined);
}

TEST_CASE("settings of testing that contradict each other are named", "[model][error]") {
  const auto [json, expected] = GENERATE(table<std::string, std::string>({
      {R"({"post_process": "defalt"})", "did you mean \"default\""},
      {R"({"post_process": 3})", "/post_process"},
      {R"({"use_udp": true, "post_process": "megvii"})", "/post_process: UDP has a decoding of its own"},
      {R"({"use_udp": true, "shift_heatmap": true})", "\"shift_heatmap\": false"},
      {R"({"target_type": "CombinedTarget"})", "\"use_udp\": true"},
      {R"({"target_type": "Combined"})", "/target_type: there is no target_type"},
      {R"({"unbiased_decoding": true, "post_process": null})", "/unbiased_decoding"},
      {R"({"unbiased_decoding": true, "post_process": "megvii"})", "/unbiased_decoding"},
      {R"({"post_process": "unbiased", "modulate_kernel": 10})",
       "/modulate_kernel: a kernel without a middle"},
      {R"({"modulate_kernel": 0})", "/modulate_kernel"},
      {R"({"valid_radius_factor": 0})", "/valid_radius_factor"},
  }));
  CAPTURE(json);
  REQUIRE_THAT(test::error_of([&] { (void)read(json); }), test::ContainsSubstring(expected));
}
