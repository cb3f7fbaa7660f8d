#include <cstdlib>
#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "config_folder.hpp"
#include "support/catch.hpp"

using ph::load_config;
using ph::pretty_config;
using test::ConfigFolder;
using test::ContainsSubstring;
using test::load_error;

namespace {

/// An environment variable for the time of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_{name} { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("file names are filled in", "[config][template]") {
  const ConfigFolder folder;
  const auto file = folder.write("sub/r50.v1.json", R"({"a": "{{ fileDirname }}/x", "b": "{{fileBasename}}",
    "c": ["{{fileBasenameNoExtension}}"], "d": "{{fileExtname}}", "e": {{ fileBasename }}})");
  const auto config = load_config(file);
  CHECK(config.at("a").string() == (folder.path() / "sub/x").string());
  CHECK(config.at("b").string() == "r50.v1.json");
  CHECK(config.at("c")[0].string() == "r50.v1");
  CHECK(config.at("d").string() == ".json");
  CHECK(config.at("e").string() == "r50.v1.json");
}

TEST_CASE("file names of a base are those of the base", "[config][template]") {
  const ConfigFolder folder;
  folder.write("base/b.json", R"({"root": "{{fileDirname}}"})");
  CHECK(load_config(folder.write("a.json", R"({"_base_": "{{fileDirname}}/base/b.json"})"))
            .at("root")
            .string() == (folder.path() / "base").string());
}

TEST_CASE("the environment gives values; without quotes they may be numbers", "[config][template]") {
  const ConfigFolder folder;
  const Variable lr("POSEHOST_TEST_LR", "0.25"), root("POSEHOST_TEST_ROOT", "/secret");
  const auto config = load_config(folder.write("a.json", R"({
  "lr": {{$POSEHOST_TEST_LR:1}},
  "text": "{{$POSEHOST_TEST_LR:1}}",
  "file": "{{$POSEHOST_TEST_ROOT}}/train.json",
  "epochs": {{ $POSEHOST_TEST_UNSET:30 }},
  "dir": "{{$POSEHOST_TEST_UNSET:data/coco}}"
})"));
  CHECK(config.at("lr").f64() == 0.25);
  CHECK(config.at("text").string() == "0.25");
  CHECK(config.at("file").string() == "/secret/train.json");
  CHECK(config.at("epochs").i64() == 30);
  CHECK(config.at("dir").string() == "data/coco");
  CHECK_THAT(config.at("epochs").where(), ContainsSubstring("a.json:5: /epochs"));

  const auto masked = pretty_config(config, true);
  CHECK_THAT(masked, ContainsSubstring(R"("file": "{{$POSEHOST_TEST_ROOT}}/train.json")"));
  CHECK_THAT(masked, ContainsSubstring(R"("dir": "data/coco")"));
  CHECK_THAT(masked, !ContainsSubstring("/secret"));
  CHECK_THAT(pretty_config(config, false), ContainsSubstring("/secret/train.json"));
}

TEST_CASE("a value that replaces one from the environment is shown", "[config][template]") {
  const ConfigFolder folder;
  const Variable root("POSEHOST_TEST_ROOT", "/secret");
  const auto file = folder.write("a.json", R"({"root": "{{$POSEHOST_TEST_ROOT}}"})");
  CHECK_THAT(pretty_config(load_config(file, {{"root=/open"}, {}}), true),
             ContainsSubstring(R"("root": "/open")"));
}

TEST_CASE("a value put in place of one from the environment by the program is shown", "[config][template]") {
  const ConfigFolder folder;
  const Variable root("POSEHOST_TEST_ROOT", "/secret");
  const auto config = load_config(folder.write("a.json", R"({"root": "{{$POSEHOST_TEST_ROOT}}"})"));
  CHECK(pretty_config(config.with(ph::Json{{"root", "/open"}}), true) == "{\n  \"root\": \"/open\"\n}\n");
}

TEST_CASE("values of the bases can be used again", "[config][template]") {
  const ConfigFolder folder;
  folder.write("info.json", R"({"dataset_info": {"name": "mice", "sigmas": [0.5]}, "size": 17})");
  const auto config = load_config(folder.write("a.json", R"({"_base_": "info.json",
    "train": {"dataset_info": {{_base_.dataset_info}}}, "name": "set {{_base_.dataset_info.name}}, {{_base_.size}}",
    "n": "{{_base_.size}}"})"));
  CHECK(config.at("train").at("dataset_info").text() == R"({"name":"mice","sigmas":[0.5]})");
  CHECK_THAT(config.at("train").at("dataset_info").at("name").where(), ContainsSubstring("info.json:1"));
  CHECK(config.at("name").string() == "set mice, 17");
  CHECK(config.at("n").i64() == 17);
}

TEST_CASE("templates that cannot be filled in", "[config][template][error]") {
  const ConfigFolder folder;
  folder.write("b.json", R"({"model": {"type": "A"}})");
  CHECK_THAT(load_error(folder.write("a.json", "{\n\"a\": \"{{fileDirnam}}\"}")),
             ContainsSubstring("a.json:2: /a: unknown template") &&
                 ContainsSubstring("did you mean \"fileDirname\"?"));
  CHECK_THAT(load_error(folder.write("a.json", R"({"a": "{{$POSEHOST_TEST_UNSET}}"})")),
             ContainsSubstring("POSEHOST_TEST_UNSET is not set"));
  CHECK_THAT(
      load_error(folder.write("a.json", R"({"_base_": "b.json", "a": {{_base_.modle}}})")),
      ContainsSubstring("no such value in the _base_ files") && ContainsSubstring("did you mean \"model\"?"));
  CHECK_THAT(load_error(folder.write("a.json", R"({"_base_": "b.json", "a": "x{{_base_.model}}"})")),
             ContainsSubstring("a list or object within a string"));
  CHECK_THAT(load_error(folder.write("a.json", R"({{"a": 1}})")), ContainsSubstring("syntax error"));
}

TEST_CASE("braces that are no template stay", "[config][template]") {
  const ConfigFolder folder;
  const auto config = load_config(
      folder.write("a.json", "{\"a\": \"{x} }} {{\", // {{ not this }}\n \"b\": {\"c\": {\"d\": 1}}}"));
  CHECK(config.at("a").string() == "{x} }} {{");
  CHECK(config.at("b").at("c").at("d").i64() == 1);
}
