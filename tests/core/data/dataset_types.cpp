// mmpose's data set types that read COCO's format, and MPII: what of each becomes an instance.
#include <cmath>
#include <fstream>

#include "core/data/coco_fixture.hpp"
#include "data/dataset_rules.hpp"
#include "data/sample.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

using test::ContainsSubstring;
namespace fs = std::filesystem;

/// Writes the annotations and pictures of 64 x 48 and makes a data set of `type` with three keypoints.
std::shared_ptr<const ph::Dataset> make(const test::TempFolder& dir, const std::string& type,
                                        const test::Json& annotations, test::Json data_cfg = {},
                                        const char* compat = "0.29", const test::Json& info = {}) {
  for (int i = 0; i < 4; ++i) {
    const auto file = dir / (std::to_string(i) + ".bmp");
    if (!fs::exists(file)) test::write_bytes(file, test::bmp_of(test::pattern(64, 48)));
  }
  test::Json cfg = {{"image_size", {32, 32}}, {"heatmap_size", {8, 8}}, {"num_joints", 3}};
  if (!data_cfg.is_null()) cfg.update(data_cfg);
  test::Json node = {{"type", type},
                     {"ann_file", dir.write("ann.json", annotations.dump()).string()},
                     {"img_prefix", dir.path().string()},
                     {"data_cfg", cfg},
                     {"pipeline", test::Json::parse(test::plain_pipeline)}};
  if (!info.is_null()) node["dataset_info"] = info;
  ph::DataContext context;
  context.compat = &ph::compat_for(ph::Node::from_json(ph::Json(compat), "compat"));
  return ph::make_dataset(ph::Node::from_json(node, "test.json"), context);
}

using Box = std::array<double, 4>;

test::Json info_of(const std::string& name) {
  std::ifstream in(std::string(POSEHOST_SOURCE_DIR "/configs/dataset_info/") + name + ".json");
  return test::Json::parse(in).at("dataset_info");
}

}  // namespace

TEST_CASE("all types of the table read COCO's format", "[coco]") {
  for (const auto& [type, rules] : ph::dataset_rules()) {
    if (rules.box == ph::BoxRule::center_scale || rules.points[0].keypoints.size() > 1 ||
        !rules.points[0].valid.empty())
      continue;  // below
    CAPTURE(type);
    const test::TempFolder dir;
    const auto data = make(dir, type, test::coco_json(4));
    CHECK(data->size() == 4);
    CHECK(data->metric_context().rules.metrics == rules.metrics);
    CHECK(data->sample(1, 0, 0).img.values().size() == 3 * 32 * 32);
  }
}

TEST_CASE("boxes are cut, taken as they are, made of centre and scale, or the image", "[coco]") {
  const test::TempFolder dir;
  auto json = test::coco_json(1);
  json["annotations"][0]["bbox"] = {-4, 6, 100, 30};
  CHECK(make(dir, "AnimalAP10KDataset", json)->instances()[0].bbox == Box{0, 6, 63, 30});
  CHECK(make(dir, "OneHand10KDataset", json)->instances()[0].bbox == Box{-4, 6, 100, 30});
  CHECK(make(dir, "OneHand10KDataset", json, {}, "1.x")->instances()[0].bbox == Box{0, 6, 63, 30});
  CHECK(make(dir, "FreiHandDataset", json)->instances()[0].bbox == Box{0, 0, 64, 48});
  json["annotations"][0]["center"] = {30, 20};
  json["annotations"][0]["scale"] = 0.2;
  CHECK(make(dir, "FaceWFLWDataset", json)->instances()[0].bbox == Box{10, 0, 40, 40});
  json["annotations"][0]["scale"] = 0;
  CHECK_THAT(test::error_of([&] { (void)make(dir, "FaceWFLWDataset", json); }),
             ContainsSubstring("\"scale\" is wrong"));
  json["annotations"][0].erase("center");
  CHECK_THAT(test::error_of([&] { (void)make(dir, "FaceWFLWDataset", json); }),
             ContainsSubstring("\"center\" is missing"));
}

TEST_CASE("JHMDB counts from 1", "[coco]") {
  const test::TempFolder dir;
  const auto data = make(dir, "TopDownJhmdbDataset", test::coco_json(1));
  CHECK(data->instances()[0].bbox == Box{7, 5, 40, 30});
  CHECK(data->instances()[0].joints == std::vector<float>{19, 19, 29, 11, 11, 13});
}

