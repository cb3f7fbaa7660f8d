#include "infer/image_dataset.hpp"

#include "data/loader.hpp"
#include "data/sample.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using namespace ph;

namespace {

InferConfig config_with(const std::string& load = R"({"type": "LoadImageFromFile"})",
                        const std::string& mean = "[0.5]") {
  InferConfig config;
  config.pipeline =
      Node::parse("[" + load + R"(, {"type": "TopDownGetBboxCenterScale", "padding": 1.0},
    {"type": "TopDownAffine"}, {"type": "ToTensor"},
    {"type": "NormalizeTensor", "mean": )" +
                  mean + R"(, "std": [0.5]}, {"type": "Collect", "keys": ["img"], "meta_keys": []}])");
  config.image_size = {32, 32};
  config.heatmap_size = {8, 8};
  config.info.keypoints = {"a"};
  config.info.joint_weights = {1};
  config.compat = &default_compat();
  return config;
}

Instance instance(const std::string& file) {
  Instance made;
  made.image_file = file;
  return made;
}

const std::string picture = POSEHOST_SOURCE_DIR "/configs/data/mirror_mouse/images/img04.png";  // 396 x 406

}  // namespace

TEST_CASE("a whole picture is its own box, a given box stays", "[infer]") {
  ImageDataset dataset(config_with(), 0);
  auto boxed = instance(picture);
  boxed.bbox = {10, 20, 30, 40};
  dataset.assign({instance(picture), boxed});
  const auto whole = dataset.sample(0, 0, 0), part = dataset.sample(1, 0, 0);
  CHECK(dataset.instances()[0].bbox == std::array<double, 4>{0, 0, 396, 406});
  CHECK(whole.center == std::array<float, 2>{198, 203});
  CHECK(part.center == std::array<float, 2>{25, 40});
  CHECK(dataset.shapes().img == std::vector<std::int64_t>{3, 32, 32});
}

TEST_CASE("a broken picture is an empty sample with a reason, and others go on", "[infer]") {
  const test::TempFolder dir;
  test::write_all(dir.path() / "cut.png", test::read_all(picture).substr(0, 3000));
  test::write_all(dir.path() / "empty.jpg", "");
  const auto dataset = std::make_shared<ImageDataset>(config_with(), 1 << 20);
  dataset->assign({instance((dir.path() / "cut.png").string()), instance(picture),
                   instance((dir.path() / "empty.jpg").string()),
                   instance((dir.path() / "none.jpg").string())});
  Loader loader(dataset, {});
  loader.start(0);
  std::size_t batches = 0;
  while (const auto batch = loader.next()) {
    CHECK(batch->img.abs().sum().item<float>() == (batches == 1 ? batch->img.abs().sum().item<float>() : 0));
    CHECK(dataset->failure(batches).has_value() == (batches != 1));
    ++batches;
  }
  CHECK(batches == 4);
  CHECK(dataset->cache()->find(picture, dataset->decoding()) != nullptr);
  // And again with other pictures.
  dataset->assign({instance(picture)});
  loader.start(1);
  CHECK(loader.next()->img.abs().sum().item<float>() > 0);
  CHECK_FALSE(loader.next().has_value());
}

TEST_CASE("frames that are put into the cache are there, however many a batch has", "[infer]") {
  const auto dataset = std::make_shared<ImageDataset>(config_with(), 1000);
  std::vector<Instance> frames;
  for (int i = 0; i < 5; ++i) {
    auto frame = std::make_shared<Image>();
    frame->resize(20, 20);
    std::fill(frame->pixels.begin(), frame->pixels.end(), std::uint8_t{255});
    frames.push_back(instance("video frame #" + std::to_string(i)));
    dataset->cache()->hold(frames.back().image_file, dataset->decoding(), frame);
  }
  dataset->assign(frames);
  for (int i = 0; i < 5; ++i) {
    CHECK(dataset->sample(i, 0, 0).img.values()[0] == 1);
    CHECK_FALSE(dataset->failure(static_cast<std::size_t>(i)));
  }
}

TEST_CASE("a picture that was taken for drawing is kept no longer", "[infer]") {
  ImageDataset dataset(config_with(), 1 << 20);
  dataset.assign({instance(picture)});
  (void)dataset.sample(0, 0, 0);
  CHECK(dataset.cache()->bytes() == 396 * 406 * 3);
  REQUIRE(dataset.take(picture));
  CHECK(dataset.cache()->bytes() == 0);
  CHECK_FALSE(dataset.take(picture));
  CHECK_FALSE(ImageDataset(config_with(), 0).take(picture));
}

TEST_CASE("a pipeline says in which form it takes pictures from elsewhere", "[infer]") {
  const auto form = [](const char* load) { return ImageDataset(config_with(load), 0).decoding(); };
  CHECK(form(R"({"type": "LoadImageFromFile"})").rgb);
  CHECK_FALSE(form(R"({"type": "LoadImageFromFile", "channel_order": "bgr"})").rgb);
  CHECK_FALSE(form(R"({"type": "LoadImageFromFile", "color_type": "color_ignore_orientation"})").rgb);
  CHECK(form(R"({"type": "LoadImageFromFile", "color_type": "grayscale"})").channels == Channels::grayscale);
  CHECK(form(R"({"type": "LoadImageFromFile", "to_float32": true})").floats);
  const auto own =
      config_with(R"({"type": "LoadImageFromFile", "color_type": "unchanged"})", "[0.1, 0.2, 0.3]");
  CHECK(ImageDataset(own, 0).decoding().channels == Channels::unchanged);
  CHECK_FALSE(ImageDataset(own, 0).decoding().rgb);
}
