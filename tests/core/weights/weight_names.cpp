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

TEST_CASE("convolutions before a head's last one are found under mmpose 1.x's names", "[weights]") {
  const Names network{"keypoint_head.final_layer.0.weight", "keypoint_head.final_layer.1.running_mean",
                      "keypoint_head.final_layer.3.bias"};
  const Map in_1x{{network[0], "head.conv_layers.0.weight"},
                  {network[1], "head.conv_layers.1.running_mean"},
                  {network[2], "head.final_layer.bias"}};
  CHECK(match_names(network, {in_1x.at(network[0]), in_1x.at(network[1]), in_1x.at(network[2])}).in_file ==
        in_1x);
  // The head alone, as a plan loads it; 0.x's own names stay first.
  CHECK(match_names({"final_layer.0.weight", "final_layer.3.bias"},
                    {"head.conv_layers.0.weight", "head.final_layer.bias"}, "keypoint_head.")
            .in_file == Map{{"final_layer.0.weight", "head.conv_layers.0.weight"},
                            {"final_layer.3.bias", "head.final_layer.bias"}});
  CHECK(match_names(network, network).in_file.at(network[2]) == network[2]);
  // A head without them has nothing to mistake.
  CHECK(match_names({"keypoint_head.final_layer.bias"}, {"head.conv_layers.0.bias"}).missing.size() == 1);
  CHECK(match_names({"keypoint_head.final_layer.x1.bias"}, {"head.final_layer.bias"}).missing.size() == 1);
}

TEST_CASE("a backbone takes a classifier's names and says what is left", "[weights]") {
  const auto match =
      match_names({"conv1.weight", "bn1.bias"}, {"conv1.weight", "fc.weight", "fc.bias", "odd"}, "backbone.");
  CHECK(match.in_file == Map{{"conv1.weight", "conv1.weight"}});
  CHECK(match.missing == Names{"bn1.bias"});
  CHECK(match.unexpected == Names{"odd"});
  CHECK(match.not_used == std::map<std::string, int>{{"a classifier", 2}});
}

TEST_CASE("HRNet's classifier is known for what it is", "[weights]") {
  const auto match = match_names({"stage2.0.branches.0.0.conv1.weight"},
                                 {"stage2.0.branches.0.0.conv1.weight", "incre_modules.0.0.conv1.weight",
                                  "downsamp_modules.0.0.weight", "classifier.weight"},
                                 "backbone.");
  CHECK(match.unexpected.empty());
  CHECK(match.not_used == std::map<std::string, int>{{"a classifier", 3}});
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
