// Decoding only what the crop looks at gives the crop of the whole picture, byte for byte.
#include <random>

#include "core/data/coco_fixture.hpp"
#include "data/affine.hpp"
#include "data/image_cache.hpp"
#include "data/pipeline.hpp"
#include "data/transform.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

struct Steps {
  ph::DatasetInfo info;
  ph::PipelineContext context;
  std::shared_ptr<ph::Transform> load, flip, affine;

  explicit Steps(bool late, ph::ImageCache* cache = nullptr,
                 const char* load_json = R"({"type": "LoadImageFromFile"})") {
    info.keypoints = {"nose"};
    context = {&info, &ph::default_compat(), {48, 64}, {12, 16}, false, cache};
    load = make(load_json);
    ph::PixelFormat format;
    load->meet(format);
    load->expect(format);
    flip = make(R"({"type": "TopDownRandomFlip", "flip_prob": 1})");
    affine = make(R"({"type": "TopDownAffine"})");
    if (late) load->leave_undecoded();
  }
  [[nodiscard]] std::shared_ptr<ph::Transform> make(const char* json) const {
    return ph::transforms().make(ph::Node::parse(json, "test.json"), context);
  }
};

struct Crop {
  std::array<float, 2> center, scale;
  double rotation;
  bool mirrored;
};

void run(const Steps& steps, ph::Sample& sample, const ph::Instance& instance, const Crop& crop) {
  sample.instance = &instance;
  sample.joints = {20, 30};
  sample.visible = {1};
  sample.center = crop.center;
  sample.scale = crop.scale;
  sample.rotation = crop.rotation;
  steps.load->apply(sample, {});
  if (crop.mirrored) steps.flip->apply(sample, {});
  steps.affine->apply(sample, {});
}

ph::Instance instance_of(const std::filesystem::path& file, int width, int height) {
  ph::Instance instance;
  instance.image_file = file.string();
  instance.image_width = width;
  instance.image_height = height;
  return instance;
}

}  // namespace

TEST_CASE("A crop of a picture that is decoded in part is the crop of the whole", "[transform][jpeg]") {
  constexpr int kWidth = 211, kHeight = 157;
  const test::TempFolder folder;
  std::mt19937 random(3);
  auto image = test::gradient(kWidth, kHeight);
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(pixel / 2 + random() % 128);
  test::write_bytes(folder / "a.jpg", test::jpeg_of(image));
  const auto instance = instance_of(folder / "a.jpg", kWidth, kHeight);

  ph::ImageCache cache(std::size_t{1} << 24);
  const char* const load = GENERATE(R"({"type": "LoadImageFromFile"})",
                                    R"({"type": "LoadImageFromFile", "color_type": "grayscale"})",
                                    R"({"type": "LoadImageFromFile", "to_float32": true})");
  const Steps eager(false, nullptr, load), late(true, nullptr, load), cached(true, &cache, load);
  ph::Sample whole, part, kept;  // used again and again, as a loader's thread does
  std::uniform_real_distribution<float> x(-20, kWidth + 20), y(-20, kHeight + 20), scale(0.05F, 1.2F),
      angle(-180, 180);
  for (int i = 0; i < 300; ++i) {
    const float size = scale(random);
    const Crop crop{{x(random), y(random)}, {size, size * 4 / 3}, i % 3 ? angle(random) : 0.0, i % 2 == 1};
    run(eager, whole, instance, crop);
    run(late, part, instance, crop);
    run(cached, kept, instance, crop);
    CAPTURE(i, crop.center[0], crop.center[1], crop.scale[0], crop.rotation, crop.mirrored);
    REQUIRE(part.image->pixels == whole.image->pixels);
    REQUIRE(kept.image->pixels == whole.image->pixels);
    REQUIRE(part.joints == whole.joints);
  }
}

