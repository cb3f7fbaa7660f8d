#pragma once
// Samples whose picture says who they are: img[0] = index, img[1] = epoch.
#include <atomic>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "config/error.hpp"
#include "data/dataset.hpp"
#include "data/sample.hpp"

namespace test {

class CountingDataset final : public ph::Dataset {
 public:
  explicit CountingDataset(std::size_t size) : instances_(size) {}
  const ph::DatasetInfo& info() const override { return info_; }
  const std::vector<ph::Instance>& instances() const override { return instances_; }
  std::vector<std::string> report() const override { return {}; }
  ph::SampleShapes shapes() const override { return {{3, 1, 1}, {}, {}}; }
  void make_sample(std::int64_t index, std::uint64_t, std::int64_t epoch, ph::Sample& sample) const override {
    ++made;
    if (delay.count() > 0) std::this_thread::sleep_for(delay);
    if (bad.contains(index) && bad_epoch.value_or(epoch) == epoch) {
      throw ph::Error(ph::ErrorKind::data, "image " + std::to_string(index) + ": bad");
    }
    sample.index = index;
    sample.instance = &instances_[static_cast<std::size_t>(index)];
    const auto values = sample.img.resize(3);
    values[0] = static_cast<float>(index);
    values[1] = static_cast<float>(epoch);
    values[2] = 0;
  }
  std::set<std::int64_t> bad;
  std::optional<std::int64_t> bad_epoch;  ///< nothing: in each
  std::chrono::milliseconds delay{0};
  mutable std::atomic<int> made{0};

 private:
  ph::DatasetInfo info_;
  std::vector<ph::Instance> instances_;
};

}  // namespace test
