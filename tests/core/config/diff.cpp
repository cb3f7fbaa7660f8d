#include "config/diff.hpp"

#include "support/catch.hpp"

using ph::ConfigChange;
using ph::Node;

namespace {

/// "~ /a: 1 -> 2" and the like, as the command prints them.
std::vector<std::string> diff(const std::string& first, const std::string& second) {
  std::vector<std::string> lines;
  for (const auto& change : ph::diff_configs(Node::parse(first), Node::parse(second))) {
    const char mark = change.kind == ConfigChange::added     ? '+'
                      : change.kind == ConfigChange::removed ? '-'
                                                             : '~';
    lines.push_back(std::string(1, mark) + " " + change.path + ": " + change.before +
                    (change.kind == ConfigChange::changed ? " -> " : "") + change.after);
  }
  return lines;
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("the order of keys and the form of numbers make no difference", "[config][diff]") {
  CHECK(diff(R"({"a": 1, "b": {"c": [1, 2]}})", R"({"b": {"c": [1, 2]}, "a": 1.0})").empty());
}

TEST_CASE("differences are named by their pointers", "[config][diff]") {
  CHECK(diff(R"({"optimizer": {"type": "SGD", "lr": 0.1, "nesterov": true}, "seed": 1})",
             R"({"optimizer": {"type": "SGD", "lr": 0.2}, "seed": {"a/b": 1}, "x": null})") ==
        Lines{"~ /optimizer/lr: 0.1 -> 0.2", "- /optimizer/nesterov: true", "~ /seed: 1 -> {\"a/b\":1}",
              "+ /x: null"});
  CHECK(diff(R"({"a/b": {"~": 1}})", R"({"a/b": {"~": 2}})") == Lines{"~ /a~1b/~0: 1 -> 2"});
}

TEST_CASE("lists of numbers are one value, lists of objects are matched by type", "[config][diff]") {
  CHECK(diff(R"({"step": [1, 2]})", R"({"step": [1, 2, 3]})") == Lines{"~ /step: [1,2] -> [1,2,3]"});
  const std::string before =
      R"({"p": [{"type": "Load"}, {"type": "Flip", "prob": 0.5}, {"type": "Affine"}]})";
  CHECK(
      diff(
          before,
          R"({"p": [{"type": "Load"}, {"type": "Jitter"}, {"type": "Flip", "prob": 0.2}, {"type": "Affine"}]})") ==
      Lines{"+ /p/1: {\"type\":\"Jitter\"}", "~ /p/2/prob: 0.5 -> 0.2"});
  CHECK(diff(before, R"({"p": [{"type": "Flip", "prob": 0.5}, {"type": "Affine"}]})") ==
        Lines{"- /p/0: {\"type\":\"Load\"}"});
  CHECK(diff(before, R"({"p": [{"type": "Load"}, {"type": "Turn"}, {"type": "Affine"}]})") ==
        Lines{"~ /p/1/type: \"Flip\" -> \"Turn\"", "- /p/1/prob: 0.5"});
  CHECK(diff(before, R"({"p": []})").size() == 3);
  CHECK(diff(R"({"w": [["train", 1]]})", R"({"w": [["train", 1], ["val", 1]]})") ==
        Lines{"+ /w/1: [\"val\",1]"});
}
