#include "infer/input_boxes.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;

namespace {

ph::InputBoxes boxes_of(const std::string& text) {
  const test::TempFolder dir;
  test::write_all(dir.path() / "boxes.json", text);
  return ph::InputBoxes::read(dir.path() / "boxes.json");
}

std::size_t count(const ph::InputBoxes& boxes, const char* path, std::int64_t* id = nullptr) {
  std::int64_t found = -1;
  const auto& list = boxes.of_image(path, found);
  if (id) *id = found;
  return list.size();
}

}  // namespace

TEST_CASE("boxes of an annotation file belong to its images, crowds to none", "[infer]") {
  const auto boxes =
      boxes_of(R"({"images": [{"id": 5, "file_name": "b/c.png"}, {"id": 6, "file_name": "d.png"}],
    "annotations": [{"image_id": 5, "bbox": [1, 2, 3, 4]}, {"image_id": 5, "bbox": [1, 2, 3, 4], "iscrowd": 1}]})");
  std::int64_t id = 0;
  CHECK(count(boxes, "/a/b/c.png", &id) == 1);
  CHECK(id == 5);
  CHECK(count(boxes, "d.png", &id) == 0);
  CHECK(id == 6);
  CHECK(count(boxes, "5.png") == 0);  // names are there, so numbers in names mean nothing
}

TEST_CASE("boxes of a detector are found by number, name and frame", "[infer]") {
  const auto boxes = boxes_of(R"([{"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5},
    {"image_id": 139, "bbox": [5, 6, 7, 8]}, {"file_name": "x.jpg", "bbox": [0, 0, 1, 1]}])");
  std::int64_t id = 0;
  CHECK(count(boxes, "in/000000000139.jpg", &id) == 2);
  CHECK(id == 139);
  CHECK(count(boxes, "in/x.jpg") == 1);
  CHECK(count(boxes, "in/140.jpg") == 0);
  CHECK(boxes.of_frame(139).front().score == 0.5);
  CHECK(boxes.of_frame(139).back().score == 1);
  CHECK(boxes.of_frame(0).empty());
}

TEST_CASE("boxes that are none are refused with their number", "[infer][error]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"[]", "no boxes"},
      {"{}", "\"images\""},
      {R"({"images": [], "annotations": []})", "no boxes"},
      {"3", "no boxes"},
      {"[3]", "entry 0: no object"},
      {R"([{"image_id": 1, "bbox": [1, 2, 3]}])", "four numbers"},
      {R"([{"image_id": 1, "bbox": [1, 2, 3, "4"]}])", "four numbers"},
      {R"([{"image_id": 1, "bbox": [1, 2, 0, 4]}])", "without area"},
      {R"([{"bbox": [1, 2, 3, 4]}])", "image_id"},
      {R"([{"image_id": 1.5, "bbox": [1, 2, 3, 4]}])", "image_id"},
      {R"([{"image_id": 1, "bbox": [1, 2, 3, 4], "score": "high"}])", "score"},
      {R"([{"image_id": 1, "bbox": [1, 2)", "boxes.json"},
  }));
  CAPTURE(text);
  CHECK_THAT(test::error_of([&, text = text] { (void)boxes_of(text); }), ContainsSubstring(expected));
}
