#include "data/mpii_file.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/data/coco_fixture.hpp"
#include "data/box.hpp"
#include "data/mat_file.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

namespace {

using test::ContainsSubstring;
namespace fs = std::filesystem;

const fs::path fixtures = POSEHOST_SOURCE_DIR "/tests/fixtures/mpii";
constexpr std::size_t keypoints = 16;

test::Json person() {
  auto all = test::Json::parse(std::ifstream(fixtures / "valid.json"));
  return all[0];
}

std::string error(const test::Json& list) {
  const test::TempFolder folder;
  const auto file = folder.write("a.json", list.dump());
  return test::error_of([&] { (void)ph::read_mpii_file(file, "images", keypoints); });
}

std::string error_with(const char* key, const test::Json& value) {
  auto one = person();
  one[key] = value;
  return error(test::Json::array({one}));
}

// In memory: thousands of files would take their time.
std::string mat_error(const std::vector<std::uint8_t>& bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return test::error_of([&] { (void)ph::parse_mat_array(text, "a.mat", "headboxes_src"); });
}

}  // namespace

TEST_CASE("MPII's people are mmpose's", "[mpii][golden]") {
  const auto golden = test::golden("mpii.json").at("people");
  const auto chosen = ph::read_mpii_file(fixtures / "valid.json", "images", keypoints);
  REQUIRE(chosen.instances.size() == golden.size());
  for (std::size_t i = 0; i < golden.size(); ++i) {
    const auto& instance = chosen.instances[i];
    std::array<float, 2> center{}, scale{};
    ph::box_to_crop(instance.bbox, {256, 256}, 1, center, scale);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      // The peer computes in float32.
      CHECK_THAT(center[axis], test::WithinAbs(golden[i].at("center")[axis].get<double>(), 1e-4));
      CHECK_THAT(scale[axis], test::WithinAbs(golden[i].at("scale")[axis].get<double>(), 1e-6));
    }
    // 1.x leaves them counted from 1, 0.x does not.
    for (std::size_t k = 0; k < 2 * keypoints; ++k)
      CHECK_THAT(instance.joints[k] + 1, test::WithinAbs(golden[i].at("keypoints")[k].get<double>(), 1e-4));
    CHECK(instance.visible == golden[i].at("visible").get<std::vector<float>>());
    CHECK_THAT(instance.head_size, test::WithinRel(golden[i].at("head_size").get<double>(), 1e-9));
    CHECK(instance.image_width == 0);
  }
  CHECK(chosen.instances[4].image_file == "images/000000001.jpg");
}

TEST_CASE("arrays of Matlab files are read, compressed or not", "[mpii][golden]") {
  const auto expected = test::golden("mpii.json").at("headboxes_src").get<std::vector<double>>();
  for (const char* const name : {"mpii_gt_val.mat", "plain.mat"}) {
    CAPTURE(name);
    const auto array = ph::read_mat_array(fixtures / name, "headboxes_src");
    REQUIRE(array);
    CHECK(array->size == std::vector<std::size_t>{2, 2, 5});
    CHECK(array->values == expected);
    const auto bytes = ph::read_mat_array(fixtures / name, "jnt_missing");
    REQUIRE(bytes);
    CHECK(bytes->size == std::vector<std::size_t>{16, 5});
    CHECK_FALSE(ph::read_mat_array(fixtures / name, "nothing"));
    CHECK_THAT(test::error_of([&] { (void)ph::read_mat_array(fixtures / name, "dataset_joints"); }),
               ContainsSubstring("\"dataset_joints\" is no array of numbers"));
  }
}

TEST_CASE("a Matlab file that is cut or damaged anywhere is an error or is read", "[mpii][error]") {
  for (const char* const name : {"mpii_gt_val.mat", "plain.mat"}) {
    const auto whole = test::read_bytes(fixtures / name);
    for (std::size_t size = 0; size < whole.size(); size += 7) {
      auto cut = whole;
      cut.resize(size);
      (void)mat_error(cut);
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const std::uint8_t value : {std::uint8_t{0xFF}, std::uint8_t{0}}) {
        auto damaged = whole;
        damaged[at] = value;
        (void)mat_error(damaged);
      }
    }
  }
  CHECK_THAT(mat_error({1, 2, 3}), ContainsSubstring("a.mat: not a Matlab file that can be read"));
  auto huge = test::read_bytes(fixtures / "plain.mat");
  for (std::size_t i = 132; i < 136; ++i) huge[i] = 0xFF;  // 4 GB, says the first element
  CHECK_THAT(mat_error(huge), ContainsSubstring("an element is longer than the file"));
}

TEST_CASE("sizes of heads may stand in the list itself", "[mpii]") {
  const test::TempFolder folder;
  auto one = person(), two = person();
  one["head_size"] = 30;
  two["headbox"] = {10, 10, 40, 50};
  const auto file = folder.write("a.json", test::Json::array({one, two, person()}).dump());
  const auto read = [&] { return ph::read_mpii_file(file, "", keypoints).instances; };
  CHECK(read()[0].head_size == 30);
  CHECK_THAT(read()[1].head_size, test::WithinRel(30.0, 1e-12));  // 0.6 x 50
  CHECK(read()[2].head_size == 0);
  // The Matlab file of other people says nothing about these.
  fs::copy(fixtures / "mpii_gt_val.mat", folder / "mpii_gt_val.mat");
  CHECK(read()[0].head_size == 30);
}

TEST_CASE("people without a place or a labelled keypoint are left out", "[mpii]") {
  const test::TempFolder folder;
  auto nowhere = person(), unlabelled = person(), bare = person();
  nowhere["center"] = {-1, -1};
  nowhere["scale"] = -1;
  for (auto& seen : unlabelled["joints_vis"]) seen = 0;
  bare.erase("joints");
  const auto chosen = ph::read_mpii_file(
      folder.write("a.json", test::Json::array({nowhere, unlabelled, bare, person()}).dump()), "", keypoints);
  CHECK((chosen.instances.size() == 1 && chosen.no_box == 1 && chosen.no_keypoints == 2));
  CHECK(chosen.instances[0].annotation_id == 3);
  CHECK_THAT(error(test::Json::array({nowhere})), ContainsSubstring("no person can be used"));
}

TEST_CASE("wrong files of MPII are named", "[mpii][error]") {
  CHECK_THAT(error(test::coco_json(1)),
             ContainsSubstring("not an annotation file of MPII") && ContainsSubstring("TopDownCocoDataset"));
  CHECK_THAT(error(test::Json::array()), ContainsSubstring("an empty list"));
  CHECK_THAT(error(test::Json::array({5})), ContainsSubstring("entry 0"));
  CHECK_THAT(error_with("image", "../a.jpg"), ContainsSubstring("a path below the image folder"));
  CHECK_THAT(error_with("image", 5), ContainsSubstring("\"image\" is wrong"));
  CHECK_THAT(error_with("center", {1}),
             ContainsSubstring("\"center\" is wrong") && ContainsSubstring("[x, y]"));
  CHECK_THAT(error_with("scale", "large"), ContainsSubstring("\"scale\" is wrong"));
  CHECK_THAT(error_with("joints", {{1, 2}}), ContainsSubstring("a list of 16"));
  CHECK_THAT(error_with("joints_vis", {1, 1}), ContainsSubstring("a list of 16"));
  CHECK_THAT(error_with("headbox", {1, 1}), ContainsSubstring("[x1, y1, x2, y2]"));
  CHECK_THAT(error_with("head_size", 0), ContainsSubstring("0.6 of the diagonal"));
}
