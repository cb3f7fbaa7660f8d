// A run's loader threads go on into the next epoch where there is one.
#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "data/sample.hpp"
#include "run/place.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"

namespace {

/// Another data set, and who of it was made.
class Watched final : public ph::Dataset {
 public:
  explicit Watched(std::shared_ptr<const ph::Dataset> real) : real_{std::move(real)} {}
  const ph::DatasetInfo& info() const override { return real_->info(); }
  const std::vector<ph::Instance>& instances() const override { return real_->instances(); }
  std::vector<std::string> report() const override { return real_->report(); }
  ph::SampleShapes shapes() const override { return real_->shapes(); }
  void make_sample(std::int64_t index, std::uint64_t seed, std::int64_t epoch,
                   ph::Sample& sample) const override {
    const auto at = static_cast<std::size_t>(epoch);
    if (made.at(at)++ == 0) begun_in.at(at) = ph::place().iteration.load();
    real_->make_sample(index, seed, epoch, sample);
  }
  mutable std::array<std::atomic<int>, 4> made{};
  mutable std::array<std::atomic<std::int64_t>, 4> begun_in{};  ///< iteration of the run, from 1

 private:
  std::shared_ptr<const ph::Dataset> real_;
};

/// Trains 72 pictures in batches of 16, five an epoch, four prefetched.
std::shared_ptr<Watched> watch(ph::Json patch) {
  const test::TempFolder folder;
  patch["evaluation"] = nullptr;
  auto plan = ph::make_plan(test::small_run(folder.path(), patch.dump()));
  // The loader's own reference goes with it.
  std::shared_ptr<ph::Loader> real(std::move(plan.train));
  auto watched = std::make_shared<Watched>(std::shared_ptr<const ph::Dataset>(real, &real->dataset()));
  auto options = real->options();
  options.prefetch_batches = 4;
  plan.train = std::make_unique<ph::Loader>(watched, options);
  (void)test::train(plan);
  std::this_thread::sleep_for(std::chrono::milliseconds{60});  // time to make too many
  return watched;
}

}  // namespace

TEST_CASE("A run prefetches across the end of an epoch, and not beyond its own", "[train][ahead]") {
  const auto data = watch({});
  CHECK(data->made[0] == 72);
  CHECK(data->made[1] == 72);
  CHECK(data->made[2] == 0);
  CHECK(data->begun_in[1] < 5);
}

TEST_CASE("So does a run that is counted in iterations", "[train][ahead]") {
  const auto data =
      watch({{"total_epochs", nullptr}, {"runner", {{"type", "IterBasedRunner"}, {"max_iters", 8}}}});
  CHECK(data->made[0] == 72);
  CHECK(data->begun_in[1] < 5);
  CHECK(data->made[2] == 0);
}

TEST_CASE("A pipeline's loader does not make the epoch of another one", "[train][ahead]") {
  const auto config = ph::load_config(POSEHOST_SOURCE_DIR "/configs/quickstart.json").json();
  const auto data = watch(
      {{"custom_hooks", ph::Json::array({{{"type", "PipelineSwitchHook"},
                                          {"switch_epoch", 1},
                                          {"switch_pipeline", config["data"]["train"]["pipeline"]}}})}});
  CHECK(data->made[0] == 72);
  CHECK(data->made[1] == 0);
}
