#include "infer/infer_config.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using namespace ph;
using test::ContainsSubstring;

namespace {

const std::string config = R"({"model": {}, "compat": "1.x", "data": {"train": {},
  "val": {"pipeline": [1], "data_cfg": {"image_size": [64, 96], "heatmap_size": [16, 24]}}}})";
const std::string dataset =
    R"({"name": "pair", "keypoints": ["a", "b"], "flip_pairs": [[0, 1]], "sigmas": [], "skeleton": [[1, 0]]})";
using Metadata = std::map<std::string, std::string>;

std::string error_with(const Metadata& metadata, const std::filesystem::path& checkpoint = "w.pth") {
  InferOptions options;
  options.checkpoint = checkpoint;
  return test::error_of([&] { (void)find_infer_config(options, metadata); });
}

}  // namespace

TEST_CASE("a checkpoint says how its network is used", "[infer]") {
  InferOptions options;
  options.checkpoint = "w.safetensors";
  options.overrides.set = {"data.val.data_cfg.image_size=[32,48]"};
  const auto found = find_infer_config(options, {{"posehost.config", config}, {"posehost.dataset", dataset}});
  CHECK_THAT(found.source, ContainsSubstring("the config in it"));
  CHECK(found.image_size == std::array<std::int64_t, 2>{32, 48});
  CHECK(found.heatmap_size == std::array<std::int64_t, 2>{16, 24});
  CHECK(found.compat->version == "1.x");
  CHECK(found.info.keypoints == std::vector<std::string>{"a", "b"});
  CHECK(found.info.flip_pairs == std::vector<std::pair<int, int>>{{0, 1}});
  CHECK(found.info.skeleton == std::vector<std::pair<int, int>>{{1, 0}});
}

TEST_CASE("a config beside the checkpoint will do, and its dataset_info goes first", "[infer]") {
  const test::TempFolder dir;
  auto with_info = config;
  with_info.insert(1, R"("dataset_info": {"keypoint_info": {"0": {"name": "tip"}}}, )");
  test::write_all(dir.path() / "config.json", with_info);
  InferOptions options;
  options.checkpoint = dir.path() / "w.pth";
  const auto found = find_infer_config(options, {{"posehost.dataset", dataset}});
  CHECK(found.source == (dir.path() / "config.json").string());
  CHECK(found.info.keypoints == std::vector<std::string>{"tip"});
}

TEST_CASE("what is missing or damaged is said", "[infer][error]") {
  CHECK_THAT(error_with({}), ContainsSubstring("--cfg CFG"));
  CHECK_THAT(error_with({{"meta.config", "model = dict()"}}), ContainsSubstring("a Python config of mmpose"));
  CHECK_THAT(error_with({{"posehost.config", "{"}}), ContainsSubstring("w.pth"));
  CHECK_THAT(error_with({{"posehost.config", "{}"}}), ContainsSubstring("\"model\" is missing"));
  CHECK_THAT(error_with({{"posehost.config", R"({"model": {}, "data": {"train": {}}})"}}),
             ContainsSubstring("data.test or data.val"));
  CHECK_THAT(error_with({{"posehost.config", config}}), ContainsSubstring("dataset_info"));
  CHECK_THAT(error_with({{"posehost.config", config}, {"posehost.dataset", "{}"}}),
             ContainsSubstring("damaged"));
  auto far = dataset;
  far.replace(far.find("[1, 0]"), 6, "[1, 9]");
  CHECK_THAT(error_with({{"posehost.config", config}, {"posehost.dataset", far}}),
             ContainsSubstring("keypoint 9"));
  auto flat = config;
  flat.replace(flat.find("[64, 96]"), 8, "[64, 0]");
  CHECK_THAT(error_with({{"posehost.config", flat}, {"posehost.dataset", dataset}}),
             ContainsSubstring("1 to 16384"));
}
