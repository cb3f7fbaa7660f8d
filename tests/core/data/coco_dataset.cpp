#include <cmath>
#include <functional>

#include "core/data/coco_fixture.hpp"
#include "data/image_cache.hpp"
#include "data/sample.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

using test::ContainsSubstring;

std::string error_with(const std::function<void(test::CocoSetup&)>& change) {
  const test::TempFolder dir;
  test::CocoSetup setup;
  change(setup);
  return test::error_of([&] { (void)test::make_coco(dir, setup); });
}

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

test::Json face_info() {
  return test::Json::parse(R"({"dataset_name": "f", "keypoint_info": {
    "0": {"name": "nose", "swap": ""}, "1": {"name": "left_eye", "swap": "right_eye"},
    "2": {"name": "right_eye", "swap": "left_eye"}}, "skeleton_info": {}, "sigmas": [1, 2, 3]})");
}

}  // namespace

TEST_CASE("the shipped mirror_mouse is read whole", "[coco]") {
  const std::string folder = POSEHOST_SOURCE_DIR "/configs/data/mirror_mouse";
  const test::Json node = {{"type", "TopDownCocoDataset"},
                           {"ann_file", "data/mirror_mouse/train.json"},  // from the config's folder
                           {"img_prefix", "data/mirror_mouse/images/"},
                           {"data_cfg",
                            {{"image_size", {256, 256}},
                             {"heatmap_size", {64, 64}},
                             {"num_joints", 17},
                             {"num_output_channels", 17}}},
                           {"pipeline", test::Json::parse(test::random_pipeline)}};
  ph::DataContext context;
  context.config_dir = POSEHOST_SOURCE_DIR "/configs";
  const auto data = ph::make_dataset(ph::Node::from_json(node), context);
  CHECK(data->size() == 72);
  CHECK(data->info().keypoints.size() == 17);
  CHECK(data->info().flip_pairs.empty());
  CHECK(data->info().assumptions.size() == 3);
  CHECK_THAT(data->report().at(0), ContainsSubstring("72 instances in 72 of 72 images"));
  const ph::Sample sample = data->sample(71, 1, 0);
  CHECK(sample.img.values().size() == 3 * 256 * 256);
  CHECK(sample.target.values().size() == 17 * 64 * 64);
  CHECK(sample.target_weight.values().size() == 17);
}

TEST_CASE("a sample depends on seed, epoch and index only", "[coco]") {
  const test::TempFolder dir;
  test::CocoSetup setup;
  setup.pipeline = test::random_pipeline;
  const auto data = test::make_coco(dir, setup);
  const auto img = [&](std::int64_t index, std::uint64_t seed, std::int64_t epoch) {
    return copy(data->sample(index, seed, epoch).img.values());
  };
  const auto one = img(1, 2, 3);
  CHECK(img(1, 2, 3) == one);
  CHECK(img(1, 2, 4) != one);
  CHECK(img(1, 5, 3) != one);
  // A sample that is used again holds nothing of what it was used for before.
  ph::Sample again = data->sample(3, 9, 9);
  data->make_sample(1, 2, 3, again);
  CHECK(copy(again.img.values()) == one);
  CHECK(copy(again.target.values()) == copy(data->sample(1, 2, 3).target.values()));
}

TEST_CASE("the peak of a target lies where its keypoint is in the crop", "[coco]") {
  const test::TempFolder dir;
  const auto data = test::make_coco(dir);
  const ph::Sample sample = data->sample(0, 0, 0);
  // Box 8, 6, 40, 30: centre 28, 21; crop of 50 pixels on 32: nose (20, 20) lands at (10.9, 15.4), in the
  // heatmap of stride 4 at (2.7, 3.8), rounded (3, 4).
  CHECK_THAT(sample.joints[0], test::WithinAbs(16 + (20 - 28) * 32 / 50.0, 1e-3));
  CHECK_THAT(sample.joints[1], test::WithinAbs(16 + (20 - 21) * 32 / 50.0, 1e-3));
  CHECK(sample.target.values()[4 * 8 + 3] == 1.0F);
  CHECK(copy(sample.target_weight.values()) == std::vector<float>{1, 1, 1});
}

TEST_CASE("a cached picture gives the same sample as a new one", "[coco]") {
  const test::TempFolder dir;
  test::CocoSetup setup;
  setup.pipeline = test::random_pipeline;
  const auto plain = test::make_coco(dir, setup);
  setup.context.images = std::make_shared<ph::ImageCache>(std::size_t{1} << 20);
  const auto cached = test::make_coco(dir, setup);
  for (const int epoch : {0, 1, 2}) {
    for (std::int64_t i = 0; i < plain->size(); ++i) {
      CHECK(copy(cached->sample(i, 1, epoch).img.values()) == copy(plain->sample(i, 1, epoch).img.values()));
    }
  }
  std::filesystem::remove(dir / "0.bmp");  // the cache needs it no more
  CHECK_NOTHROW((void)cached->sample(0, 1, 0));
  CHECK_THAT(test::error_of([&] { (void)plain->sample(0, 1, 0); }), ContainsSubstring("0.bmp"));
}

