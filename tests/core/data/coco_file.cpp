#include "data/coco_file.hpp"

#include "core/data/coco_fixture.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

using test::ContainsSubstring;

std::string error_of_text(const std::string& text) {
  const test::TempFolder dir;
  const auto file = dir.write("ann.json", text);
  return test::error_of([&] { (void)ph::read_coco_file(file); });
}

std::string error_with(const std::function<void(test::Json&)>& change) {
  test::Json json = test::coco_json(2);
  change(json);
  return error_of_text(json.dump());
}

}  // namespace

TEST_CASE("an annotation file is read, segmentations are skipped", "[coco]") {
  const test::TempFolder dir;
  test::Json json = test::coco_json(2);
  json["annotations"][0]["segmentation"] = {{{"counts", {1, 2}}}, {1.5, 2.5}};
  json["annotations"][1]["iscrowd"] = 1;
  json["annotations"][1].erase("num_keypoints");
  const ph::CocoFile file = ph::read_coco_file(dir.write("ann.json", json.dump()));
  REQUIRE(file.images.size() == 2);
  CHECK(file.images[1].id == 11);
  CHECK(file.images[1].file_name == "1.bmp");
  CHECK(file.images[1].width == 64);
  REQUIRE(file.annotations.size() == 2);
  CHECK(file.annotations[0].keypoints == std::vector<float>{20, 20, 2, 30, 12, 2, 12, 14, 1});
  CHECK(file.annotations[0].num_keypoints == 3);
  CHECK_FALSE(file.annotations[0].crowd);
  CHECK(file.annotations[1].crowd);
  CHECK_FALSE(file.annotations[1].num_keypoints);
  CHECK(file.annotations[1].image == 1);
  REQUIRE(file.category_info);
  CHECK(file.category_info->keypoints.size() == 3);
}

TEST_CASE("a file that is no COCO file is refused", "[coco][error]") {
  CHECK_THAT(test::error_of([] { (void)ph::read_coco_file("/nowhere/ann.json"); }),
             ContainsSubstring("/nowhere/ann.json: the annotation file cannot be read"));
  CHECK_THAT(error_of_text("{\"images\": [\n1,\n}"), ContainsSubstring("ann.json:3: not valid JSON"));
  CHECK_THAT(error_of_text(""), ContainsSubstring("not valid JSON"));
  CHECK_THAT(error_of_text("[1, 2]"), ContainsSubstring("not an annotation file"));
  CHECK_THAT(error_with([](test::Json& j) { j.erase("images"); }), ContainsSubstring("no list \"images\""));
  CHECK_THAT(error_with([](test::Json& j) { j.erase("annotations"); }),
             ContainsSubstring("no list \"annotations\""));
  CHECK_THAT(error_with([](test::Json& j) { j.erase("categories"); }),
             ContainsSubstring("no list \"categories\""));
  CHECK_THAT(error_with([](test::Json& j) { j["annotations"] = test::Json::array(); }),
             ContainsSubstring("\"annotations\" is an empty list"));
  CHECK_THAT(error_with([](test::Json& j) { j["images"][0] = 5; }), ContainsSubstring("image is wrong"));
}

TEST_CASE("coordinates that are no numbers are refused by name", "[coco][error]") {
  const std::string good = test::coco_json(1).dump();
  const auto with = [&](const std::string& value) {
    std::string text = good;
    return error_of_text(text.replace(text.find("20,20,2"), 2, value));
  };
  CHECK_THAT(with("NaN"), ContainsSubstring("ann.json:1: NaN is no coordinate"));
  CHECK_THAT(with("-Infinity"), ContainsSubstring("-Infinity is no coordinate"));
  CHECK_THAT(with("1e999"), ContainsSubstring("a number is too large"));
  CHECK_THAT(with("1e300"), ContainsSubstring("annotation 100: \"keypoints\"[0] is wrong"));
  CHECK_THAT(with("null"), ContainsSubstring("annotation 100: \"keypoints\"[0] is wrong") &&
                               ContainsSubstring("null") && ContainsSubstring("x, y, v = 0"));
  CHECK_THAT(with("\"7\""), ContainsSubstring("annotation 100: \"keypoints\"[0] is wrong"));
  CHECK_THAT(error_with([](test::Json& j) { j["annotations"][1]["keypoints"][5] = -1; }),
             ContainsSubstring("annotation 101: \"keypoints\"[5] is wrong"));
  CHECK_THAT(error_with([](test::Json& j) {
               j["annotations"][1]["keypoints"] = {1, 2};
             }),
             ContainsSubstring("a list of x, y, v for each keypoint"));
}

TEST_CASE("boxes and sizes are checked", "[coco][error]") {
  CHECK_THAT(error_with([](test::Json& j) {
               j["annotations"][0]["bbox"] = {1, 2, -3, 4};
             }),
             ContainsSubstring("annotation 100: \"bbox\" is wrong") && ContainsSubstring("[1,2,-3,4]"));
  CHECK_THAT(error_with([](test::Json& j) {
               j["annotations"][0]["bbox"] = {1, 2, 3};
             }),
             ContainsSubstring("[x, y, width, height]"));
  CHECK_THAT(error_with([](test::Json& j) { j["annotations"][0]["bbox"][2] = nullptr; }),
             ContainsSubstring("\"bbox\"[2] is wrong"));
  CHECK_THAT(error_with([](test::Json& j) { j["annotations"][0]["area"] = -1; }),
             ContainsSubstring("\"area\" is wrong"));
  CHECK_THAT(error_with([](test::Json& j) { j["images"][0]["width"] = 0; }),
             ContainsSubstring("image 10: \"width\" is wrong"));
  CHECK_THAT(error_with([](test::Json& j) { j["images"][0].erase("height"); }),
             ContainsSubstring("image 10: \"height\" is missing"));
}

TEST_CASE("ids must be whole numbers, unique and known", "[coco][error]") {
  CHECK_THAT(error_with([](test::Json& j) { j["images"][1]["id"] = 10; }),
             ContainsSubstring("an id that no other image has"));
  CHECK_THAT(error_with([](test::Json& j) { j["annotations"][1]["id"] = 100; }),
             ContainsSubstring("an id that no other annotation has"));
  CHECK_THAT(error_with([](test::Json& j) { j["annotations"][1]["image_id"] = 99; }),
             ContainsSubstring("annotation 101: \"image_id\" is wrong") && ContainsSubstring("99"));
  CHECK_THAT(error_with([](test::Json& j) { j["annotations"][1]["category_id"] = 2; }),
             ContainsSubstring("annotation 101: \"category_id\" is wrong"));
  CHECK_THAT(error_with([](test::Json& j) { j["images"][1]["id"] = "a"; }),
             ContainsSubstring("a whole number"));
}

TEST_CASE("a file name may not leave the image folder", "[coco][error]") {
  const auto named = [](const char* name) {
    return error_with([name](test::Json& j) { j["images"][0]["file_name"] = name; });
  };
  CHECK_THAT(named("/etc/passwd"), ContainsSubstring("image 10: \"file_name\" is wrong"));
  CHECK_THAT(named("../secret.jpg"), ContainsSubstring("a path below the image folder"));
  CHECK_THAT(named("a/../../secret.jpg"), ContainsSubstring("a path below the image folder"));
  CHECK_THAT(named(""), ContainsSubstring("a file name"));
  CHECK(named("a/../0.bmp") == "(no error)");
}
