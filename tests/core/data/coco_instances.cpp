#include "data/coco_instances.hpp"

#include "core/data/coco_fixture.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

ph::CocoInstances choose(const test::Json& json, const char* compat = "0.29") {
  const test::TempFolder dir;
  const ph::CocoFile file = ph::read_coco_file(dir.write("ann.json", json.dump()));
  return ph::choose_instances(file, "images", 3,
                              ph::compat_for(ph::Node::parse("\"" + std::string(compat) + "\"")));
}

std::array<double, 4> box_of(const std::array<double, 4>& box, const char* compat) {
  test::Json json = test::coco_json(1);
  json["annotations"][0]["bbox"] = box;
  return choose(json, compat).instances.at(0).bbox;
}

using Box = std::array<double, 4>;

}  // namespace

// The images are 64 x 48. Expected boxes by the three versions' formulas (see cut_to_image).
TEST_CASE("boxes are cut to the image by the rules of the version", "[coco]") {
  CHECK(box_of({8, 6, 40, 30}, "0.13") == Box{8, 6, 39, 29});
  CHECK(box_of({8, 6, 40, 30}, "0.29") == Box{8, 6, 40, 30});
  CHECK(box_of({8, 6, 40, 30}, "1.x") == Box{8, 6, 40, 30});
  CHECK(box_of({30, 20, 100, 100}, "0.29") == Box{30, 20, 33, 27});
  CHECK(box_of({-10, -5, 40, 30}, "0.29") == Box{0, 0, 40, 30});
  CHECK(box_of({-10, -5, 40, 30}, "1.x") == Box{0, 0, 30, 25});
}

TEST_CASE("what cannot be trained on is dropped and counted", "[coco]") {
  test::Json json = test::coco_json(9);
  json["annotations"][0]["iscrowd"] = 1;
  json["annotations"][1]["bbox"] = {5, 5, 0, 10};
  json["annotations"][2]["bbox"] = {70, 5, 10, 10};  // right of the image
  json["annotations"][3]["area"] = 0;
  json["annotations"][4].erase("bbox");
  json["annotations"][5]["keypoints"] = {0, 0, 0, 0, 0, 0, 0, 0, 0};
  json["annotations"][6]["num_keypoints"] = 0;
  json["annotations"][7].erase("keypoints");
  const ph::CocoInstances chosen = choose(json);
  CHECK(chosen.crowds == 1);
  CHECK(chosen.no_box == 4);
  CHECK(chosen.no_keypoints == 3);
  REQUIRE(chosen.instances.size() == 1);
  CHECK(chosen.instances[0].annotation_id == 108);
}

TEST_CASE("instances come by image, then annotation, several in one image", "[coco]") {
  test::Json json = test::coco_json(2);
  test::Json second = json["annotations"][0];
  second["id"] = 200;
  second["keypoints"] = {20, 20, 0, 30, 12, 2, 12, 14, 1};
  json["annotations"].push_back(second);
  const auto instances = choose(json).instances;
  REQUIRE(instances.size() == 3);
  CHECK(instances[0].annotation_id == 100);
  CHECK(instances[1].annotation_id == 200);
  CHECK(instances[2].annotation_id == 101);
  CHECK(instances[1].image_file == "images/0.bmp");
  CHECK(instances[1].visible == std::vector<float>{0, 1, 1});
  CHECK(instances[1].joints == std::vector<float>{20, 20, 30, 12, 12, 14});
  CHECK(instances[1].area == 600);
}

TEST_CASE("no usable annotation and wrong keypoint counts are errors", "[coco][error]") {
  test::Json json = test::coco_json(1);
  json["annotations"][0]["iscrowd"] = 1;
  CHECK_THAT(test::error_of([&] { (void)choose(json); }),
             test::ContainsSubstring("ann.json: no annotation can be used") &&
                 test::ContainsSubstring("1 crowd regions"));
  json = test::coco_json(1);
  json["annotations"][0]["keypoints"] = {1, 1, 2, 3, 3, 2};
  CHECK_THAT(test::error_of([&] { (void)choose(json); }),
             test::ContainsSubstring("annotation 100: the number of keypoints does not fit") &&
                 test::ContainsSubstring("2 keypoints (6 numbers)") &&
                 test::ContainsSubstring("3 keypoints"));
}

TEST_CASE("the report counts images, instances and labelled keypoints", "[coco]") {
  const test::TempFolder dir;
  test::Json json = test::coco_json(4);
  json["annotations"][0]["iscrowd"] = 1;
  json["annotations"][1]["keypoints"][2] = 0;
  const ph::CocoFile file = ph::read_coco_file(dir.write("ann.json", json.dump()));
  const auto chosen = ph::choose_instances(file, "", 3, ph::default_compat());
  const auto lines = ph::describe(file.name, file.images.size(), chosen, file.category_info->keypoints);
  REQUIRE(lines.size() == 3);
  CHECK_THAT(lines[0], test::ContainsSubstring("ann.json: 3 instances in 3 of 4 images"));
  CHECK(lines[1] == "annotations not used: 1 crowd regions");
  CHECK(lines[2] == "keypoints labelled: 8 of 9 (88.9 %); fewest: nose 2");
}
