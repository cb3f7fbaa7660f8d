#include "import/readers.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/picture_header.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;
using test::put;

namespace {

const auto picture = test::png_header(100, 80);

std::size_t left_out(const ph::LabelSet& labels, const std::string& what) {
  for (const auto& reason : labels.left_out.reasons()) {
    if (reason.what.find(what) != std::string::npos) return reason.count;
  }
  return 0;
}

std::string error_in(const test::TempFolder& folder, const std::string& format) {
  return test::error_of([&] {
    auto labels = ph::read_labels(folder.path(), format);
    ph::tidy_labels(labels);
  });
}

const std::string dlc_head = "scorer,P,P,P,P\nbodyparts,snout,snout,leftear,leftear\ncoords,x,y,x,y\n";

}  // namespace

TEST_CASE("A DeepLabCut project of one animal", "[import][deeplabcut]") {
  const test::TempFolder folder;
  put(folder.path(), "config.yaml",
      "scorer: P\nskeleton:\n- - snout\n  - leftear\n- - snout\n  - wing\nvideo_sets:\n  C:\\a.avi:\n    "
      "crop: 0, 1\n");
  put(folder.path(), "labeled-data/m1/img1.png", picture);
  put(folder.path(), "labeled-data/m1/img2.png", picture);
  put(folder.path(), "labeled-data/m1/img3.png", picture);
  put(folder.path(), "labeled-data/m1/CollectedData_P.csv",
      dlc_head +
          "labeled-data\\m1\\img1.png,10,20,30.5,40\nlabeled-data/m1/img2.png,10,20,,\nlabeled-data/m1/"
          "img2.png,1,2,3,4\n"
          "labeled-data/m1/gone.png,1,2,3,4\n../../outside.png,1,2,3,4\nlabeled-data/m1/"
          "img3.png,NaN,inf,500,40\n");
  put(folder.path(), "labeled-data/m1/CollectedData_other.csv", dlc_head);
  REQUIRE(ph::label_format(folder.path()) == "deeplabcut");
  auto labels = ph::read_deeplabcut(folder.path());
  CHECK(labels.keypoints == std::vector<std::string>{"snout", "leftear"});
  CHECK(labels.skeleton == std::vector<std::pair<int, int>>{{0, 1}});
  CHECK(left_out(labels, "unknown end") == 1);
  CHECK(left_out(labels, "further rows") == 1);
  CHECK(left_out(labels, "missing") == 1);
  CHECK(left_out(labels, "leaves the folder") == 1);
  ph::tidy_labels(labels);
  REQUIRE(labels.objects.size() == 2);
  CHECK(left_out(labels, "outside the picture") == 1);
  CHECK(left_out(labels, "without a labelled point") == 1);
  const auto& first = labels.objects[0];
  CHECK(labels.images[first.image].name == "labeled-data/m1/img1.png");
  CHECK((first.points[1].x == 30.5 && first.points[1].v == 2));
  // A tenth of 20.5 is less than 4 pixels.
  CHECK((*first.box == std::array<double, 4>{6, 16, 28.5, 28}));
  CHECK((labels.objects[1].points[1].v == 0));
}

TEST_CASE("A DeepLabCut project of several animals, named in three columns", "[import][deeplabcut]") {
  const test::TempFolder folder;
  put(folder.path(), "labeled-data/m1/img1.png", picture);
  put(folder.path(), "labeled-data/m1/CollectedData_P.csv",
      "scorer,,,P,P,P,P,P,P\nindividuals,,,a,a,b,b,single,single\nbodyparts,,,snout,snout,snout,snout,corner,"
      "corner\ncoords,,,x,y,x,y,x,y\n"
      "labeled-data,m1,img1.png,10,20,30,40,5,5\n");
  auto labels = ph::read_labels(folder / "labeled-data" / "m1", "deeplabcut");
  ph::tidy_labels(labels);
  CHECK(labels.keypoints == std::vector<std::string>{"snout"});
  REQUIRE(labels.objects.size() == 2);
  CHECK((labels.objects[1].points[0].x == 30 && labels.images.size() == 1));
  CHECK(left_out(labels, "no animal") == 1);
}

