#include "data/image_cache.hpp"

#include <atomic>
#include <thread>

#include "core/data/coco_fixture.hpp"
#include "core/data/transform_bench.hpp"
#include "data/sample.hpp"
#include "support/catch.hpp"
#include "system/limits.hpp"

namespace {

std::shared_ptr<const ph::Image> picture() {  // 300 bytes
  return std::make_shared<const ph::Image>(test::pattern(10, 10));
}

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

/// What a data set of JPEG files gives with `images` as its cache, epoch by epoch.
std::vector<std::vector<float>> samples(const ph::Dataset& data) {
  std::vector<std::vector<float>> all;
  for (const int epoch : {0, 1, 2}) {
    for (std::int64_t i = 0; i < data.size(); ++i) {
      const auto sample = data.sample(i, 1, epoch);
      for (const auto& array : {sample.img.values(), sample.target.values()}) all.push_back(copy(array));
    }
  }
  return all;
}

/// Pictures of 64 x 48 as JPEG under the names of the fixture.
void write_jpegs(const test::TempFolder& dir, int count) {
  for (int i = 0; i < count; ++i) {
    auto image = test::gradient(64, 48);
    for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>((pixel + 31 * i) % 256);
    test::write_bytes(dir / (std::to_string(i) + ".bmp"), test::jpeg_of(image));
  }
}

constexpr std::size_t each = 64 * 48 * 3;

}  // namespace

TEST_CASE("a full cache keeps what it has and takes no more", "[image_cache]") {
  ph::ImageCache cache(700);
  CHECK(cache.put("a", {}, picture()));
  CHECK(cache.has_room(400));
  CHECK_FALSE(cache.has_room(401));
  CHECK(cache.put("b", {}, picture()));
  CHECK(cache.bytes() == 600);
  CHECK(cache.has_room(0));
  CHECK_FALSE(cache.has_room(300));
  CHECK_FALSE(cache.put("c", {}, picture()));
  CHECK(cache.bytes() == 600);
  CHECK(cache.find("a", {}));
  CHECK(cache.find("b", {}));
  CHECK_FALSE(cache.find("c", {}));
  CHECK_FALSE(cache.has_room(SIZE_MAX));
}

TEST_CASE("the first picture of a name stays", "[image_cache]") {
  ph::ImageCache cache(900);
  const auto first = picture();
  CHECK(cache.put("a", {}, first));
  CHECK(cache.put("a", {}, picture()));
  CHECK(cache.find("a", {}) == first);
  CHECK(cache.bytes() == 300);
}

TEST_CASE("a picture is of how it was decoded, not of its file alone", "[image_cache]") {
  ph::ImageCache cache(std::size_t{1} << 20);
  std::vector<ph::DecodeOptions> all;
  for (const auto channels : {ph::Channels::color, ph::Channels::grayscale, ph::Channels::unchanged}) {
    for (const int flags : {0, 1, 2, 3, 4, 5, 6, 7}) {
      ph::DecodeOptions options;
      options.channels = channels;
      options.rgb = (flags & 1) != 0;
      options.apply_orientation = (flags & 2) != 0;
      options.floats = (flags & 4) != 0;
      all.push_back(options);
    }
  }
  std::vector<std::shared_ptr<const ph::Image>> images;
  for (const auto& options : all) {
    CHECK_FALSE(cache.find("a", options));
    images.push_back(picture());
    cache.put("a", options, images.back());
  }
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(cache.find("a", all[i]) == images[i]);
  auto part = all[3];
  part.wanted = {1, 2, 3, 4};
  CHECK(cache.find("a", part) == images[3]);
  CHECK(cache.pictures() == 24);
}

TEST_CASE("what is taken makes room, what is held needs none", "[image_cache]") {
  ph::ImageCache cache(300);
  const auto first = picture();
  cache.put("a", {}, first);
  cache.hold("frame", {}, picture());
  CHECK(cache.find("frame", {}));
  CHECK(cache.bytes() == 600);
  CHECK_FALSE(cache.has_room(1));
  CHECK(cache.take("a", {}) == first);
  CHECK_FALSE(cache.take("a", {}));
  CHECK(cache.bytes() == 300);
  cache.clear();
  CHECK(cache.bytes() == 0);
  CHECK_FALSE(cache.find("frame", {}));
  CHECK(cache.put("b", {}, picture()));
}

