#include "weights/weight_names.hpp"

#include "support/catch.hpp"

using ph::match_names;
using Names = std::vector<std::string>;
using Map = std::map<std::string, std::string>;

TEST_CASE("wrappers' prefixes are taken from names", "[weights]") {
  CHECK(ph::without_wrappers("module.conv1.weight") == "conv1.weight");
  CHECK(ph::without_wrappers("module._orig_mod.conv1.weight") == "conv1.weight");
  CHECK(ph::without_wrappers("modules.0.weight") == "modules.0.weight");
  CHECK(ph::without_wrappers("module.") == "module.");
}

TEST_CASE("a whole network takes names of mmpose 0.x and 1.x and of plain networks", "[weights]") {
  const Names network{"backbone.conv1.weight", "keypoint_head.final_layer.bias"};
  const auto file = GENERATE(values<Names>({{"backbone.conv1.weight", "keypoint_head.final_layer.bias"},
                                            {"backbone.conv1.weight", "head.final_layer.bias"},
                                            {"conv1.weight", "final_layer.bias"}}));
  const auto match = match_names(network, file);
  CHECK(match.in_file == Map{{network[0], file[0]}, {network[1], file[1]}});
  CHECK(match.missing.empty());
  CHECK(match.unexpected.empty());
}

TEST_CASE("a backbone takes a classifier's names and says what is left", "[weights]") {
  const auto match =
      match_names({"conv1.weight", "bn1.bias"}, {"conv1.weight", "fc.weight", "fc.bias", "odd"}, "backbone.");
  CHECK(match.in_file == Map{{"conv1.weight", "conv1.weight"}});
  CHECK(match.missing == Names{"bn1.bias"});
  CHECK(match.unexpected == Names{"odd"});
  CHECK(match.not_used == std::map<std::string, int>{{"a classifier", 2}});
}

TEST_CASE("a backbone out of a whole network's file leaves the rest alone", "[weights]") {
  const auto match =
      match_names({"conv1.weight"},
                  {"backbone.conv1.weight", "backbone.extra", "head.fc.weight", "conv1.weight"}, "backbone.");
  CHECK(match.in_file == Map{{"conv1.weight", "backbone.conv1.weight"}});
  CHECK(match.unexpected == Names{"backbone.extra"});
  CHECK(match.not_used.empty());
}

TEST_CASE("a config may say what stands before the names", "[weights]") {
  const auto match =
      match_names({"conv1.weight"}, {"student.conv1.weight", "conv1.weight"}, "backbone.", "student.");
  CHECK(match.in_file == Map{{"conv1.weight", "student.conv1.weight"}});
}

TEST_CASE("averaged weights and preprocessing are known for what they are", "[weights]") {
  const auto match = match_names(
      {"backbone.a"}, {"backbone.a", "ema_backbone_a", "data_preprocessor.mean", "@opt/exp_avg/backbone.a"});
  CHECK(match.unexpected.empty());
  CHECK(match.not_used.size() == 3);
  CHECK(ph::is_averaged("ema_state_dict"));
  CHECK_FALSE(ph::is_averaged("optimizer"));
}
