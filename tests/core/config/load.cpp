#include "config/load.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "config_folder.hpp"
#include "support/catch.hpp"

using ph::Json;
using ph::load_config;
using test::ConfigFolder;
using test::ContainsSubstring;
using test::load_error;

namespace fs = std::filesystem;

TEST_CASE("objects of a base merge, lists replace", "[config][base]") {
  const ConfigFolder folder;
  folder.write("base/model.json",
               R"({"model": {"type": "TopDown", "backbone": {"type": "ResNet", "depth": 50}}})");
  folder.write("base/run.json",
               R"({"total_epochs": 210, "lr_config": {"policy": "step", "step": [170, 200]}})");
  const auto file = folder.write("a.json", R"({
  "_base_": ["base/model.json", "./base/run.json"],
  "model": {"backbone": {"depth": 18}},
  "lr_config": {"step": [3]}
})");
  const auto config = load_config(file);
  CHECK(config.json() ==
        Json::parse(R"({"model": {"type": "TopDown", "backbone": {"type": "ResNet", "depth": 18}},
    "total_epochs": 210, "lr_config": {"policy": "step", "step": [3]}})"));
  CHECK(config.at("model").at("backbone").at("depth").where() == file.string() + ":3: /model/backbone/depth");
  CHECK(config.at("model").at("type").where() ==
        (folder.path() / "base/model.json").string() + ":1: /model/type");
  CHECK(config.at("lr_config").at("step")[0].where() == file.string() + ":4: /lr_config/step/0");
}

TEST_CASE("a base has bases of its own, relative to itself", "[config][base]") {
  const ConfigFolder folder;
  folder.write("root.json", R"({"seed": 1})");
  folder.write("sub/middle.json", R"({"_base_": "../root.json", "log_level": "INFO"})");
  CHECK(load_config(folder.write("a.json", R"({"_base_": "sub/middle.json"})")).text() ==
        R"({"seed":1,"log_level":"INFO"})");
}

TEST_CASE("_delete_ replaces, and is never left over", "[config][base]") {
  const ConfigFolder folder;
  folder.write(
      "b.json",
      R"({"optimizer": {"type": "Adam", "lr": 1, "betas": [0.9, 0.999]}, "clip": null, "x": {"y": {"z": 1}}})");
  const auto config = load_config(folder.write("a.json", R"({"_base_": "b.json",
    "optimizer": {"_delete_": true, "type": "SGD"}, "clip": {"max_norm": 1}, "x": {"y": {"_delete_": false, "w": 2}},
    "new": {"_delete_": true, "k": 1}, "list": [{"_delete_": true, "k": 1}]})"));
  CHECK(config.text() == R"({"optimizer":{"type":"SGD"},"clip":{"max_norm":1},"x":{"y":{"z":1,"w":2}},)"
                         R"("new":{"k":1},"list":[{"k":1}]})");
  // The line of what was deleted must not stick to what took its place.
  CHECK_THAT(config.at("optimizer").at("type").where(), ContainsSubstring("a.json:2: /optimizer/type"));
  CHECK_THAT(load_error(folder.write("c.json", R"({"a": {"_delete_": 1}})")),
             ContainsSubstring("/a/_delete_: wrong type"));
}

TEST_CASE("bases that lead back are named with the chain", "[config][base][error]") {
  const ConfigFolder folder;
  const auto a = folder.write("a.json", "{\n\"_base_\": \"b.json\"}");
  folder.write("b.json", R"({"_base_": ["sub/../a.json"]})");
  const auto text = load_error(a);
  CHECK_THAT(text, ContainsSubstring("_base_ goes in a circle") && ContainsSubstring("b.json:1: /_base_/0"));
  CHECK_THAT(text, ContainsSubstring("a.json -> " + (folder.path() / "b.json").string() + " -> "));
  const auto self = folder.write("self.json", R"({"_base_": "self.json"})");
  CHECK_THAT(load_error(self), ContainsSubstring(self.string() + " -> " + self.string()));
}

TEST_CASE("a missing base says where it was named and what is near", "[config][base][error]") {
  const ConfigFolder folder;
  folder.write("default_runtime.json", "{}");
  const auto text = load_error(folder.write("a.json", "{\n\n\"_base_\": \"defualt_runtime.json\"}"));
  CHECK_THAT(text, ContainsSubstring("a.json:3: /_base_: ") && ContainsSubstring("no such file") &&
                       ContainsSubstring("did you mean \"default_runtime.json\"?"));
  CHECK_THAT(load_error(folder.write("b.json", R"({"_base_": 3})")),
             ContainsSubstring("expected  a path, or a list of paths"));
}

TEST_CASE("a key in two bases is an error that names both", "[config][base][error]") {
  const ConfigFolder folder;
  folder.write("one.json", "{\n\"seed\": 1}");
  folder.write("two.json", "{\n\n\"seed\": 1}");
  const auto text = load_error(folder.write("a.json", R"({"_base_": ["one.json", "two.json"]})"));
  CHECK_THAT(text, ContainsSubstring("two.json:3: /seed: the key is in two _base_ files") &&
                       ContainsSubstring("also in " + (folder.path() / "one.json").string() + ":2"));
}

TEST_CASE("an object over something else hints at _delete_", "[config][base][error]") {
  const ConfigFolder folder;
  folder.write("b.json", R"({"data": {"train": [1, 2]}})");
  const auto text =
      load_error(folder.write("a.json", R"({"_base_": "b.json", "data": {"train": {"type": "A"}}})"));
  CHECK_THAT(text, ContainsSubstring("a.json:1: /data/train: an object over something else") &&
                       ContainsSubstring("the base has the list [1,2]") &&
                       ContainsSubstring("\"_delete_\": true"));
}

TEST_CASE("a file that is not there, a folder, and what is no object", "[config][error]") {
  const ConfigFolder folder;
  folder.write("quickstart.json", "{}");
  const auto text = load_error(folder.path() / "quickstrat.json");
  CHECK_THAT(text, ContainsSubstring("quickstrat.json: no such file") &&
                       ContainsSubstring("did you mean \"quickstart.json\"?"));
  CHECK_THAT(load_error(folder.path() / "nowhere/a.json"),
             ContainsSubstring("no folder " + (folder.path() / "nowhere").string()));
  CHECK_THAT(load_error(folder.path()),
             ContainsSubstring("is a folder") && ContainsSubstring("quickstart.json"));
  CHECK_THAT(load_error(folder.write("list.json", "[1]")),
             ContainsSubstring("not a config") && ContainsSubstring("the list [1]"));
  CHECK_THAT(load_error(folder.write("empty.json", "")), ContainsSubstring("empty.json:1: syntax error"));
  CHECK_THAT(load_error(folder.write("broken.json", "{\n\"a\" 1}")),
             ContainsSubstring("broken.json:2: syntax error"));
}