TEST_CASE("COCO-WholeBody's points are one after the other, its faces and hands instances of their own",
          "[coco]") {
  const test::TempFolder dir;
  auto json = test::coco_json(2);
  json["categories"][0].erase("keypoints");
  json["categories"][0].erase("skeleton");
  for (int i = 0; i < 2; ++i) {
    auto& one = json["annotations"][static_cast<std::size_t>(i)];
    one["keypoints"] = {1, 2, 2};
    one["foot_kpts"] = {3, 4, 0};
    one["face_kpts"] = {5, 6, 1};
    one["lefthand_kpts"] = {7, 8, 2};
    one["righthand_kpts"] = {9, 10, 2};
    one["face_box"] = {4, 4, 10, 10};
    one["face_valid"] = i == 0;
    one["lefthand_box"] = {6, 6, 8, 8};
    one["righthand_box"] = {8, 8, 8, 8};
    one["lefthand_valid"] = true;
    one["righthand_valid"] = i == 1;
    one["num_keypoints"] = 1;
  }
  const auto info = [](int count) {
    test::Json made = {{"dataset_name", "x"},
                       {"keypoint_info", test::Json::object()},
                       {"skeleton_info", test::Json::object()},
                       {"joint_weights", std::vector<double>(static_cast<std::size_t>(count), 1)},
                       {"sigmas", test::Json::array()}};
    for (int k = 0; k < count; ++k)
      made["keypoint_info"][std::to_string(k)] = {
          {"name", "k" + std::to_string(k)}, {"id", k}, {"color", {0, 0, 0}}, {"type", ""}, {"swap", ""}};
    return made;
  };
  const auto whole = make(dir, "TopDownCocoWholeBodyDataset", json, {{"num_joints", 5}}, "0.29", info(5));
  CHECK(whole->instances()[0].joints == std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(whole->instances()[0].visible == std::vector<float>{1, 0, 1, 1, 1});
  CHECK_FALSE(whole->metric_context().annotation_file.empty());
  const auto faces = make(dir, "FaceCocoWholeBodyDataset", json, {{"num_joints", 1}}, "0.29", info(1));
  REQUIRE(faces->size() == 1);
  CHECK((faces->instances()[0].bbox == Box{4, 4, 10, 10} &&
         faces->instances()[0].joints == std::vector<float>{5, 6}));
  CHECK(faces->metric_context().annotation_file.empty());
  const auto hands = make(dir, "HandCocoWholeBodyDataset", json, {{"num_joints", 1}}, "0.29", info(1));
  REQUIRE(hands->size() == 3);
  CHECK(hands->instances()[2].bbox == Box{8, 8, 8, 8});
  json["annotations"][0].erase("foot_kpts");
  CHECK_THAT(test::error_of([&] {
               (void)make(dir, "TopDownCocoWholeBodyDataset", json, {{"num_joints", 5}}, "0.29", info(5));
             }),
             ContainsSubstring("\"foot_kpts\" is missing"));
}

TEST_CASE("0.13 moves centres of its body data sets only", "[coco][compat]") {
  const test::TempFolder dir;
  auto pipeline = test::Json::parse(test::plain_pipeline);
  pipeline.erase(1);
  const auto centre = [&](const std::string& type) {
    test::Json node = {{"type", type},
                       {"ann_file", dir.write("ann.json", test::coco_json(4).dump()).string()},
                       {"img_prefix", dir.path().string()},
                       {"data_cfg", {{"image_size", {32, 32}}, {"heatmap_size", {8, 8}}, {"num_joints", 3}}},
                       {"pipeline", pipeline}};
    for (int i = 0; i < 4; ++i)
      test::write_bytes(dir / (std::to_string(i) + ".bmp"), test::bmp_of(test::pattern(64, 48)));
    ph::DataContext context;
    context.compat = &ph::compat_for(ph::Node::from_json(ph::Json("0.13"), "compat"));
    const auto data = ph::make_dataset(ph::Node::from_json(node, "test.json"), context);
    int moved = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      for (std::int64_t i = 0; i < 4; ++i) {
        const auto& box = data->instances()[static_cast<std::size_t>(i)].bbox;
        const auto sample = data->sample(i, seed, 0);
        moved += std::abs(sample.center[0] - (box[0] + box[2] / 2)) > 1e-3;
      }
    }
    return moved;
  };
  CHECK(centre("TopDownCrowdPoseDataset") > 10);
  CHECK(centre("AnimalPoseDataset") == 0);
}

TEST_CASE("TopDownMpiiDataset reads MPII's files", "[mpii]") {
  const test::TempFolder dir;
  test::Json person = {{"image", "0.bmp"},
                       {"center", {31, 18}},
                       {"scale", 0.2},
                       {"joints", test::Json::array()},
                       {"joints_vis", test::Json::array()},
                       {"head_size", 8}};
  for (int k = 0; k < 16; ++k) {
    person["joints"].push_back({20 + k, 11 + k});
    person["joints_vis"].push_back(k % 2);
  }
  const auto people = test::Json::array({person, person});
  const auto data = make(dir, "TopDownMpiiDataset", people, {{"num_joints", 16}}, "0.29", info_of("mpii"));
  REQUIRE(data->size() == 2);
  CHECK(data->instances()[0].bbox == Box{10, 0, 40, 40});
  CHECK(data->instances()[0].joints[1] == 10);
  CHECK(data->metric_context().rules.metrics == std::vector<std::string>{"PCKh"});
  CHECK(data->metric_context().annotation_file.empty());
  // Without the image's size the whole of it is decoded.
  const auto sample = data->sample(0, 0, 0);
  CHECK(sample.img.values().size() == 3 * 32 * 32);
  CHECK(sample.target_weight.values()[1] == 1);
  CHECK_THAT(data->report()[0], ContainsSubstring("2 instances in 1 images"));
  CHECK_THAT(
      test::error_of([&] {
        (void)make(dir, "TopDownMpiiDataset", people, {{"num_joints", 16}});
      }),
      ContainsSubstring("nothing says what the keypoints are") && ContainsSubstring("configs/dataset_info"));
}

TEST_CASE("the shipped descriptions of keypoints are taken", "[dataset_info]") {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(POSEHOST_SOURCE_DIR "/configs/dataset_info")) {
    const auto name = entry.path().stem().string();
    CAPTURE(name);
    const auto info = ph::dataset_info_from_config(
        ph::Node::from_json(ph::Json::parse(info_of(name).dump()), name + ".json"));
    CHECK(info.name == name);
    CHECK((info.sigmas.empty() || info.sigmas.size() == info.keypoints.size()));
    ++count;
  }
  CHECK(count == 35);
}
