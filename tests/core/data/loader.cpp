#include "data/loader.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "core/data/coco_fixture.hpp"
#include "core/data/counting_dataset.hpp"
#include "data/sample.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

using namespace std::chrono_literals;

using Counting = test::CountingDataset;

ph::LoaderOptions options(std::int64_t batch, int threads) {
  ph::LoaderOptions chosen;
  chosen.batch_size = batch;
  chosen.threads = threads;
  return chosen;
}

std::vector<float> first_values(const ph::Batch& batch) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < batch.samples(); ++i)
    values.push_back(batch.img.const_data_ptr<float>()[3 * i]);
  return values;
}

std::vector<std::vector<float>> epoch_of(ph::Loader& loader, std::int64_t epoch, std::int64_t first = 0) {
  loader.start(epoch, first);
  std::vector<std::vector<float>> all;
  while (auto batch = loader.next()) all.push_back(first_values(*batch));
  return all;
}

void append(std::vector<std::uint8_t>& bytes, const at::Tensor& tensor) {
  REQUIRE(tensor.is_contiguous());
  const auto* data = static_cast<const std::uint8_t*>(tensor.const_data_ptr());
  bytes.insert(bytes.end(), data, data + tensor.nbytes());
}

std::vector<std::uint8_t> bytes_of(const ph::Batch& batch) {
  std::vector<std::uint8_t> bytes;
  for (const at::Tensor& tensor : {batch.img, batch.target, batch.target_weight}) append(bytes, tensor);
  for (const ph::SampleMeta& meta : batch.meta) {
    for (const float value : {meta.center[0], meta.center[1], meta.scale[0], meta.scale[1], meta.rotation}) {
      const auto* raw = reinterpret_cast<const std::uint8_t*>(&value);
      bytes.insert(bytes.end(), raw, raw + sizeof value);
    }
  }
  return bytes;
}

std::vector<std::vector<std::uint8_t>> bytes_of_epoch(const std::shared_ptr<const ph::Dataset>& data,
                                                      int threads, std::int64_t epoch,
                                                      std::int64_t first = 0) {
  auto chosen = options(4, threads);
  chosen.shuffle = true;
  chosen.seed = 11;
  ph::Loader loader(data, chosen);
  loader.start(epoch, first);
  std::vector<std::vector<std::uint8_t>> all;
  while (const auto batch = loader.next()) all.push_back(bytes_of(*batch));
  return all;
}

}  // namespace

TEST_CASE("batches come in order, the last one short", "[loader]") {
  ph::Loader loader(std::make_shared<Counting>(7), options(3, 2));
  CHECK(loader.batches() == 3);
  CHECK(epoch_of(loader, 0) == std::vector<std::vector<float>>{{0, 1, 2}, {3, 4, 5}, {6}});
  CHECK_FALSE(loader.next());
}

TEST_CASE("drop_last leaves out a short batch, even the only one", "[loader]") {
  auto chosen = options(3, 1);
  chosen.drop_last = true;
  ph::Loader loader(std::make_shared<Counting>(7), chosen);
  CHECK(loader.batches() == 2);
  CHECK(epoch_of(loader, 0).size() == 2);
  ph::Loader none(std::make_shared<Counting>(2), chosen);
  CHECK(none.batches() == 0);
  CHECK(epoch_of(none, 0).empty());
}

TEST_CASE("an epoch's order is a permutation of its own, the same each time", "[loader]") {
  auto chosen = options(50, 2);
  chosen.shuffle = true;
  chosen.seed = 3;
  ph::Loader loader(std::make_shared<Counting>(50), chosen);
  const auto first = epoch_of(loader, 1).at(0), second = epoch_of(loader, 2).at(0);
  CHECK(std::set<float>(first.begin(), first.end()).size() == 50);
  CHECK(first != second);
  CHECK(epoch_of(loader, 1).at(0) == first);
  chosen.seed = 4;
  ph::Loader other(std::make_shared<Counting>(50), chosen);
  CHECK(epoch_of(other, 1).at(0) != first);
  std::vector<float> sorted = first;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted != first);
}

TEST_CASE("equal bytes for any number of threads, and from the middle of an epoch", "[loader]") {
  const test::TempFolder dir;
  test::CocoSetup setup;
  setup.annotations = test::coco_json(22);
  setup.pipeline = test::random_pipeline;
  const auto data = test::make_coco(dir, setup);
  const auto one = bytes_of_epoch(data, 1, 5);
  REQUIRE(one.size() == 6);
  CHECK(bytes_of_epoch(data, 2, 5) == one);
  CHECK(bytes_of_epoch(data, 3, 5) == one);
  CHECK(bytes_of_epoch(data, 2, 6) != one);
  for (const std::int64_t first : {1, 4, 6}) {
    const auto tail = bytes_of_epoch(data, 2, 5, first);
    CHECK(tail == std::vector<std::vector<std::uint8_t>>(one.begin() + first, one.end()));
  }
}

