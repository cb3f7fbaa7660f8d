// A loader whose threads go on into the next epoch.
#include <random>

#include "core/data/counting_dataset.hpp"
#include "data/loader.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace std::chrono_literals;

namespace {

/// Index and epoch of every sample of the rest of the epoch, batch by batch.
std::vector<std::vector<std::pair<float, float>>> rest_of(ph::Loader& loader) {
  std::vector<std::vector<std::pair<float, float>>> all;
  while (const auto batch = loader.next()) {
    auto& samples = all.emplace_back();
    const auto* values = batch->img.const_data_ptr<float>();
    for (std::int64_t i = 0; i < batch->samples(); ++i)
      samples.emplace_back(values[3 * i], values[(3 * i) + 1]);
  }
  return all;
}

ph::LoaderOptions shuffled(std::int64_t batch, int threads, int prefetch = 2) {
  ph::LoaderOptions chosen;
  chosen.batch_size = batch;
  chosen.threads = threads;
  chosen.prefetch_batches = prefetch;
  chosen.shuffle = true;
  chosen.seed = 5;
  return chosen;
}

// Waits until `count` samples have been made, and long enough to see whether it becomes more.
bool settles_at(const test::CountingDataset& data, int count) {
  for (int i = 0; i < 400 && data.made < count; ++i) std::this_thread::sleep_for(5ms);
  std::this_thread::sleep_for(40ms);
  return data.made == count;
}

}  // namespace

TEST_CASE("the first batches of the next epoch are made when this one ends", "[loader][ahead]") {
  const auto data = std::make_shared<test::CountingDataset>(12);
  ph::Loader loader(data, shuffled(3, 2));
  loader.start(0, 0, true);
  const auto first = rest_of(loader);
  CHECK(first.size() == 4);
  CHECK(settles_at(*data, 12 + 6));  // two batches ahead
  CHECK_FALSE(loader.next());        // the epoch is over all the same
  loader.start(1, 0, true);
  CHECK(settles_at(*data, 12 + 6));  // they are there, and the bound holds
  const auto second = rest_of(loader);
  CHECK(settles_at(*data, 24 + 6));
  loader.start(2);
  const auto third = rest_of(loader);
  CHECK(settles_at(*data, 36));  // nothing follows
  for (const auto& [epoch, got] : {std::pair{0, first}, {1, second}, {2, third}}) {
    ph::Loader plain(std::make_shared<test::CountingDataset>(12), shuffled(3, 1));
    plain.start(epoch);
    CHECK(rest_of(plain) == got);
  }
}

TEST_CASE("nobody goes ahead of an epoch that is not promised", "[loader][ahead]") {
  const auto data = std::make_shared<test::CountingDataset>(12);
  ph::Loader loader(data, shuffled(3, 3));
  loader.start(0);
  CHECK(rest_of(loader).size() == 4);
  CHECK(settles_at(*data, 12));
}

TEST_CASE("another start than the promised one drops what was made ahead", "[loader][ahead]") {
  const auto [epoch, first] = GENERATE(table<int, int>({{0, 0}, {0, 2}, {1, 1}, {2, 0}, {7, 0}}));
  CAPTURE(epoch, first);
  const auto data = std::make_shared<test::CountingDataset>(12);
  ph::Loader loader(data, shuffled(3, 2));
  loader.start(0, 0, true);
  (void)rest_of(loader);
  REQUIRE(settles_at(*data, 18));
  loader.start(epoch, first);
  const auto got = rest_of(loader);
  ph::Loader plain(std::make_shared<test::CountingDataset>(12), shuffled(3, 1));
  plain.start(epoch, first);
  CHECK(rest_of(plain) == got);
}

TEST_CASE("an epoch left early goes, and what was made ahead stays", "[loader][ahead]") {
  const auto data = std::make_shared<test::CountingDataset>(6);
  ph::Loader loader(data, shuffled(3, 1, 4));
  loader.start(0, 0, true);
  REQUIRE(settles_at(*data, 12));
  (void)loader.next();
  loader.start(1);
  const auto got = rest_of(loader);
  REQUIRE(got.size() == 2);
  for (const auto& batch : got) {
    for (const auto& sample : batch) CHECK(sample.second == 1);
  }
  CHECK(data->made == 12);
}