TEST_CASE("CSV files that are none of DeepLabCut's labels", "[import][deeplabcut][error]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>(
      {{"a,b\n1,2\n", "no header row \"scorer\""},
       {"scorer,P\nparts,x\n", "no header row \"bodyparts\""},
       {"scorer,P,P\nbodyparts,s,s\ncoords,x\n", "differ in length"},
       {"scorer,P,P,P\nbodyparts,s,s,s\ncoords,x,y,likelihood\n", "a network's predictions"},
       {"scorer,P,P,P,P\nbodyparts,s,s,s,s\ncoords,x,y,x,y\n", "a column stands there twice"},
       {dlc_head + "img1.png,1,2\n", "another length than the header"},
       {dlc_head + "img1.png,1,2,3,4\n", "nothing that can be trained on"},
       {"scorer,P\nbodyparts,\"s", "a quote without an end"}}));
  const test::TempFolder folder;
  put(folder.path(), "CollectedData_P.csv", text);
  CHECK_THAT(error_in(folder, "deeplabcut"), ContainsSubstring(expected) && ContainsSubstring("expected"));
}

TEST_CASE("LabelMe's files", "[import][labelme]") {
  const test::TempFolder folder;
  put(folder.path(), "a/1.png", picture);
  put(folder.path(), "a/1.json",
      R"({"version": "5", "imagePath": "C:\\lab\\1.png", "imageData": "AAAA", "imageWidth": 100, "imageHeight": 80, "shapes": [
    {"label": "nose", "points": [[10, 20]], "group_id": 1, "shape_type": "point", "flags": {}},
    {"label": "tail", "points": [[30, 40]], "group_id": 1, "shape_type": "point", "description": "occluded"},
    {"label": "mouse", "points": [[50, 60], [5, 6]], "group_id": 1, "shape_type": "rectangle"},
    {"label": "nose", "points": [[70, 10]], "group_id": 2, "shape_type": "point"},
    {"label": "nose", "points": [[71, 10]], "group_id": 2, "shape_type": "point"},
    {"label": "hole", "points": [[1, 1], [2, 1], [2, 2]], "shape_type": "polygon"}]})");
  put(folder.path(), "b/2.json",
      R"({"imagePath": "../../etc/2.png", "shapes": [{"label": "nose", "points": [[1, 2]], "shape_type": "point"}]})");
  put(folder.path(), "settings.json", "{}");
  REQUIRE(ph::label_format(folder.path()) == "labelme");
  auto labels = ph::read_labelme(folder.path());
  ph::tidy_labels(labels);
  CHECK(labels.keypoints == std::vector<std::string>{"nose", "tail"});
  REQUIRE(labels.objects.size() == 2);
  CHECK((*labels.objects[0].box == std::array<double, 4>{5, 6, 45, 54}));
  CHECK((labels.objects[0].points[1].v == 1 && labels.objects[1].points[1].v == 0));
  CHECK(left_out(labels, "second points") == 1);
  CHECK(left_out(labels, "neither point nor rectangle") == 1);
  CHECK(left_out(labels, "leaves the folder") == 1);
  put(folder.path(), "labels.txt", "__ignore__\ntail\nnose\n");
  CHECK(ph::read_labelme(folder.path()).keypoints == std::vector<std::string>{"tail", "nose"});
}

TEST_CASE("LabelMe's files that are damaged", "[import][labelme][error]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>(
      {{R"({"shapes": [)", "not JSON"},
       {R"({"imagePath": "1.png", "shapes": [{"points": []}]})", "a shape is wrong"},
       {R"({"imagePath": "1.png", "shapes": [{"label": "a", "shape_type": "point", "points": [["x", 1]]}]})",
        "points [x, y]"},
       {R"({"imagePath": "1.png", "shapes": []})", "the number of keypoints is wrong"}}));
  const test::TempFolder folder;
  put(folder.path(), "1.json", text);
  CHECK_THAT(error_in(folder, "labelme"), ContainsSubstring(expected) && ContainsSubstring("expected"));
}

