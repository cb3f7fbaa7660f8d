// Data made to hurt: what the readers of images and annotations do with it.
#include <sys/stat.h>

#include <cmath>

#include "core/data/coco_fixture.hpp"
#include "data/coco_file.hpp"
#include "data/coco_json.hpp"
#include "data/sample.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

using test::ContainsSubstring;
using Bytes = std::vector<std::uint8_t>;

/// A little-endian TIFF of one directory with these entries (tag, value), each a LONG.
Bytes tiff_of(const std::vector<std::pair<int, std::uint32_t>>& entries) {
  Bytes bytes{'I', 'I', 42, 0, 8, 0, 0, 0};
  const auto put = [&](std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  put(static_cast<std::uint32_t>(entries.size()), 2);
  for (const auto& [tag, value] : entries)
    put(static_cast<std::uint32_t>(tag), 2), put(4, 2), put(1, 4), put(value, 4);
  put(0, 4);
  return bytes;
}

std::string error_of_bytes(const Bytes& bytes) {
  return test::error_of([&] { (void)test::decoded(bytes); });
}

}  // namespace

TEST_CASE("a TIFF that gives its size twice is judged by the larger", "[image][error]") {
  CHECK_THAT(error_of_bytes(tiff_of({{256, 100000}, {257, 100000}, {256, 8}, {257, 8}})),
             ContainsSubstring("the image is too large"));
  CHECK_THAT(error_of_bytes(tiff_of({{256, 8}, {256, 100000}, {257, 8}, {257, 100000}})),
             ContainsSubstring("the image is too large"));
  CHECK_THAT(error_of_bytes(tiff_of({{256, 8}, {257, 8}})), ContainsSubstring("damaged"));
}

TEST_CASE("a pipe in an image's or an annotation file's place is refused, not waited for",
          "[image][coco][error]") {
  const test::TempFolder folder;
  REQUIRE(::mkfifo((folder / "a.png").c_str(), 0600) == 0);
  CHECK_THAT(test::error_of([&] {
               ph::Image image;
               ph::read_image((folder / "a.png").string(), {}, image);
             }),
             ContainsSubstring("the image cannot be read") && ContainsSubstring("not a file"));
  CHECK_THAT(test::error_of([&] { (void)ph::read_coco_file(folder / "a.png"); }),
             ContainsSubstring("the annotation file cannot be read") && ContainsSubstring("not a file"));
}

TEST_CASE("an annotation file that is a tower of brackets is refused", "[coco][error]") {
  const test::TempFolder folder;
  for (const auto& [open, name] : {std::pair{"[", "a.json"}, std::pair{"{\"a\":", "b.json"}}) {
    std::string text = "{\"images\": ";
    for (int i = 0; i < 200000; ++i) text += open;
    folder.write(name, text);
    CHECK_THAT(test::error_of([&] { (void)ph::read_coco_file(folder / name); }),
               ContainsSubstring("not valid JSON"));
  }
  // Closed ones are JSON: they are taken for what they are not.
  std::string closed = "{\"images\": ";
  closed += std::string(200000, '[') + std::string(200000, ']') + "}";
  folder.write("c.json", closed);
  CHECK(test::error_of([&] { (void)ph::read_coco_file(folder / "c.json"); }) != "(no error)");
}

TEST_CASE("ids beyond 64 bits are no ids", "[coco][error]") {
  const test::TempFolder folder;
  for (const char* const id : {"18446744073709551615", "1e3", "99999999999999999999999"}) {
    auto text = test::coco_json(1).dump();
    const std::string own = "\"id\":10,";
    text.replace(text.find(own), own.size(), "\"id\":" + std::string(id) + ",");
    folder.write("a.json", text);
    CHECK_THAT(test::error_of([&] { (void)ph::read_coco_file(folder / "a.json"); }),
               ContainsSubstring("\"id\" is wrong") && ContainsSubstring("a whole number"));
  }
}

TEST_CASE("boxes and keypoints at the end of what numbers can say give finite samples", "[coco]") {
  const double box_side = GENERATE(1e-300, 1e-30, 1e-6, 1e300);
  const double far = GENERATE(-3e38, 1e30, 3e38);
  const char* const target =
      GENERATE(R"("encoding": "MSRA")", R"("encoding": "UDP")",
               R"("encoding": "MSRA", "unbiased_encoding": true)", R"("encoding": "Megvii")");
  CAPTURE(box_side, far, target);
  test::CocoSetup setup;
  setup.annotations = test::coco_json(1);
  auto& annotation = setup.annotations["annotations"][0];
  annotation["bbox"] = {8, 6, box_side, box_side};
  annotation["keypoints"] = {far, 20, 2, 30, far, 2, 12, 14, 1};
  auto pipeline = test::Json::parse(test::random_pipeline);
  pipeline[9] = test::Json::parse(std::string(R"({"type": "TopDownGenerateTarget", )") + target + "}");
  setup.pipeline = pipeline.dump();
  const test::TempFolder folder;
  try {
    const auto data = test::make_coco(folder, setup);
    for (std::int64_t epoch = 0; epoch < 20; ++epoch) {
      ph::Sample sample;
      data->make_sample(0, 1, epoch, sample);
      for (const auto values : {sample.img.values(), sample.target.values(), sample.target_weight.values()}) {
        for (const float value : values) REQUIRE(std::isfinite(value));
      }
    }
  } catch (const ph::Error& error) {
    // A box so small that nothing of it is left beside its corner.
    CHECK(box_side < 1e-6);
    CHECK_THAT(error.what(), ContainsSubstring("no annotation can be used"));
  }
}
