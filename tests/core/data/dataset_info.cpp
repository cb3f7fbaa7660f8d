#include "data/dataset_info.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

ph::Json face() {
  return ph::Json::parse(R"({
    "dataset_name": "face", "paper_info": {"title": "none"},
    "keypoint_info": {
      "0": {"name": "nose", "id": 0, "color": [51, 153, 255], "type": "upper", "swap": ""},
      "1": {"name": "left_eye", "id": 1, "color": [0, 255, 0], "type": "upper", "swap": "right_eye"},
      "2": {"name": "right_eye", "id": 2, "type": "lower", "swap": "left_eye"}},
    "skeleton_info": {"0": {"link": ["nose", "left_eye"], "id": 0, "color": [1, 2, 3]},
                      "1": {"link": ["nose", "right_eye"], "id": 1}},
    "joint_weights": [1.0, 1.2, 1.5], "sigmas": [0.026, 0.025, 0.025]})");
}

ph::DatasetInfo read(const ph::Json& json) {
  return ph::dataset_info_from_config(ph::Node::from_json(json, "a.json"));
}

std::string error_with(const std::function<void(ph::Json&)>& change) {
  ph::Json json = face();
  change(json);
  return test::error_of([&] { (void)read(json); });
}

}  // namespace

TEST_CASE("dataset_info of mmpose 0.29 is read", "[dataset_info]") {
  const ph::DatasetInfo info = read(face());
  CHECK(info.name == "face");
  CHECK(info.keypoints == std::vector<std::string>{"nose", "left_eye", "right_eye"});
  CHECK(info.flip_pairs == std::vector<std::pair<int, int>>{{1, 2}});
  CHECK(info.upper_body == std::vector<int>{0, 1});
  CHECK(info.lower_body == std::vector<int>{2});
  CHECK(info.skeleton == std::vector<std::pair<int, int>>{{0, 1}, {0, 2}});
  CHECK(info.joint_weights == std::vector<double>{1.0, 1.2, 1.5});
  CHECK(info.sigmas == std::vector<double>{0.026, 0.025, 0.025});
  CHECK(info.colors[0] == std::array<std::uint8_t, 3>{51, 153, 255});
  CHECK(info.assumptions.empty());
}

TEST_CASE("keys of keypoint_info count as numbers, whatever their order", "[dataset_info]") {
  ph::Json json = {{"keypoint_info", ph::Json::object()}};
  for (int k = 11; k >= 0; --k)
    json["keypoint_info"][std::to_string(k)] = {{"name", "p" + std::to_string(k)}};
  const ph::DatasetInfo info = read(json);
  REQUIRE(info.keypoints.size() == 12);
  CHECK(info.keypoints[2] == "p2");
  CHECK(info.keypoints[10] == "p10");
  CHECK(info.joint_weights == std::vector<double>(12, 1.0));
  CHECK(info.sigmas.empty());
}

TEST_CASE("mistakes in dataset_info are named with their place", "[dataset_info][error]") {
  using test::ContainsSubstring;
  CHECK_THAT(error_with([](ph::Json& j) {
               j["keypoint_info"]["4"] = {{"name", "ear"}};
             }),
             ContainsSubstring("/keypoint_info/4: \"4\" is not a number of this list"));
  CHECK_THAT(error_with([](ph::Json& j) { j["keypoint_info"]["1"]["id"] = 2; }),
             ContainsSubstring("/keypoint_info/1/id: id 2 differs from its key"));
  CHECK_THAT(error_with([](ph::Json& j) { j["keypoint_info"]["1"]["swap"] = "right_eyes"; }),
             ContainsSubstring("there is no keypoint \"right_eyes\"") && ContainsSubstring("right_eye"));
  CHECK_THAT(error_with([](ph::Json& j) { j["keypoint_info"]["2"]["swap"] = ""; }),
             ContainsSubstring("\"left_eye\" swaps with \"right_eye\", which swaps with \"\""));
  CHECK_THAT(error_with([](ph::Json& j) { j["keypoint_info"]["2"]["name"] = "nose"; }),
             ContainsSubstring("a second keypoint \"nose\""));
  CHECK_THAT(error_with([](ph::Json& j) { j["sigmas"] = {0.1}; }),
             ContainsSubstring("/sigmas: 1 numbers for 3 keypoints"));
  CHECK_THAT(error_with([](ph::Json& j) { j["joint_weights"].push_back(1.0); }),
             ContainsSubstring("/joint_weights: 4 numbers for 3 keypoints"));
  CHECK_THAT(error_with([](ph::Json& j) {
               j["skeleton_info"]["1"]["link"] = {"nose", "mouth"};
             }),
             ContainsSubstring("there is no keypoint \"mouth\""));
  CHECK_THAT(error_with([](ph::Json& j) { j["keypoint_info"] = ph::Json::object(); }),
             ContainsSubstring("no keypoint"));
  CHECK_THAT(error_with([](ph::Json& j) { j["sigma"] = {0.1}; }), ContainsSubstring("sigmas"));
}

TEST_CASE("a category gives names, skeleton and what was assumed", "[dataset_info]") {
  const auto json = ph::Json::parse(
      R"({"id": 1, "name": "face", "keypoints": ["nose", "left_eye", "right_eye", "left_ear"], "skeleton": [[1, 2], [3, 1]]})");
  const ph::DatasetInfo info = ph::dataset_info_from_category(json, "ann.json: category 1");
  CHECK(info.name == "face");
  CHECK(info.flip_pairs == std::vector<std::pair<int, int>>{{1, 2}});  // left_ear has no partner
  CHECK(info.skeleton == std::vector<std::pair<int, int>>{{0, 1}, {2, 0}});
  CHECK(info.sigmas.empty());
  CHECK(info.joint_weights == std::vector<double>(4, 1.0));
  REQUIRE(info.assumptions.size() == 3);
  CHECK(info.assumptions[1] == "flip pairs by name: left_eye/right_eye");
}

TEST_CASE("names without left_ and right_ give no flip pairs", "[dataset_info]") {
  const auto json = ph::Json::parse(R"({"keypoints": ["pawL", "pawR"]})");
  const ph::DatasetInfo info = ph::dataset_info_from_category(json, "ann.json: category 1");
  CHECK(info.flip_pairs.empty());
  CHECK_THAT(info.assumptions[1], test::ContainsSubstring("no flip pairs"));
}

TEST_CASE("mistakes in a category are named", "[dataset_info][error]") {
  const auto error = [](const char* text) {
    return test::error_of(
        [&] { (void)ph::dataset_info_from_category(ph::Json::parse(text), "ann.json: category 1"); });
  };
  CHECK_THAT(error(R"({"keypoints": []})"),
             test::ContainsSubstring("ann.json: category 1: the category's keypoints"));
  CHECK_THAT(error(R"({"keypoints": ["a", "a"]})"), test::ContainsSubstring("\"a\" twice"));
  CHECK_THAT(error(R"({"keypoints": ["a", 3]})"), test::ContainsSubstring("found     3"));
  CHECK_THAT(error(R"({"keypoints": ["a", "b"], "skeleton": [[0, 1]]})"),
             test::ContainsSubstring("two keypoint numbers from 1 to 2"));
}