TEST_CASE("Another size than annotated is found when a part is decoded", "[transform][jpeg][error]") {
  const test::TempFolder folder;
  test::write_bytes(folder / "a.jpg", test::jpeg_of(test::gradient(64, 48)));
  const auto instance = instance_of(folder / "a.jpg", 640, 480);
  const Steps late(true);
  ph::Sample sample;
  CHECK_THAT(test::error_of([&] {
               run(late, sample, instance, {{300, 200}, {1, 1.33F}, 0, false});
             }),
             test::ContainsSubstring("the image has another size than its annotation says"));
}

TEST_CASE("The region that a crop looks at is cut to the picture", "[transform]") {
  const auto matrix = ph::crop_matrix({50, 40}, {0.2F, 0.2F}, 0, {40, 40});
  const auto seen = ph::seen_region(matrix, {40, 40}, 100, 80);
  CHECK(seen.x == 28);
  CHECK(seen.y == 18);
  CHECK(seen.width == 44);
  CHECK(seen.height == 44);
  CHECK(ph::seen_region(ph::crop_matrix({-500, 40}, {0.2F, 0.2F}, 0, {40, 40}), {40, 40}, 100, 80).empty());
}

TEST_CASE("A crop beside the picture that the annotation invents is an error, not a crash",
          "[transform][jpeg][error]") {
  const test::TempFolder folder;
  test::write_bytes(folder / "a.jpg", test::jpeg_of(test::gradient(64, 48)));
  ph::ImageCache cache(std::size_t{1} << 24);
  ph::Sample sample;
  // The right size first, so that the cache holds the picture.
  run(Steps(true, &cache), sample, instance_of(folder / "a.jpg", 64, 48),
      {{30, 20}, {0.2F, 0.27F}, 0, false});
  for (const auto& [width, height] :
       {std::pair<std::int64_t, std::int64_t>{640, 48}, {640, 480}, {std::int64_t{1} << 40, 48}}) {
    auto instance = instance_of(folder / "a.jpg", 0, 0);
    instance.image_width = width;
    instance.image_height = height;
    for (auto* const kept : {static_cast<ph::ImageCache*>(nullptr), &cache}) {
      const Steps steps(true, kept);
      for (const bool mirrored : {false, true}) {
        CAPTURE(width, height, mirrored, kept != nullptr);
        CHECK_THAT(test::error_of([&] {
                     run(steps, sample, instance, {{300, 20}, {0.2F, 0.27F}, 0, mirrored});
                   }),
                   test::ContainsSubstring("the image has another size than its annotation says"));
      }
    }
  }
}

TEST_CASE("A step that changes the picture before the crop gets the whole of it", "[transform][pipeline]") {
  const test::TempFolder folder;
  test::write_bytes(folder / "a.jpg", test::jpeg_of(test::gradient(64, 48)));
  auto instance = instance_of(folder / "a.jpg", 64, 48);
  instance.bbox = {20, 10, 16, 16};
  ph::DatasetInfo info;
  info.keypoints = {"nose"};
  const ph::PipelineContext context{&info, &ph::default_compat(), {32, 32}, {8, 8}, false, nullptr};
  const auto crop = [&](const test::Json& pipeline) {
    const ph::Pipeline steps(ph::Node::from_json(pipeline, "a.json"), context, {ph::Item::box});
    ph::Sample sample;
    sample.instance = &instance;
    sample.joints = {24, 16};
    sample.visible = {1};
    steps.run(sample, {});
    const auto values = sample.img.values();
    return std::vector<float>(values.begin(), values.end());
  };
  auto pipeline = test::Json::parse(test::plain_pipeline);
  const auto late = crop(pipeline);
  REQUIRE(late.size() == 3 * 32 * 32);
  for (const std::size_t place : {1, 2}) {
    auto changing = pipeline;
    const test::Json step{{"type", "Albumentation"}, {"transforms", test::Json::array()}};
    changing.insert(changing.begin() + static_cast<std::ptrdiff_t>(place), step);
    CHECK((crop(changing) == late));
  }
}
