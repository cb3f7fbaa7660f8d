#include "weights/find_weights.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"
#include "tensor/sha256.hpp"

using namespace ph;
using test::ContainsSubstring;

namespace {

/// An environment with nothing but folders of its own.
class Environment {
 public:
  Environment() {
    set("POSEHOST_WEIGHTS", (dir_.path() / "a").string() + ":" + (dir_.path() / "b").string());
    set("TORCH_HOME", (dir_.path() / "torch").string());
    for (const auto& folder : {a(), b(), cache()}) std::filesystem::create_directories(folder);
  }
  ~Environment() {
    for (const auto& [name, before] : before_) {
      if (before.empty()) {
        ::unsetenv(name.c_str());
      } else {
        ::setenv(name.c_str(), before.c_str(), 1);
      }
    }
  }
  void set(const std::string& name, const std::string& value) {
    const char* before = std::getenv(name.c_str());
    before_.try_emplace(name, before ? before : "");
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  [[nodiscard]] std::filesystem::path a() const { return dir_.path() / "a"; }
  [[nodiscard]] std::filesystem::path b() const { return dir_.path() / "b"; }
  [[nodiscard]] std::filesystem::path cache() const { return dir_.path() / "torch/hub/checkpoints"; }

 private:
  test::TempFolder dir_;
  std::map<std::string, std::string> before_;
};

Node source(const std::string& text) {
  return Node::from_json(Json{{"pretrained", text}}, "cfg.json").at("pretrained");
}
std::string error_for(const std::string& text) {
  return test::error_of([&] { (void)find_weights(source(text)); });
}
Node config(const std::string& text) { return Node::parse(text, "cfg.json"); }

}  // namespace

TEST_CASE("the hash in a file's name", "[weights]") {
  CHECK(hash_in_name("resnet50-19c8e357.pth") == "19c8e357");
  CHECK(hash_in_name("shufflenetv2_x1-5666bf0f80.pth") == "5666bf0f80");
  CHECK(hash_in_name("hrnet_w32_coco_256x192-c78dce93_20200708.pth") == "c78dce93");
  CHECK(hash_in_name("td-hm_res50_8xb64-210e_coco-256x192-04af38ce_20220923.pth") == "04af38ce");
  CHECK(hash_in_name("mobilenet_v2_imagenet_20200708-3b2dc3af.pth") == "3b2dc3af");
  CHECK(hash_in_name("pose-20200708.pth").empty());
  CHECK(hash_in_name("epoch_210.pth").empty());
  CHECK(hash_in_name("run-abc.pth").empty());
  CHECK(hash_in_name("run-deadbeef").empty());
}

TEST_CASE("weights are looked up by file name, in the order of the folders", "[weights]") {
  const Environment machine;
  const auto url = "https://example.org/models/net-part.pth?download=1";
  CHECK(locate_weights(source(url)).file.empty());
  CHECK(locate_weights(source(url)).put == machine.a() / "net-part.pth");
  test::write_all(machine.cache() / "net-part.pth", "x");
  CHECK(find_weights(source(url)) == machine.cache() / "net-part.pth");
  test::write_all(machine.b() / "net-part.safetensors", "x");
  CHECK(find_weights(source(url)) == machine.b() / "net-part.safetensors");
  test::write_all(machine.b() / "net-part.pth", "x");
  CHECK(find_weights(source(url)) == machine.b() / "net-part.pth");
}

TEST_CASE("torch's cache is where torch has it", "[weights]") {
  Environment machine;
  const auto put = [] { return locate_weights(source("https://example.org/n.pth")).put.string(); };
  machine.set("POSEHOST_WEIGHTS", "");
  CHECK(put() == (machine.cache() / "n.pth").string());
  machine.set("TORCH_HOME", "");
  machine.set("XDG_CACHE_HOME", "/x");
  CHECK(put() == "/x/torch/hub/checkpoints/n.pth");
  machine.set("XDG_CACHE_HOME", "");
  machine.set("HOME", "/h");
  CHECK(put() == "/h/.cache/torch/hub/checkpoints/n.pth");
}

TEST_CASE("torchvision's names stand for files, old and new", "[weights]") {
  const Environment machine;
  const auto name = GENERATE(as<std::string>(), "torchvision://resnet50", "modelzoo://resnet50");
  const auto place = locate_weights(source(name));
  CHECK(place.url == "https://download.pytorch.org/models/resnet50-0676ba61.pth");
  CHECK(place.hash == "0676ba61");
  test::write_all(machine.b() / "resnet50-19c8e357.pth", "x");
  CHECK(locate_weights(source(name)).file == machine.b() / "resnet50-19c8e357.pth");
  CHECK(locate_weights(source(name)).hash == "19c8e357");
  CHECK(locate_weights(source(name)).url == "https://download.pytorch.org/models/resnet50-19c8e357.pth");
}

TEST_CASE("a file has to have the hash of its name", "[weights][error]") {
  const Environment machine;
  const auto right = machine.a() / ("net-" + sha256("weights").substr(0, 8) + ".pth");
  test::write_all(right, "weights");
  CHECK(find_weights(source("https://example.org/" + right.filename().string())) == right);
  test::write_all(right, "changed");
  const auto text = error_for("https://example.org/" + right.filename().string());
  CHECK_THAT(text, ContainsSubstring("SHA-256 " + sha256("changed")));
  CHECK_THAT(text, ContainsSubstring("begins with " + sha256("weights").substr(0, 8)));
  // A path means this file, whatever it is called; a converted file has another hash.
  CHECK(find_weights(source(right.string())) == right);
  std::filesystem::remove(right);
  auto converted = right;
  converted.replace_extension(".safetensors");
  test::write_all(converted, "other");
  CHECK(find_weights(source("https://example.org/" + right.filename().string())) == converted);
}

TEST_CASE("weights that are not there: what, from where, where to", "[weights][error]") {
  const Environment machine;
  const auto text = error_for("torchvision://resnet50");
  for (const auto& part :
       {std::string("cfg.json"), std::string("/pretrained"), std::string("resnet50-19c8e357.pth"),
        std::string("https://download.pytorch.org/models/resnet50-0676ba61.pth"),
        (machine.a() / "resnet50-0676ba61.pth").string(), machine.cache().string(),
        std::string("POSEHOST_WEIGHTS"), std::string("--load-from")}) {
    CHECK_THAT(text, ContainsSubstring(part));
  }
  CHECK_THAT(error_for("nowhere/r50.pth"), ContainsSubstring("nowhere/r50.pth"));
  CHECK_THAT(error_for("torchvision://resnet05"), ContainsSubstring("did you mean \"resnet50\""));
  CHECK_THAT(error_for("https://example.org/"), ContainsSubstring("names no file"));
}

TEST_CASE("a config's requests for weights", "[weights]") {
  const auto all = weights_requests(config(R"({"load_from": "a.pth", "model": {"pretrained": "b.pth"}})"));
  REQUIRE(all.size() == 2);
  CHECK(all[0].key == "model.pretrained");
  CHECK(all[0].part == "backbone");
  CHECK(all[1].key == "load_from");
  CHECK(all[1].part.empty());
  const auto init = weights_requests(config(R"({"model": {"backbone": {"init_cfg":
      {"type": "Pretrained", "checkpoint": "c.pth", "prefix": "student"}}}})"));
  REQUIRE(init.size() == 1);
  CHECK(init[0].key == "model.backbone.init_cfg.checkpoint");
  CHECK(init[0].prefix == "student.");
  CHECK(weights_requests(config(R"({"load_from": null, "model": {"pretrained": null}})")).empty());
}

TEST_CASE("requests for weights that make no sense", "[weights][error]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {R"({"load_from": 3})", "/load_from"},
      {R"({"model": {"backbone": {"init_cfg": {"type": "Kaiming"}}}})", "this way to draw weights"},
      {R"({"model": {"backbone": {"init_cfg": [1]}}})", "this way to draw weights"},
      {R"({"model": {"backbone": {"init_cfg": {"type": "Pretrained"}}}})", "checkpoint"},
      {R"({"model": {"backbone": {"init_cfg": {"type": "Pretrained", "checkpoint": "a", "prefixx": "b"}}}})",
       "prefixx"},
      {R"({"model": {"pretrained": "a", "backbone": {"init_cfg": {"type": "Pretrained", "checkpoint": "b"}}}})",
       "one of them"},
  }));
  CAPTURE(text);
  CHECK_THAT(test::error_of([&] { (void)weights_requests(config(text)); }), ContainsSubstring(expected));
}
