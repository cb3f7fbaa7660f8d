#include "weights/convert_weights.hpp"

#include <cstring>

#include "../tensor/fixture_weights.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"
#include "tensor/safetensors.hpp"
#include "tensor/sha256.hpp"
#include "weights/norm_eps.hpp"
#include "weights/open_weights.hpp"

using test::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

const float values[] = {1, 2, 3, 4};
const ph::TensorView four{ph::TensorType::f32, {4}, values};

/// A checkpoint as posehost writes it.
fs::path checkpoint(const test::TempFolder& dir, std::map<std::string, ph::TensorView> more = {}) {
  std::map<std::string, ph::TensorView> tensors{{"backbone.conv1.weight", four},
                                                {"keypoint_head.final_layer.bias", four},
                                                {"@opt/exp_avg/backbone.conv1.weight", four}};
  tensors.merge(more);
  const auto file = dir.path() / "in.safetensors";
  ph::write_safetensors(
      file, tensors,
      {{"posehost.format", "1"}, {"posehost.position", "{}"}, {"posehost.config", "{\"a\": 1}"}});
  return file;
}

ph::ConvertRequest request(const fs::path& in, const fs::path& out,
                           ph::WeightsFormat format = ph::WeightsFormat::safetensors) {
  ph::ConvertRequest asked;
  asked.in = in;
  asked.out = out;
  asked.format = format;
  return asked;
}

}  // namespace

TEST_CASE("a checkpoint becomes weights in either format, without the run's state", "[weights][convert]") {
  const test::TempFolder dir;
  const auto format = GENERATE(ph::WeightsFormat::safetensors, ph::WeightsFormat::pth);
  auto asked = request(checkpoint(dir), dir.path() / "out", format);
  asked.names = "mmpose1";
  const auto done = ph::convert_weights(asked);
  CHECK(done.tensors == 2);
  CHECK(done.left_out.at("state of optimizer and hooks") == 1);
  CHECK(done.facts_left_out == std::vector<std::string>{"posehost.format", "posehost.position"});
  const auto back = ph::open_weights(asked.out);
  REQUIRE(back.tensors.contains("head.final_layer.bias"));
  CHECK(std::memcmp(back.tensors.at("backbone.conv1.weight").data, values, sizeof values) == 0);
  const bool pth = format == ph::WeightsFormat::pth;
  CHECK(back.metadata ==
        std::map<std::string, std::string>{{pth ? "meta.posehost.config" : "posehost.config", "{\"a\": 1}"}});
  // And back again: the same file as the direct way gives.
  auto again = request(asked.out, dir.path() / "again"), direct = request(asked.in, dir.path() / "direct");
  again.names = direct.names = "mmpose0";
  (void)ph::convert_weights(again);
  (void)ph::convert_weights(direct);
  CHECK(test::read_all(again.out) == test::read_all(direct.out));
}

TEST_CASE("what is there is written over only when asked, even by itself", "[weights][convert][error]") {
  const test::TempFolder dir;
  auto asked = request(checkpoint(dir), dir.path() / "in.safetensors");
  CHECK_THAT(test::error_of([&] { (void)ph::convert_weights(asked); }), ContainsSubstring("--force"));
  asked.overwrite = true;
  CHECK(ph::convert_weights(asked).tensors == 2);
  CHECK(ph::open_weights(asked.out).tensors.size() == 2);
}

TEST_CASE("numbers beyond the range of a type are refused, and nothing is written",
          "[weights][convert][error]") {
  const test::TempFolder dir;
  const float large[] = {70000};
  auto asked =
      request(checkpoint(dir, {{"backbone.big", {ph::TensorType::f32, {1}, large}}}), dir.path() / "out");
  asked.type = ph::TensorType::f16;
  const auto text = test::error_of([&] { (void)ph::convert_weights(asked); });
  CHECK_THAT(text, ContainsSubstring("\"backbone.big\" does not fit into F16"));
  CHECK_THAT(text, ContainsSubstring("--bf16"));
  CHECK_FALSE(fs::exists(asked.out));
  asked.type = ph::TensorType::bf16;
  (void)ph::convert_weights(asked);
  CHECK(ph::open_weights(asked.out).tensors.at("backbone.big").type == ph::TensorType::bf16);
}

