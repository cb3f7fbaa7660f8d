#include "import/init_project.hpp"

#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "config/run_config.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/picture_header.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;
using test::put;

namespace {

// Three videos with 8, 8 and 4 pictures.
void make_project(const std::filesystem::path& root) {
  for (const auto& [video, count] : {std::pair("a", 8), std::pair("b", 8), std::pair("c", 4)}) {
    std::string rows =
        "scorer,P,P,P,P,P,P\nbodyparts,nose,nose,l_ear,l_ear,r_ear,r_ear\ncoords,x,y,x,y,x,y\n";
    const auto folder = std::string("labeled-data/") + video;
    for (int i = 0; i < count; ++i) {
      const auto name = folder + "/img" + std::to_string(i) + ".png";
      put(root, name, test::png_header(640, 480));
      rows += name + ",100,200,120,190,130,215\n";
    }
    put(root, folder + "/CollectedData_P.csv", rows);
  }
}

ph::Json read(const std::filesystem::path& file) { return ph::Json::parse(test::read_all(file)); }

}  // namespace

TEST_CASE("A project of labelled videos becomes a config and two annotation files", "[import][init]") {
  const test::TempFolder folder;
  make_project(folder / "mice");
  ph::InitWishes wishes;
  wishes.data = folder / "mice";
  wishes.out = folder / "ready";
  const auto made = ph::init_project(wishes);
  CHECK((made.train_images == 16 && made.val_images == 4 && made.split.groups == 3));
  CHECK((made.made_boxes == 20 && made.guessed_flips && made.flips));
  const auto train = read(folder / "ready" / "train.json"), val = read(folder / "ready" / "val.json");
  CHECK((train["images"].size() == 16 && val["images"].size() == 4));
  for (const auto& image : val["images"])
    CHECK_THAT(image["file_name"].get<std::string>(), ContainsSubstring("labeled-data/c/"));
  CHECK(val["annotations"][0]["bbox"] == ph::Json::parse("[96.0, 186.0, 38.0, 33.0]"));
  CHECK(val["categories"][0]["keypoints"] == ph::Json::parse(R"(["nose", "l_ear", "r_ear"])"));
  // What a run reads: right by the host's own rules, with folders that count from the config.
  const auto config = ph::check_run_config(ph::load_config(made.config));
  CHECK(config.at("data").at("train").at("img_prefix").string() == (folder / "ready").string() + "/../mice/");
  CHECK(config.at("dataset_info").at("keypoint_info").at("1").at("swap").string() == "r_ear");
  CHECK(config.at("data").at("samples_per_gpu").i64() == 4);
}

TEST_CASE("What is there already is not touched", "[import][init][error]") {
  const test::TempFolder folder;
  make_project(folder / "mice");
  ph::InitWishes wishes;
  wishes.data = folder / "mice";
  wishes.out = folder / "ready";
  put(folder / "ready", "config.json", "mine");
  CHECK_THAT(test::error_of([&] { (void)ph::init_project(wishes); }),
             ContainsSubstring("is there already") && ContainsSubstring("--force"));
  CHECK(test::read_all(folder / "ready" / "config.json") == "mine");
  put(folder / "ready", "notes.txt", "mine");
  wishes.force = true;
  CHECK_NOTHROW(ph::init_project(wishes));
  CHECK(test::read_all(folder / "ready" / "notes.txt") == "mine");
  wishes.out = folder / "ready" / "notes.txt";
  CHECK_THAT(test::error_of([&] { (void)ph::init_project(wishes); }), ContainsSubstring("is no folder"));
  // Data of no use leaves nothing behind.
  put(folder / "bad", "CollectedData_P.csv", "scorer,P\n");
  wishes = {};
  wishes.data = folder / "bad";
  wishes.out = folder / "new";
  CHECK_THAT(test::error_of([&] { (void)ph::init_project(wishes); }),
             ContainsSubstring("CollectedData_P.csv"));
  CHECK_FALSE(std::filesystem::exists(folder / "new"));
}

TEST_CASE("Sizes follow data and memory", "[import][init]") {
  ph::LabelSet labels;
  labels.keypoints = {"a"};
  labels.objects.push_back({0, {{1, 1, 2}}, std::array<double, 4>{0, 0, 30, 90}, 1.0});
  ph::ConfigWishes wishes;
  wishes.train = 1000;
  wishes.memory = std::int64_t{64} << 30;
  auto chosen = ph::choose_sizes(labels, wishes);
  CHECK((chosen.image_size == std::array<std::int64_t, 2>{192, 256}));
  CHECK((chosen.batch == 32 && chosen.iters_per_epoch == 32));
  wishes.memory = std::int64_t{3} << 30;
  CHECK(ph::choose_sizes(labels, wishes).batch < 32);
  CHECK_THAT(ph::choose_sizes(labels, wishes).batch_why, ContainsSubstring("memory"));
  wishes.memory = 0;
  wishes.train = 3;
  chosen = ph::choose_sizes(labels, wishes);
  CHECK((chosen.batch == 1 && chosen.epochs == 200));
}
