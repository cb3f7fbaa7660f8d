#include "weights/naming.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"

using test::ContainsSubstring;
using Names = std::vector<std::string>;

namespace {

Names renamed(const Names& names, const std::string& to) {
  Names all;
  for (const auto& [from, name] : ph::rename_tensors(names, to, "w.pth").names) all.push_back(name);
  return all;
}

const Names mmpose0{"backbone.conv1.weight",
                    "backbone.layer1.0.bn1.running_mean",
                    "keypoint_head.deconv_layers.0.weight",
                    "keypoint_head.final_layer.0.weight",
                    "keypoint_head.final_layer.1.bias",
                    "keypoint_head.final_layer.3.bias"};
const Names mmpose1{"backbone.conv1.weight",       "backbone.layer1.0.bn1.running_mean",
                    "head.deconv_layers.0.weight", "head.conv_layers.0.weight",
                    "head.conv_layers.1.bias",     "head.final_layer.bias"};
const Names hrnet{"conv1.weight",         "layer1.0.bn1.running_mean", "deconv_layers.0.weight",
                  "final_layer.0.weight", "final_layer.1.bias",        "final_layer.3.bias"};

}  // namespace

TEST_CASE("a naming is told by what stands in front", "[weights][naming]") {
  CHECK(ph::naming_of(mmpose0) == "mmpose0");
  CHECK(ph::naming_of(mmpose1) == "mmpose1");
  CHECK(ph::naming_of(hrnet) == "hrnet");
  CHECK(ph::naming_of({"conv1.weight", "stage2.0.branches.0.0.conv1.weight"}) == "hrnet");
  CHECK(ph::naming_of({"conv1.weight", "layer1.0.conv1.weight", "fc.weight"}) == "torchvision");
  CHECK(ph::naming_of({"backbone.conv1.weight"}) == "mmpose0");
}

TEST_CASE("names go from each program to each other one and back", "[weights][naming]") {
  CHECK(renamed(mmpose0, "mmpose1") == mmpose1);
  CHECK(renamed(mmpose1, "mmpose0") == mmpose0);
  CHECK(renamed(mmpose0, "hrnet") == hrnet);
  CHECK(renamed(hrnet, "mmpose0") == mmpose0);
  CHECK(renamed(mmpose0, "mmpose0") == mmpose0);
  CHECK(renamed(mmpose0, "") == mmpose0);
  CHECK(renamed({"head.final_layer.weight", "backbone.a"}, "mmpose0") ==
        Names{"keypoint_head.final_layer.weight", "backbone.a"});
}

TEST_CASE("what a program has no place for is left out, and said", "[weights][naming]") {
  const auto backbone = ph::rename_tensors(mmpose0, "torchvision", "w.pth");
  CHECK(backbone.names.size() == 2);
  CHECK(backbone.left_out.at("keypoint_head.final_layer.3.bias") ==
        "a head, which torchvision does not have");
  const auto network = ph::rename_tensors({"conv1.weight", "fc.weight", "fc.bias"}, "mmpose0", "w.pth");
  CHECK(network.names ==
        std::vector<std::pair<std::string, std::string>>{{"conv1.weight", "backbone.conv1.weight"}});
  CHECK(network.left_out.at("fc.bias") == "a classifier");
  // A regression head's, not a classifier's.
  CHECK(renamed({"backbone.a", "head.fc.weight"}, "mmpose0") ==
        Names{"backbone.a", "keypoint_head.fc.weight"});
  CHECK(ph::rename_tensors({"backbone.a", "tag_head.b"}, "mmpose1", "w").unknown == Names{"tag_head.b"});
  CHECK(renamed({"backbone.a", "neck.b"}, "mmpose1") == Names{"backbone.a", "neck.b"});
}

TEST_CASE("a backbone that torchvision calls otherwise is refused", "[weights][naming][error]") {
  CHECK_THAT(test::error_of([] { (void)renamed({"backbone.layer1.0.conv.0.conv.weight"}, "torchvision"); }),
             ContainsSubstring("backbone.layer1.0.conv.0.conv.weight"));
  CHECK_THAT(test::error_of([] { (void)renamed(mmpose0, "mmpose2"); }),
             ContainsSubstring("did you mean \"mmpose0\""));
}