TEST_CASE("YOLO-pose", "[import][yolo]") {
  const test::TempFolder folder;
  put(folder.path(), "data.yaml",
      "path: /datasets/mice\ntrain: ../train/images\nval: valid/images\nkpt_shape: [3, 3]\nflip_idx: [0, 2, "
      "1]\nnames: ['mouse', 'rat']\n");
  put(folder.path(), "train/images/1.png", picture);
  put(folder.path(), "train/images/2.png", picture);
  put(folder.path(), "valid/images/3.png", picture);
  put(folder.path(), "train/labels/1.txt", "0 0.5 0.5 0.4 0.5 0.5 0.5 2 0.25 0.25 1 0 0 0\n\n");
  put(folder.path(), "valid/labels/3.txt", "1 0.5 0.5 0.4 0.5 0.5 nan 2 0.25 0.25 2 0 0 0\n");
  REQUIRE(ph::label_format(folder.path()) == "yolo");
  auto labels = ph::read_yolo_pose(folder.path());
  ph::tidy_labels(labels);
  REQUIRE(labels.objects.size() == 2);
  CHECK((*labels.objects[0].box == std::array<double, 4>{30, 20, 40, 40}));
  CHECK((labels.objects[0].points[1].x == 25 && labels.objects[0].points[1].y == 20 &&
         labels.objects[0].points[1].v == 1));
  CHECK(*labels.flip_pairs == std::vector<std::pair<int, int>>{{1, 2}});
  CHECK((labels.images[0].side == "train" && labels.images[1].side == "val"));
  CHECK(labels.category == "mouse");
  CHECK(left_out(labels, "without a label file") == 1);
  CHECK(left_out(labels, "no numbers") == 1);
}

TEST_CASE("YOLO-pose as SLEAP exports it", "[import][yolo]") {
  const test::TempFolder folder;
  put(folder.path(), "data.yaml",
      "flip_idx:\n- 0\n- 1\nkpt_shape:\n- 2\n- 3\nnames:\n  0: animal\nnode_names:\n- earL\n- earR\npath: .\n"
      "skeleton:\n- - 0\n  - 1\n- - 0\n  - 7\ntrain: train/images\nval: val/images\n");
  for (const std::string side : {"train", "val"}) {
    put(folder.path(), side + "/images/" + side + ".png", picture);
    put(folder.path(), side + "/labels/" + side + ".txt", "0 0.5 0.5 0.4 0.5 0.5 0.5 2 0.25 0.25 1");
  }
  const auto labels = ph::read_yolo_pose(folder.path());
  CHECK(labels.keypoints == std::vector<std::string>{"earL", "earR"});
  CHECK(labels.skeleton == std::vector<std::pair<int, int>>{{0, 1}});
  CHECK(left_out(labels, "unknown end") == 1);
  // 0, 1, 2, … says that nobody knew.
  CHECK_FALSE(labels.flip_pairs.has_value());
}

TEST_CASE("YOLO-pose that does not fit", "[import][yolo][error]") {
  const auto [yaml, expected] = GENERATE(table<std::string, std::string>(
      {{"kpt_shape: [3]\ntrain: images\n", "kpt_shape is wrong"},
       {"kpt_shape: [100000000, 3]\ntrain: images\n", "the number of keypoints is wrong"},
       {"kpt_shape: [1, 3]\nflip_idx: [4]\ntrain: images\n", "flip_idx is wrong"},
       {"kpt_shape: [1, 3]\ntrain: /etc\n", "not below this file's"},
       {"kpt_shape: [1, 3]\ntrain: nowhere\n", "not there"},
       {"kpt_shape: [2, 3]\ntrain: images\n", "another length than kpt_shape says"}}));
  const test::TempFolder folder;
  put(folder.path(), "data.yaml", yaml);
  put(folder.path(), "images/1.png", picture);
  put(folder.path(), "labels/1.txt", "0 .5 .5 .5 .5 .5 .5 2\n");
  CHECK_THAT(error_in(folder, "yolo"), ContainsSubstring(expected) && ContainsSubstring("expected"));
}