TEST_CASE("without targets in Collect there are none", "[coco]") {
  const test::TempFolder dir;
  test::CocoSetup setup;
  test::Json pipeline = test::Json::parse(setup.pipeline);
  pipeline.erase(5);
  pipeline[5]["keys"] = {"img"};
  setup.pipeline = pipeline.dump();
  const auto data = test::make_coco(dir, setup);
  CHECK(data->shapes().target.empty());
  CHECK(data->sample(0, 0, 0).target.values().empty());
}

TEST_CASE("in 0.13 the data set makes centre and scale, with one jitter for the run", "[coco][compat]") {
  const test::TempFolder dir;
  test::CocoSetup setup;
  setup.annotations = test::coco_json(40);
  test::Json pipeline = test::Json::parse(setup.pipeline);
  pipeline.erase(1);  // TopDownGetBboxCenterScale is younger
  setup.pipeline = pipeline.dump();
  CHECK_THAT(test::error_of([&] { (void)test::make_coco(dir, setup); }),
             ContainsSubstring("TopDownGetBboxCenterScale"));

  setup.context.compat = &ph::compat_for(ph::Node::parse("\"0.13\""));
  const auto train = test::make_coco(dir, setup);
  setup.context.test_mode = true;
  const auto test_set = test::make_coco(dir, setup);
  int moved = 0;
  for (std::int64_t i = 0; i < 40; ++i) {
    const auto fixed = test_set->sample(i, 1, 0).center, now = train->sample(i, 1, 0).center;
    CHECK(now == train->sample(i, 1, 7).center);  // in every epoch
    // The box is 39 x 29 there; the jitter is at most 0.2 of it.
    CHECK((std::abs(now[0] - fixed[0]) <= 0.2F * 39 + 1e-3F &&
           std::abs(now[1] - fixed[1]) <= 0.2F * 29 + 1e-3F));
    moved += now != fixed;
  }
  CHECK((moved > 2 && moved < 24));  // 12 expected at p = 0.3; four deviations of 2.9
}

TEST_CASE("dataset_info comes from the data set, the config, or the file", "[coco]") {
  const test::TempFolder dir;
  test::CocoSetup setup;
  CHECK(test::make_coco(dir, setup)->info().assumptions.size() == 3);
  setup.context.dataset_info = ph::Node::from_json(face_info());
  CHECK(test::make_coco(dir, setup)->info().sigmas == std::vector<double>{1, 2, 3});
  setup.dataset_info = face_info();
  setup.dataset_info["sigmas"] = test::Json::array();
  CHECK(test::make_coco(dir, setup)->info().sigmas.empty());
  setup.dataset_info["keypoint_info"]["0"]["name"] = "snout";
  const auto assumptions = test::make_coco(dir, setup)->info().assumptions;
  REQUIRE(assumptions.size() == 1);
  CHECK_THAT(assumptions[0], ContainsSubstring("keypoint 0 is \"snout\" in dataset_info and \"nose\" in"));
}

TEST_CASE("keypoint counts that do not fit are errors", "[coco][error]") {
  CHECK_THAT(error_with([](test::CocoSetup& s) { s.data_cfg["num_joints"] = 4; }),
             ContainsSubstring("/data_cfg/num_joints") && ContainsSubstring("expected  3"));
  CHECK_THAT(error_with([](test::CocoSetup& s) {
               s.dataset_info = face_info();
               s.dataset_info["keypoint_info"]["3"] = {{"name", "chin"}};
               s.dataset_info["sigmas"] = test::Json::array();
             }),
             ContainsSubstring("3 in the category, 4 in the config's dataset_info"));
  CHECK_THAT(
      error_with([](test::CocoSetup& s) { s.annotations["annotations"][2]["keypoints"].push_back(1); }),
      ContainsSubstring("annotation 102: \"keypoints\" is wrong"));
  CHECK_THAT(error_with([](test::CocoSetup& s) { s.annotations["categories"][0].erase("keypoints"); }),
             ContainsSubstring("nothing says what the keypoints are"));
}

TEST_CASE("missing images are reported at the start, unless that is not wanted", "[coco][error]") {
  const std::string error = error_with([](test::CocoSetup& s) {
    s.annotations = test::coco_json(5);
    s.write_images = false;
  });
  CHECK_THAT(error, ContainsSubstring("5 of 5 images are missing") && ContainsSubstring("0.bmp") &&
                        ContainsSubstring("2.bmp, …") && ContainsSubstring("check img_prefix"));
  CHECK(error_with([](test::CocoSetup& s) {
          s.write_images = false;
          s.context.check_images = false;
        }) == "(no error)");
}

