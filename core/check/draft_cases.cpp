// Drafts: metrics and transforms (abi_draft.h).
#include <posehost/abi_draft.h>

#include <cmath>
#include <limits>
#include <map>

#include "check/case.hpp"
#include "check/exercise.hpp"
#include "check/fake_host.hpp"
#include "data/rng.hpp"
#include "plugin/instance.hpp"

namespace ph {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// A made-up data set of `n` instances of `k` keypoints; every third instance has no prediction.
struct Answers {
  std::vector<float> predicted, truth, visible;
  std::vector<double> bbox;
  std::vector<std::int64_t> image_id;
  std::vector<std::string> names;
  std::vector<ph_str> name_list;
  std::map<std::string, double> figures;

  Answers(CaseRun& run, std::int64_t n, std::int64_t k) {
    Rng random({run.seed()});
    for (std::int64_t i = 0; i < n; ++i) {
      image_id.push_back(i / 2);
      bbox.insert(bbox.end(), {10, 20, 100 + random.uniform(), i == 0 ? 0.0 : 50.0});
      for (std::int64_t j = 0; j < k; ++j) {
        const auto x = static_cast<float>(random.uniform(0, 200)),
                   y = static_cast<float>(random.uniform(0, 100));
        truth.insert(truth.end(), {x, y});
        visible.push_back(random.uniform() < 0.7 ? 1 : 0);
        const bool none = i % 3 == 2;
        predicted.insert(predicted.end(), {none ? nan : x + 3, none ? nan : y - 4, none ? nan : 0.5F});
      }
    }
    for (std::int64_t j = 0; j < k; ++j) names.push_back("point " + std::to_string(j));
    for (const auto& name : names) name_list.push_back(to_ph(name));
  }
  [[nodiscard]] ph_metric_args args() {
    ph_metric_args args{};
    args.size = sizeof args;
    args.n = static_cast<std::int64_t>(image_id.size());
    args.n_keypoints = static_cast<std::int64_t>(names.size());
    args.predicted = predicted.data();
    args.truth = truth.data();
    args.visible = visible.data();
    args.bbox = bbox.data();
    args.image_id = image_id.data();
    args.keypoint_name = name_list.data();
    args.ctx = &figures;
    args.report = [](void* ctx, ph_str name, double value) noexcept -> std::int32_t {
      if (name.len < 1) return PH_ERR_INVALID_ARGUMENT;
      auto& all = *static_cast<std::map<std::string, double>*>(ctx);
      return all.try_emplace(std::string{from_ph(name)}, value).second ? PH_OK : PH_ERR_INVALID_ARGUMENT;
    };
    return args;
  }
};

std::map<std::string, double> judge(CaseRun& run, Trial& trial, std::int64_t n, std::int64_t k) {
  Answers answers{run, n, k};
  const auto args = answers.args();
  const auto during = "evaluate of " + std::to_string(n) + " instances";
  const auto status =
      run.call(during, [&] { return trial.api<ph_metric_api>().evaluate(trial.self(), &args); });
  if (trial.accept(status, during) && answers.figures.empty()) run.fail(during + " reported no figure");
  return answers.figures;
}

bool same_bits(const std::map<std::string, double>& a, const std::map<std::string, double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && (x.second == y.second || (std::isnan(x.second) && std::isnan(y.second)));
  });
}

void check_metric(CaseRun& run) {
  for (const auto& args : working_args(run, 6)) {
    Trial trial{run, run.component(), args}, other{run, run.component(), args};
    for (const std::int64_t n : {0, 1, 50}) {
      const auto first = judge(run, trial, n, 17);
      judge(run, trial, 7, 1);
      if (!same_bits(first, judge(run, trial, n, 17)) || !same_bits(first, judge(run, other, n, 17)))
        run.fail_and_end("gives other figures when it is asked again; arguments " + short_text(args));
    }
  }
}

