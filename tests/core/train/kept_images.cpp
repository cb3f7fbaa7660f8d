// runtime.image_cache_mb: one cache of decoded pictures for all data sets of a run.
#include "data/image_cache.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "system/limits.hpp"

namespace fs = std::filesystem;

namespace {

/// A small run on copies of the shipped pictures (72 to train on, 18 others), which may be removed.
struct Copied {
  test::TempFolder folder;
  fs::path images = folder.path() / "images";

  Copied() { fs::copy(POSEHOST_SOURCE_DIR "/configs/data/mirror_mouse/images", images); }
  [[nodiscard]] ph::RunPlan plan(const ph::Json& image_cache_mb) const {
    const auto config = ph::load_config(POSEHOST_SOURCE_DIR "/configs/quickstart.json").json();
    const ph::Json set{{"img_prefix", images.string()}}, data{{"train", set}, {"val", set}};
    const ph::Json later{{"type", "PipelineSwitchHook"},
                         {"switch_epoch", 1},
                         {"switch_pipeline", config["data"]["train"]["pipeline"]}};
    const ph::Json patch{{"data", data},
                         {"runtime", {{"image_cache_mb", image_cache_mb}}},
                         {"workflow", ph::Json::parse(R"([["train", 1], ["val", 1]])")},
                         {"custom_hooks", ph::Json::array({later})}};
    return ph::make_plan(test::small_run(folder.path(), patch.dump()));
  }
};

std::int64_t samples(ph::Loader& loader, std::int64_t epoch) {
  loader.start(epoch);
  std::int64_t count = 0;
  while (const auto batch = loader.next()) count += batch->samples();
  return count;
}

constexpr std::size_t each = 396 * 406 * 3;

}  // namespace

TEST_CASE("A run decodes each picture once, whichever of its data sets asks", "[train][images]") {
  const Copied copied;
  auto plan = copied.plan(nullptr);
  REQUIRE(plan.images);
  CHECK(samples(*plan.train, 0) == 72);
  CHECK(samples(*plan.val, 0) == 18);
  CHECK(plan.images->pictures() == 90);
  CHECK(plan.images->bytes() == 90 * each);
  fs::remove_all(copied.images);  // whoever opens a file from now on fails
  REQUIRE(plan.later_pipelines.size() == 1);
  CHECK(samples(*plan.train, 1) == 72);
  CHECK(samples(*plan.later_pipelines[0].loader, 1) == 72);
  CHECK(samples(*plan.val, 0) == 18);
  CHECK(samples(*plan.val_loss, 0) == 18);
  CHECK(plan.images->pictures() == 90);
}

TEST_CASE("A run keeps as many MB of pictures as its config says, 0: none", "[train][images]") {
  const Copied copied;
  CHECK_FALSE(copied.plan(0).images);
  auto plan = copied.plan(1);
  CHECK(plan.images->capacity() == 1 << 20);
  CHECK(samples(*plan.train, 0) + samples(*plan.train, 1) + samples(*plan.val, 0) == 72 + 72 + 18);
  CHECK(plan.images->pictures() == 2);
  CHECK(copied.plan(INT64_MAX).images->capacity() >= std::size_t{1} << 62);
}

TEST_CASE("The share of memory for pictures is at most an eighth and 4096 MB", "[train][images]") {
  const auto plan = Copied().plan(nullptr);
  const auto share = static_cast<std::int64_t>(plan.images->capacity());
  CHECK(share == std::min<std::int64_t>(ph::limited_memory() / 8, std::int64_t{4096} << 20));
}

TEST_CASE("A trained run is the same with and without kept pictures", "[train][images]") {
  const test::TempFolder with, without;
  auto kept = ph::make_plan(test::small_run(with.path()));
  auto plain = ph::make_plan(test::small_run(without.path(), R"({"runtime": {"image_cache_mb": 0}})"));
  REQUIRE(kept.images);
  REQUIRE_FALSE(plain.images);
  (void)test::train(kept);
  (void)test::train(plain);
  const auto losses = [](const ph::RunPlan& plan) {
    std::vector<double> all;
    for (const auto& row : test::rows(plan, "train")) all.push_back(row.at("loss").get<double>());
    return all;
  };
  CHECK(losses(kept) == losses(plain));
  CHECK(losses(kept).size() == 10);
}