TEST_CASE("a picture of another size than annotated is an error", "[coco][error]") {
  const test::TempFolder dir;
  const auto data = test::make_coco(dir);
  test::write_bytes(dir / "1.bmp", test::bmp_of(test::pattern(48, 64)));
  CHECK_THAT(test::error_of([&] { (void)data->sample(1, 0, 0); }),
             ContainsSubstring("1.bmp: the image has another size") && ContainsSubstring("48 x 64") &&
                 ContainsSubstring("64 x 48"));
}

TEST_CASE("in testing the instances are a detector's boxes, in training annotations", "[coco]") {
  const test::TempFolder dir;
  const auto file =
      dir.write("boxes.json", R"([{"image_id": 12, "category_id": 1, "bbox": [1, 2, 30, 40], "score": 0.9},
    {"image_id": 11, "category_id": 1, "bbox": [-5, 0, 20, 20], "score": 0.5},
    {"image_id": 11, "category_id": 1, "bbox": [0, 0, 20, 20], "score": 0.1},
    {"image_id": 11, "category_id": 7, "bbox": [0, 0, 20, 20], "score": 0.9}])");
  test::CocoSetup setup;
  setup.data_cfg["use_gt_bbox"] = false;
  setup.data_cfg["bbox_file"] = file.string();
  setup.data_cfg["det_bbox_thr"] = 0.2;
  setup.data_cfg["vis_thr"] = 0.3;
  CHECK(test::make_coco(dir, setup)->size() == 4);
  setup.context.test_mode = true;
  const auto data = test::make_coco(dir, setup);
  REQUIRE(data->size() == 2);
  const ph::Instance& box = data->instances()[1];
  CHECK((box.image_id == 11 && box.detected && box.bbox_score == 0.5 && box.bbox[0] == -5));
  CHECK_THAT(data->report().at(0),
             ContainsSubstring("2 boxes of a detector; not used: 1 with scores below 0.2, 1 of"));
  CHECK(data->sample(1, 0, 0).img.values().size() == 3 * 32 * 32);
  const auto context = data->metric_context();
  CHECK((context.detected_boxes && context.results.vis_thr == 0.3 && !context.annotation_file.empty()));
}

TEST_CASE("a detector's boxes that cannot be used are named", "[coco][error]") {
  const auto [boxes, expected] = GENERATE(table<std::string, std::string>(
      {{R"([])", "there are no boxes"},
       {R"({})", "boxes are not a list"},
       {R"([{"image_id": 99, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}])",
        "an image that is not there"},
       {R"([{"image_id": 11, "category_id": 1, "bbox": [1, 2, 0, 4], "score": 1}])",
        "box no. 0: \"bbox\" has no area"},
       {R"([{"image_id": 11, "category_id": 1, "bbox": [1, 2, 3, 4]}])", "\"score\" is missing"},
       {R"([{"image_id": 11, "category_id": 1, "bbox": [1, 2, 3, 4], "score": NaN}])", "NaN is no number"},
       {R"([{"image_id": 11, "category_id": 1, "bbox": [1, 2, 3, 4], "score": -1}])",
        "no box of the detector can be used"}}));
  const test::TempFolder dir;
  const auto file = dir.write("boxes.json", boxes).string();
  CHECK_THAT(error_with([&](test::CocoSetup& s) {
               s.data_cfg["use_gt_bbox"] = false;
               s.data_cfg["bbox_file"] = file;
               s.context.test_mode = true;
             }),
             ContainsSubstring(expected));
  CHECK_THAT(error_with([&](test::CocoSetup& s) {
               s.data_cfg["use_gt_bbox"] = false;
               s.context.test_mode = true;
             }),
             ContainsSubstring("no bbox_file with a detector's boxes"));
}

TEST_CASE("unknown data sets and keys are named", "[coco][error]") {
  CHECK_THAT(error_with([](test::CocoSetup& s) { s.data_cfg["image_sise"] = 3; }),
             ContainsSubstring("image_size"));
  CHECK_THAT(error_with([](test::CocoSetup& s) {
               s.data_cfg["image_size"] = {0, 32};
             }),
             ContainsSubstring("image_size"));
  CHECK_THAT(
      test::error_of([] { (void)ph::make_dataset(ph::Node::parse(R"({"type": "TopDownCoco"})"), {}); }),
      ContainsSubstring("there is no data set \"TopDownCoco\"") && ContainsSubstring("TopDownCocoDataset"));
}

TEST_CASE("channels that choose keypoints have no effect, and it is said", "[coco]") {
  const test::TempFolder dir;
  test::CocoSetup setup;
  setup.data_cfg["dataset_channel"] = {{0, 1, 2}};
  setup.data_cfg["inference_channel"] = {0, 2};
  const auto lines = test::make_coco(dir, setup)->report();
  CHECK_THAT(lines.back(), ContainsSubstring("/data_cfg/inference_channel has no effect"));
  CHECK(lines.size() == 3);
}