TEST_CASE("files that cannot be used say so and leave nothing", "[weights][convert][error]") {
  const test::TempFolder dir;
  const auto bad = dir.path() / "bad";
  const auto error_with = [&](const std::string& bytes, auto change) {
    test::write_all(bad, bytes);
    auto asked = request(bad, dir.path() / "out");
    change(asked);
    auto text = test::error_of([&] { (void)ph::convert_weights(asked); });
    CHECK_FALSE(fs::exists(asked.out));
    return text;
  };
  const auto as_is = [](ph::ConvertRequest&) {};
  CHECK_THAT(error_with("", as_is), ContainsSubstring("bad"));
  CHECK_THAT(error_with("<html>", as_is), ContainsSubstring("a web page"));
  const auto whole = test::read_all(checkpoint(dir));
  CHECK_THAT(error_with(whole.substr(0, whole.size() - 3), as_is), ContainsSubstring("bad"));
  CHECK_THAT(error_with(whole, [](auto& asked) { asked.fuse = true; }), ContainsSubstring("no norm to fuse"));
  CHECK_THAT(error_with(whole, [](auto& asked) { asked.averaged = true; }),
             ContainsSubstring("no averaged weights"));
  test::write_all(bad, test::read_all(test::weights_fixture("os_system.pth")));
  CHECK_THAT(test::error_of([&] { (void)ph::convert_weights(request(bad, dir.path() / "out")); }),
             ContainsSubstring("posix.system"));
}

TEST_CASE("averaged weights of posehost have the parameters' names", "[weights][convert]") {
  const test::TempFolder dir;
  auto asked =
      request(checkpoint(dir, {{"@hook/org.posehost.hooks/EMA/trained/backbone.conv1.weight", four}}),
              dir.path() / "out");
  asked.averaged = true;
  CHECK(ph::convert_weights(asked).tensors == 2);
}

TEST_CASE("a published file is named by its hash and never written over", "[weights][publish]") {
  const test::TempFolder dir;
  const auto asked = request(checkpoint(dir), dir.path() / "net.safetensors");
  const auto first = ph::publish_weights(asked);
  const auto bytes = test::read_all(first.file);
  CHECK(first.sha256 == ph::sha256(bytes));
  CHECK(first.file == dir.path() / ("net-" + first.sha256.substr(0, 8) + ".safetensors"));
  CHECK_FALSE(first.was_there);
  CHECK(ph::publish_weights(asked).was_there);
  test::write_all(first.file, "another");
  CHECK_THAT(test::error_of([&] { (void)ph::publish_weights(asked); }), ContainsSubstring("other content"));
  CHECK(test::read_all(first.file) == "another");
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(dir.path())) files += entry.exists() ? 1 : 0;
  CHECK(files == 2);  // no draft is left
}

TEST_CASE("formats are told by suffix or word", "[weights][convert]") {
  CHECK(ph::weights_format("a.pth") == ph::WeightsFormat::pth);
  CHECK(ph::weights_format("pt") == ph::WeightsFormat::pth);
  CHECK(ph::weights_format("x.safetensors") == ph::WeightsFormat::safetensors);
  CHECK(ph::weights_format("x.bin") == std::nullopt);
  CHECK(ph::weights_format("depth") == std::nullopt);
}

TEST_CASE("a config says the eps of its norms", "[weights][convert]") {
  const auto eps = [](const char* text) { return ph::norm_eps(ph::Node::parse(text)); };
  CHECK(eps("{}") == 1e-5);
  CHECK(eps(R"({"model": {"backbone": {"norm_cfg": {"type": "BN", "eps": 0.001}}}})") == 0.001);
  CHECK_THAT(
      test::error_of([&] {
        (void)eps(
            R"({"model": {"backbone": {"norm_cfg": {"eps": 0.001}}, "b": [{"norm_cfg": {"eps": 0.1}}]}})");
      }),
      ContainsSubstring("different eps"));
  CHECK_THAT(test::error_of([&] { (void)eps(R"({"model": {"norm_cfg": {"eps": 0}}})"); }),
             ContainsSubstring("above 0"));
}