TEST_CASE("COCO files as CVAT and SLEAP write them", "[import][coco]") {
  const test::TempFolder folder;
  put(folder.path(), "images/default/f1.png", picture);
  put(folder.path(), "annotations/person_keypoints_default.json",
      R"({"licenses": [], "images": [{"id": 1, "file_name": "f1.png", "width": 9, "height": 9}],
    "categories": [{"id": 3, "name": "mouse", "keypoints": ["a", "b"], "skeleton": [[0, 1]]}, {"id": 4, "name": "cage"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "keypoints": [10, 20, 2, null, null, 0], "segmentation": []},
                    {"id": 2, "image_id": 1, "category_id": 4, "bbox": [0, 0, 5, 5]},
                    {"id": 3, "image_id": 1, "category_id": 3, "iscrowd": 1}]})");
  REQUIRE(ph::label_format(folder.path()) == "coco");
  auto labels = ph::read_coco_export(folder.path());
  ph::tidy_labels(labels);
  REQUIRE(labels.objects.size() == 1);
  CHECK((labels.images[0].name == "images/default/f1.png" && labels.images[0].width == 100));
  CHECK((*labels.objects[0].box == std::array<double, 4>{6, 16, 8, 8}));
  CHECK(labels.skeleton == std::vector<std::pair<int, int>>{{0, 1}});
  CHECK(left_out(labels, "crowds") == 1);
  CHECK(left_out(labels, "categories without these keypoints") == 1);
  CHECK(left_out(labels, "sizes that differ") == 1);
}

TEST_CASE("Boxes that an exporter made of the points get room", "[import]") {
  const test::TempFolder folder;
  put(folder.path(), "1.png", picture);
  ph::LabelSet labels;
  labels.root = folder.path();
  labels.keypoints = {"a", "b"};
  labels.images = {{"1.png", 0, 0, ""}};
  const std::vector<ph::LabelledPoint> points{{20, 20, 2}, {70, 50, 2}};
  labels.objects = {{0, points, std::array<double, 4>{20, 20, 50, 30}, 7.0},
                    {0, points, std::array<double, 4>{18, 20, 52, 30}, 7.0}};
  ph::tidy_labels(labels);
  CHECK((*labels.objects[0].box == std::array<double, 4>{15, 16, 60, 38}));
  CHECK(*labels.objects[0].area == 7);
  CHECK((*labels.objects[1].box == std::array<double, 4>{18, 20, 52, 30}));
  CHECK(left_out(labels, "extent of the points") == 1);
}

TEST_CASE("COCO files away from their pictures", "[import][coco]") {
  const test::TempFolder folder;
  put(folder.path(), "pictures/f1.png", picture);
  put(folder.path(), "labels.json",
      R"({"images": [{"id": 1, "file_name": "f1.png"}], "categories": [{"id": 1, "keypoints": ["a"]}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "keypoints": [10, 20, 2]}]})");
  auto labels = ph::read_labels(folder / "labels.json", "coco", folder / "pictures");
  ph::tidy_labels(labels);
  CHECK(labels.root == folder / "pictures");
  CHECK(labels.images.at(0).name == "f1.png");
  CHECK_THAT(test::error_of([&] { (void)ph::read_labels(folder.path(), "labelme", folder.path()); }),
             ContainsSubstring("--images"));
}

TEST_CASE("Folders whose labels are not known", "[import][error]") {
  const test::TempFolder folder;
  CHECK_THAT(test::error_of([&] { (void)ph::label_format(folder.path()); }), ContainsSubstring("--format"));
  CHECK_THAT(test::error_of([&] { (void)ph::label_format(folder / "missing"); }),
             ContainsSubstring("cannot be read"));
  put(folder.path(), "1.json", R"({"imagePath": "1.png", "shapes": []})");
  put(folder.path(), "2.json", R"({"images": [], "annotations": [], "categories": []})");
  CHECK_THAT(test::error_of([&] { (void)ph::label_format(folder.path()); }), ContainsSubstring("labels of"));
}