TEST_CASE("starting in mid-epoch makes none of the batches before", "[loader]") {
  const auto data = std::make_shared<Counting>(100);
  ph::Loader loader(data, options(10, 2));
  CHECK(epoch_of(loader, 0, 9) == std::vector<std::vector<float>>{{90, 91, 92, 93, 94, 95, 96, 97, 98, 99}});
  CHECK(data->made == 10);
  CHECK(epoch_of(loader, 0, 10).empty());
  CHECK(epoch_of(loader, 0, 99).empty());
}

TEST_CASE("no more than prefetch_batches are made ahead", "[loader]") {
  const auto data = std::make_shared<Counting>(100);
  auto chosen = options(5, 3);
  chosen.prefetch_batches = 2;
  ph::Loader loader(data, chosen);
  loader.start(0);
  for (int i = 0; i < 200 && data->made < 10; ++i) std::this_thread::sleep_for(5ms);
  std::this_thread::sleep_for(30ms);  // time to make too many
  CHECK(data->made == 10);
  (void)loader.next();
  for (int i = 0; i < 200 && data->made < 15; ++i) std::this_thread::sleep_for(5ms);
  std::this_thread::sleep_for(30ms);
  CHECK(data->made == 15);
}

TEST_CASE("a thread's error comes with the batch it belongs to, the next batch after it", "[loader][error]") {
  const auto data = std::make_shared<Counting>(9);
  data->bad = {4, 5};
  for (int threads = 1; threads <= 3; ++threads) {
    ph::Loader loader(data, options(3, threads));
    loader.start(0);
    CHECK(first_values(*loader.next()) == std::vector<float>{0, 1, 2});
    // The first bad sample of the batch, however the threads were scheduled.
    CHECK_THAT(test::error_of([&] { (void)loader.next(); }), test::ContainsSubstring("image 4: bad"));
    CHECK(first_values(*loader.next()) == std::vector<float>{6, 7, 8});
    CHECK_FALSE(loader.next());
  }
}

TEST_CASE("a new epoch drops what was made of another", "[loader]") {
  ph::Loader loader(std::make_shared<Counting>(20), options(2, 2));
  loader.start(1);
  (void)loader.next();
  loader.start(2);
  int batches = 0;
  while (const auto batch = loader.next()) {
    ++batches;
    for (std::int64_t i = 0; i < batch->samples(); ++i)
      CHECK(batch->img.const_data_ptr<float>()[3 * i + 1] == 2);
  }
  CHECK(batches == 10);
}

TEST_CASE("a loader ends while its threads are at work", "[loader]") {
  const auto data = std::make_shared<Counting>(1000);
  data->delay = 20ms;
  std::int64_t before = 0;
  {
    ph::Loader loader(data, options(100, 2));
    loader.start(0);
    while (data->made < 2) std::this_thread::sleep_for(1ms);
    before = data->made;
  }
  // Two samples were at hand; the batch has a hundred.
  CHECK(data->made - before < 50);
  ph::Loader idle(data, options(100, 2));
  CHECK_FALSE(idle.next());  // not started
}

TEST_CASE("a batch carries where its samples came from", "[loader]") {
  const test::TempFolder dir;
  const auto data = test::make_coco(dir);
  ph::Loader loader(data, options(3, 2));
  loader.start(0);
  const auto batch = loader.next();
  REQUIRE(batch);
  CHECK(batch->img.sizes() == at::IntArrayRef{3, 3, 32, 32});
  CHECK(batch->target.sizes() == at::IntArrayRef{3, 3, 8, 8});
  CHECK(batch->target_weight.sizes() == at::IntArrayRef{3, 3, 1});
  REQUIRE(batch->samples() == 3);
  CHECK(batch->meta[2].index == 2);
  CHECK(batch->meta[2].image_file == (dir / "2.bmp").string());
  CHECK(batch->meta[2].center == std::array<float, 2>{30, 21});  // box 10, 6, 40, 30
  CHECK(batch->meta[2].bbox_score == 1);
}

TEST_CASE("a picture that breaks in mid-run is named", "[loader][error]") {
  const test::TempFolder dir;
  const auto data = test::make_coco(dir);
  test::write_bytes(dir / "2.bmp", {'B', 'M'});
  ph::Loader loader(data, options(2, 2));
  loader.start(0);
  CHECK(loader.next());
  CHECK_THAT(test::error_of([&] { (void)loader.next(); }), test::ContainsSubstring("2.bmp: not an image"));
}
