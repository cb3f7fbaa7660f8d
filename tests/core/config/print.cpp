#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "support/catch.hpp"

using ph::Json;
using ph::Node;
using ph::pretty_config;

TEST_CASE("a config is printed with short lists and objects on one line", "[config][print]") {
  const auto node =
      Node::parse(R"({"lr_config": {"policy": "step", "step": [170, 200]}, "empty": {}, "none": [],
    "pipeline": [{"type": "Load"}, {"type": "Affine", "size": [256, 192]}], "x": 1e-8, "workflow": [["train", 1]]})");
  CHECK(pretty_config(node, true) == R"({
  "lr_config": {"policy": "step", "step": [170, 200]},
  "empty": {},
  "none": [],
  "pipeline": [
    {"type": "Load"},
    {"type": "Affine", "size": [256, 192]}
  ],
  "x": 1e-08,
  "workflow": [
    ["train", 1]
  ]
}
)");
}

TEST_CASE("what is printed reads back as the same", "[config][print]") {
  Json json = {
      {"a", Json::array()}, {"quote\"", "line\nbreak"}, {"deep", {{"b", {{"c", {1.5, -2, true, nullptr}}}}}}};
  for (int i = 0; i < 60; ++i) json["long"].push_back(i);
  CHECK(Node::parse(pretty_config(Node::from_json(json), false)).json() == json);
}
