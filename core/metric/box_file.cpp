#include "metric/box_file.hpp"

#include <optional>

#include "metric/json_cursor.hpp"

namespace ph {
namespace {

constexpr const char* format = "a list of {\"image_id\", \"category_id\", \"bbox\", \"score\"}";

DetectedBox read_box(JsonCursor& in) {
  std::optional<std::int64_t> image, category;
  std::optional<double> score;
  std::vector<double> box;
  in.begin_object();
  for (std::string_view key; in.next_member(key);) {
    if (key == "image_id") {
      image = in.integer();
    } else if (key == "category_id") {
      category = in.integer();
    } else if (key == "score") {
      score = in.number();
    } else if (key == "bbox") {
      box.clear();
      if (in.numbers(box, 4) != 4) throw in.error("\"bbox\" has not four numbers", "[x, y, width, height]");
      if (box[2] <= 0 || box[3] <= 0) {
        throw in.error("\"bbox\" has no area", "a width and a height above 0", "remove such boxes");
      }
    } else {
      in.skip();
    }
  }
  const char* missing = !image        ? "image_id"
                        : !category   ? "category_id"
                        : !score      ? "score"
                        : box.empty() ? "bbox"
                                      : nullptr;
  if (missing)
    throw Error(ErrorKind::data, in.where() + ": \"" + missing + "\" is missing", "no such key", format,
                "write each box with these four keys");
  return {*image, *category, {box[0], box[1], box[2], box[3]}, *score};
}

}  // namespace

std::vector<DetectedBox> read_box_file(const std::filesystem::path& file) {
  const auto text = read_data_file(file, "a detector's boxes (JSON)");
  JsonCursor in(text, file.string());
  if (in.type() != JsonCursor::Type::array) throw in.error("boxes are not a list", format);
  in.begin_array();
  std::vector<DetectedBox> boxes;
  while (in.next_element()) {
    in.begin_entry("box", boxes.size());
    boxes.push_back(read_box(in));
  }
  in.end_entry();
  in.finish();
  if (boxes.empty()) throw Error(ErrorKind::data, file.string() + ": there are no boxes", "[]", format);
  return boxes;
}

}  // namespace ph
