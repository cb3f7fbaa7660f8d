#include "infer/pose_results.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace {

ph::FoundPose pose(const std::string& name, std::int64_t id, std::int64_t object,
                   std::vector<float> keypoints) {
  ph::FoundPose made{name, id, object, {}, 0.5};
  made.prediction.keypoints = std::move(keypoints);
  return made;
}

}  // namespace

TEST_CASE("one pose a picture gives DeepLabCut's three header rows", "[infer]") {
  const test::TempFolder dir;
  const auto file = dir.path() / "a.csv";
  ph::write_pose_csv(
      file, {pose("in/a.png", 1, 0, {1, 2.5, 0.25, 3, 4, 0.1F}), pose("b,c.png", 2, 0, {5, 6, 1, 7, 8, 0})},
      {"nose", "left \"ear\""}, "epoch_3", false);
  CHECK(test::read_all(file) ==
        "scorer,epoch_3,epoch_3,epoch_3,epoch_3,epoch_3,epoch_3\n"
        "bodyparts,nose,nose,nose,\"left \"\"ear\"\"\",\"left \"\"ear\"\"\",\"left \"\"ear\"\"\"\n"
        "coords,x,y,likelihood,x,y,likelihood\n"
        "in/a.png,1,2.5,0.25,3,4,0.1\n"
        "\"b,c.png\",5,6,1,7,8,0\n");
}

TEST_CASE("several poses in a frame give individuals, empty where there are fewer", "[infer]") {
  const test::TempFolder dir;
  const auto file = dir.path() / "a.csv";
  ph::write_pose_csv(
      file, {pose("v.mp4", 0, 0, {1, 2, 3}), pose("v.mp4", 0, 1, {4, 5, 6}), pose("v.mp4", 2, 0, {7, 8, 9})},
      {"nose"}, "net", true);
  CHECK(test::read_all(file) ==
        "scorer,net,net,net,net,net,net\n"
        "individuals,ind1,ind1,ind1,ind2,ind2,ind2\n"
        "bodyparts,nose,nose,nose,nose,nose,nose\n"
        "coords,x,y,likelihood,x,y,likelihood\n"
        "0,1,2,3,4,5,6\n"
        "2,7,8,9,,,\n");
}

TEST_CASE("a result list has the pictures' names", "[infer]") {
  const test::TempFolder dir;
  ph::write_pose_json(dir.path() / "a.json", {pose("in/\"a\".png", 7, 0, {1, 2, 0.5})});
  const auto json = nlohmann::json::parse(test::read_all(dir.path() / "a.json"));
  REQUIRE(json.size() == 1);
  CHECK(json[0]["file_name"] == "in/\"a\".png");
  CHECK(json[0]["image_id"] == 7);
  CHECK(json[0]["category_id"] == 1);
  CHECK(json[0]["keypoints"] == nlohmann::json({1.0, 2.0, 0.5}));
  CHECK(json[0]["score"] == 0.5);
}
