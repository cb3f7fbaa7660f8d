#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "config_folder.hpp"
#include "support/catch.hpp"

using ph::load_config;
using test::ConfigFolder;
using test::ContainsSubstring;
using test::load_error;

namespace {

const char* const text = R"({"optimizer": {"type": "Adam", "lr": 0.1}, "clip": null,
  "data": {"train": {"pipeline": [{"type": "A"}, {"type": "B"}]}}})";

std::string set(const std::string& change, const std::string& key) {
  const ConfigFolder folder;
  return load_config(folder.write("a.json", text), {{change}, {}}).at(key).text();
}

std::string set_error(const std::string& change) {
  const ConfigFolder folder;
  return load_error(folder.write("a.json", text), {{change}, {}});
}

std::string option(const std::string& value) {
  const ConfigFolder folder;
  return load_config(folder.write("a.json", "{}"), {{}, {"v=" + value}}).at("v").text();
}

}  // namespace

TEST_CASE("Flag --set takes JSON, and bare words as strings", "[config][override]") {
  CHECK(set("optimizer.lr=0.5", "optimizer") == R"({"type":"Adam","lr":0.5})");
  CHECK(set("optimizer={\"type\": \"SGD\"}", "optimizer") == R"({"type":"SGD"})");
  CHECK(set("device=cpu", "device") == R"("cpu")");
  CHECK(set("work_dir=runs/a=b", "work_dir") == R"("runs/a=b")");
  CHECK(set("flag=true", "flag") == "true");
  CHECK(set("none=null", "none") == "null");
  CHECK(set("text=\"12\"", "text") == R"("12")");
  CHECK(set("data.train.pipeline.1.type=C", "data") ==
        R"({"train":{"pipeline":[{"type":"A"},{"type":"C"}]}})");
  CHECK(set("runtime.threads=2", "runtime") == R"({"threads":2})");
  CHECK(set("clip.max_norm=1", "clip") == R"({"max_norm":1})");
  CHECK(set("/optimizer/keys/a.b~1c=1", "optimizer") == R"({"type":"Adam","lr":0.1,"keys":{"a.b/c":1}})");
}

TEST_CASE("Flag --set says what is wrong with it", "[config][override][error]") {
  CHECK_THAT(set_error("optimizer.lr"), ContainsSubstring("--set: no KEY=VALUE"));
  CHECK_THAT(set_error("=1"), ContainsSubstring("--set: no KEY=VALUE"));
  CHECK_THAT(set_error("a..b=1"), ContainsSubstring("empty part in the key"));
  CHECK_THAT(set_error("a="), ContainsSubstring("--set a: no value"));
  CHECK_THAT(set_error("a=True"),
             ContainsSubstring("--set a: not JSON") && ContainsSubstring("true, false or null"));
  CHECK_THAT(set_error("a={\"b\": }"), ContainsSubstring("--set a: not JSON"));
  CHECK_THAT(set_error("a=1e999"), ContainsSubstring("number too large"));
  CHECK_THAT(
      set_error("data.train.pipeline.2.type=C"),
      ContainsSubstring("/data/train/pipeline: no element 2") && ContainsSubstring("expected  0 to 1"));
  CHECK_THAT(set_error("data.train.pipeline.last.type=C"),
             ContainsSubstring("an index in place of \"last\""));
  CHECK_THAT(set_error("optimizer.lr.x=1"), ContainsSubstring("/optimizer/lr: has no members"));
}

TEST_CASE("errors about a changed value name the change", "[config][override]") {
  const ConfigFolder folder;
  const auto config = load_config(folder.write("a.json", text), {{"optimizer.lr=x"}, {"clip.max_norm=y"}});
  CHECK(config.at("optimizer").at("lr").where() == "--set optimizer.lr: /optimizer/lr");
  CHECK(config.at("clip").at("max_norm").where() == "--cfg-options clip.max_norm: /clip/max_norm");
}

TEST_CASE("Flag --cfg-options has mmcv's values", "[config][override]") {
  CHECK(option("1") == "1");
  CHECK(option("-1.5e-3") == "-0.0015");
  CHECK(option("1.") == "1.0");
  CHECK(option(".5") == "0.5");
  CHECK(option("+2") == "2");
  CHECK(option("True") == "true");
  CHECK(option("false") == "false");
  CHECK(option("None") == "null");
  CHECK(option("none") == R"("none")");
  CHECK(option("nan") == R"("nan")");
  CHECK(option("step") == R"("step")");
  CHECK(option("1,2") == "[1,2]");
  CHECK(option("[1,2]") == "[1,2]");
  CHECK(option("(1,2)") == "[1,2]");
  CHECK(option("[(1,2),(a,b)]") == R"([[1,2],["a","b"]])");
  CHECK(option("(170, 200)") == "[170,200]");
  CHECK(option("[a]") == R"(["a"])");
  CHECK(option("'quoted'") == R"("quoted")");
  CHECK(option("[]") == "[]");
  CHECK(option("data/two words") == R"("data/two words")");
  CHECK(option("1-2") == R"("1-2")");
}

TEST_CASE("Flag --cfg-options says what is wrong with it", "[config][override][error]") {
  const ConfigFolder folder;
  const auto file = folder.write("a.json", R"({"list": [1]})");
  const auto error = [&](const std::string& change) { return load_error(file, {{}, {change}}); };
  CHECK_THAT(error("list.1=3"), ContainsSubstring("--cfg-options list.1: /list: no element 1"));
  CHECK_THAT(error("a=[1,(2]"), ContainsSubstring("brackets do not match"));
  CHECK_THAT(error("a=1,2)"), ContainsSubstring("brackets do not match"));
  CHECK_THAT(error("a=1e999"), ContainsSubstring("number too large"));
  CHECK_THAT(error("a=99999999999999999999"), ContainsSubstring("number too large"));
  CHECK_THAT(error("a=" + std::string(100, '[') + std::string(100, ']')),
             ContainsSubstring("nested too deep"));
}
