// Drafts: metrics and transforms (abi_draft.h).
#include <posehost/abi_draft.h>

#include <cmath>
#include <map>

#include "check/case.hpp"
#include "check/draft_samples.hpp"
#include "check/exercise.hpp"
#include "check/fake_host.hpp"

namespace ph {
namespace {

std::map<std::string, double> judge(CaseRun& run, Trial& trial, std::int64_t n, std::int64_t k) {
  SampleAnswers answers{run.seed(), n, k};
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

void apply(CaseRun& run, Trial& trial, SampleCrop& crop, const std::string& what) {
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
        const auto made = [&] { return SampleCrop(width, height, channels, k, run.seed(i)); };
        auto first = made(), again = made(), elsewhere = made(), between = SampleCrop(5, 5, 3, 2, i);
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