/// A crop in memory of its own with guards around it and between its rows.
class GuardedCrop {
 public:
  GuardedCrop(std::int64_t width, std::int64_t height, std::int64_t channels, std::int64_t k,
              std::uint64_t seed)
      : width_(width),
        height_(height),
        channels_(channels),
        random_({seed}),
        bytes_(before + height * stride() + gap, guard),
        joints_(static_cast<std::size_t>(2 * k + 2), guard_number),
        visible_(static_cast<std::size_t>(k + 2), guard_number) {
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t i = 0; i < width * channels; ++i)
        at(y, i) = static_cast<std::uint8_t>((37 * y + 11 * i) % 251);
    for (std::size_t i = 1; i + 1 < joints_.size(); ++i) joints_[i] = static_cast<float>(i);
    for (std::size_t i = 1; i + 1 < visible_.size(); ++i) visible_[i] = static_cast<float>(i % 2);
  }
  [[nodiscard]] ph_transform_args args() {
    ph_transform_args args{};
    args.size = sizeof args;
    args.pixels = &at(0, 0);
    args.width = width_;
    args.height = height_;
    args.channels = channels_;
    args.row_bytes = stride();
    args.joints = joints_.data() + 1;
    args.visible = visible_.data() + 1;
    args.n_keypoints = static_cast<std::int64_t>(visible_.size()) - 2;
    args.ctx = &random_;
    args.uniform = [](void* ctx) noexcept { return static_cast<Rng*>(ctx)->uniform(); };
    return args;
  }
  [[nodiscard]] bool guards_stand() const {
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      const auto inside = static_cast<std::int64_t>(i) - before;
      if (inside >= 0 && inside < height_ * stride() && inside % stride() < width_ * channels_) continue;
      if (bytes_[i] != guard) return false;
    }
    return joints_.front() == guard_number && joints_.back() == guard_number &&
           visible_.front() == guard_number && visible_.back() == guard_number;
  }
  [[nodiscard]] bool operator==(const GuardedCrop& other) const {
    return bytes_ == other.bytes_ && joints_ == other.joints_ && visible_ == other.visible_;
  }

 private:
  static constexpr std::int64_t before = 64, gap = 13;
  static constexpr std::uint8_t guard = 0xA5;
  static constexpr float guard_number = -12345;
  [[nodiscard]] std::int64_t stride() const { return width_ * channels_ + gap; }
  [[nodiscard]] std::uint8_t& at(std::int64_t y, std::int64_t i) {
    return bytes_[static_cast<std::size_t>(before + y * stride() + i)];
  }
  std::int64_t width_, height_, channels_;
  Rng random_;
  std::vector<std::uint8_t> bytes_;
  std::vector<float> joints_, visible_;
};

void apply(CaseRun& run, Trial& trial, GuardedCrop& crop, const std::string& what) {
  const auto args = crop.args();
  const auto during = "apply to a crop of " + what;
  trial.accept(run.call(during, [&] { return trial.api<ph_transform_api>().apply(trial.self(), &args); }),
               during);
  if (!crop.guards_stand()) run.fail_and_end(during + ": writes outside the pixels, joints or visible");
}

void check_transform(CaseRun& run) {
  struct Size {
    std::int64_t width, height, channels, keypoints;
  };
  for (const auto& args : working_args(run, 6)) {
    Trial trial{run, run.component(), args}, other{run, run.component(), args};
    for (const auto& [width, height, channels, k] :
         {Size{48, 64, 3, 17}, Size{1, 1, 1, 1}, Size{7, 3, 4, 0}}) {
      const auto what = std::to_string(width) + " x " + std::to_string(height);
      for (std::uint64_t i = 0; i < 8; ++i) {
        const auto made = [&] { return GuardedCrop(width, height, channels, k, run.seed(i)); };
        auto first = made(), again = made(), elsewhere = made(), between = GuardedCrop(5, 5, 3, 2, i);
        apply(run, trial, first, what);
        apply(run, trial, between, "5 x 5");
        apply(run, trial, again, what);
        apply(run, other, elsewhere, what);
        if (!(first == again) || !(first == elsewhere))
          run.fail_and_end("the same sample with the same random numbers becomes another; arguments " +
                           short_text(args));
      }
    }
  }
}

}  // namespace

void add_draft_cases(std::vector<CheckCase>& to) {
  to.push_back({"metric.same", PH_KIND_METRIC, "figures for none, one and many instances, the same each time",
                check_metric});
  to.push_back({"transform.same", PH_KIND_TRANSFORM,
                "a sample becomes the same whatever came before, and nothing else is written",
                check_transform});
}

}  // namespace ph