TEST_CASE("the bound holds with many threads", "[image_cache]") {
  ph::ImageCache cache(3100);
  std::atomic<int> beyond{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        const auto name = std::to_string((i * 7 + t) % 20);
        if (!cache.find(name, {}) && cache.has_room(300)) cache.put(name, {}, picture());
        if (cache.bytes() > cache.capacity()) ++beyond;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(beyond == 0);
  CHECK(cache.bytes() == 3000);
  CHECK(cache.pictures() == 10);
}

TEST_CASE("nothing is kept where memory is short", "[image_cache]") {
  const auto left = static_cast<std::size_t>(ph::memory_left());
  CHECK_FALSE(ph::ImageCache(1 << 20, 2 * left).has_room(1));
  CHECK(ph::ImageCache(1 << 20, left / 2).has_room(1));
}

TEST_CASE("samples are the same with a cache for all, some or none of the pictures", "[image_cache][coco]") {
  const test::TempFolder dir;
  test::CocoSetup setup;
  setup.annotations = test::coco_json(6);
  setup.pipeline = test::random_pipeline;
  (void)test::make_coco(dir, setup);
  write_jpegs(dir, 6);
  setup.write_images = false;
  const auto plain = samples(*test::make_coco(dir, setup));
  for (const std::size_t room : {std::size_t{1}, 2 * each + 1, 100 * each}) {
    setup.context.images = std::make_shared<ph::ImageCache>(room);
    const auto data = test::make_coco(dir, setup);
    CHECK(samples(*data) == plain);
    CHECK(setup.context.images->pictures() == std::min<std::size_t>(6, room / each));
    CHECK(setup.context.images->bytes() <= room);
  }
}

TEST_CASE("a picture that will not be kept is decoded in part", "[image_cache][jpeg]") {
  const test::TempFolder dir;
  auto image = test::gradient(64, 48);
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(pixel / 2 + 100);
  test::write_bytes(dir / "a.jpg", test::jpeg_of(image));
  const auto [room, size_known, last_row] = GENERATE(table<std::size_t, bool, bool>({
      {each - 1, true, false},  // does not fit: only what is wanted
      {each, true, true},
      {each - 1, false, true},  // whether it fits shows when it is decoded
      {0, false, false},
  }));
  ph::ImageCache cache(room);
  test::Bench bench;
  bench.context.cache = &cache;
  bench.instance.image_file = (dir / "a.jpg").string();
  if (size_known) bench.instance.image_width = 64, bench.instance.image_height = 48;
  const auto load = bench.make(R"({"type": "LoadImageFromFile"})");
  ph::PixelFormat format;
  load->meet(format);
  load->expect(format);
  ph::Sample sample;
  sample.instance = &bench.instance;
  const auto got = dynamic_cast<const ph::ImageSource&>(*load).picture(sample, {0, 0, 16, 8});
  CAPTURE(room, size_known);
  CHECK(got->row(0)[0] != 0);
  CHECK((got->row(47)[0] != 0) == last_row);
  CHECK(cache.pictures() == (room >= each ? 1 : 0));
}

TEST_CASE("pipelines that decode otherwise share a cache and no picture", "[image_cache][coco]") {
  const test::TempFolder dir;
  test::CocoSetup setup;
  auto pipeline = test::Json::parse(test::plain_pipeline);
  const auto with = [&](const char* order, const std::shared_ptr<ph::ImageCache>& images) {
    pipeline[0]["channel_order"] = order;
    setup.pipeline = pipeline.dump();
    setup.context.images = images;
    return test::make_coco(dir, setup);
  };
  const auto shared = std::make_shared<ph::ImageCache>(std::size_t{1} << 20);
  const auto rgb = copy(with("rgb", shared)->sample(0, 0, 0).img.values());
  const auto bgr = copy(with("bgr", shared)->sample(0, 0, 0).img.values());
  CHECK(rgb == copy(with("rgb", nullptr)->sample(0, 0, 0).img.values()));
  CHECK(bgr == copy(with("bgr", nullptr)->sample(0, 0, 0).img.values()));
  CHECK(rgb != bgr);
  CHECK(shared->pictures() == 2);
  // Of the same kind they do share: the file is gone, and a second data set has its picture all the same.
  const auto second = with("rgb", shared);
  std::filesystem::remove(dir / "0.bmp");
  CHECK(copy(second->sample(0, 0, 0).img.values()) == rgb);
}