TEST_CASE("an epoch shorter than what is prefetched is made once", "[loader][ahead]") {
  const auto data = std::make_shared<test::CountingDataset>(4);
  ph::Loader loader(data, shuffled(2, 2, 8));
  loader.start(0, 0, true);
  CHECK(settles_at(*data, 8));  // one epoch ahead, not more
  for (const int epoch : {0, 1, 2}) {
    if (epoch > 0) loader.start(epoch, 0, true);
    const auto got = rest_of(loader);
    REQUIRE(got.size() == 2);
    CHECK(got[0][0].second == static_cast<float>(epoch));
  }
}

TEST_CASE("an error of the next epoch comes when that is asked for", "[loader][ahead][error]") {
  for (int threads = 1; threads <= 3; ++threads) {
    const auto data = std::make_shared<test::CountingDataset>(6);
    data->bad_epoch = 1;
    data->bad = {0, 1, 2, 3, 4, 5};
    ph::Loader loader(data, shuffled(3, threads));
    loader.start(0, 0, true);
    CHECK(rest_of(loader).size() == 2);
    REQUIRE(settles_at(*data, 12));
    CHECK_FALSE(loader.next());
    loader.start(1, 0, true);
    CHECK_THAT(test::error_of([&] { (void)loader.next(); }), test::ContainsSubstring(": bad"));
    CHECK_THAT(test::error_of([&] { (void)loader.next(); }), test::ContainsSubstring(": bad"));
    CHECK_FALSE(loader.next());
    loader.start(2);
    CHECK(rest_of(loader).size() == 2);
  }
}

TEST_CASE("a data set without a batch has nothing to go into", "[loader][ahead]") {
  auto chosen = shuffled(4, 2);
  chosen.drop_last = true;
  ph::Loader loader(std::make_shared<test::CountingDataset>(3), chosen);
  for (int epoch = 0; epoch < 20; ++epoch) {
    loader.start(epoch, 0, true);
    CHECK_FALSE(loader.next());
  }
}

TEST_CASE("starts in any order give what each epoch is, with any number of threads", "[loader][ahead]") {
  std::mt19937 random(GENERATE(1U, 2U, 3U));
  const int threads = GENERATE(1, 2, 4);
  ph::Loader loader(std::make_shared<test::CountingDataset>(23), shuffled(4, threads, 3));
  std::vector<std::vector<std::vector<std::pair<float, float>>>> expected;
  {
    ph::Loader plain(std::make_shared<test::CountingDataset>(23), shuffled(4, 1));
    for (int epoch = 0; epoch < 12; ++epoch) {
      plain.start(epoch);
      expected.push_back(rest_of(plain));
    }
  }
  std::int64_t epoch = 0;
  for (int i = 0; i < 600; ++i) {
    // Mostly as in a run: on and on; now and then somewhere else, or not to the end.
    const auto kind = random() % 8;
    epoch = kind == 0 ? static_cast<std::int64_t>(random() % 12) : (epoch + 1) % 12;
    const auto first = kind == 1 ? static_cast<std::int64_t>(random() % 7) : 0;
    loader.start(epoch, first, random() % 3 != 0);
    if (kind == 2) continue;
    const auto& whole = expected[static_cast<std::size_t>(epoch)];
    if (kind == 3) {
      for (std::size_t b = 0; b < 2; ++b) {
        const auto batch = loader.next();
        REQUIRE(batch);
        REQUIRE(batch->img.const_data_ptr<float>()[0] == whole[b][0].first);
        REQUIRE(batch->img.const_data_ptr<float>()[1] == static_cast<float>(epoch));
      }
      continue;
    }
    const decltype(expected)::value_type tail(whole.begin() + std::min<std::int64_t>(first, 6), whole.end());
    REQUIRE(rest_of(loader) == tail);
  }
}
