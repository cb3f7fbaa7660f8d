// Schedules: the value is a function of the point and of nothing else, and a number.
#include <posehost/abi.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "check/case.hpp"
#include "check/config_samples.hpp"
#include "check/fake_host.hpp"
#include "check/import_watch.hpp"

namespace ph {
namespace {

struct Length {
  bool by_epoch;
  std::int64_t epochs, iters_per_epoch;
};
constexpr Length lengths[] = {{true, 10, 20}, {true, 210, 7}, {false, 0, 500}, {true, 1, 1}};

/// Points of a run in their order; the ends of epochs and of the run among them.
std::vector<ph_schedule_point> points_of(const Length& length, std::int32_t role) {
  std::vector<ph_schedule_point> points;
  const auto iters = length.by_epoch ? length.epochs * length.iters_per_epoch : length.iters_per_epoch;
  const auto step = std::max<std::int64_t>(1, iters / 150);
  for (std::int64_t group = 0; group < 2; ++group) {
    for (std::int64_t iter = 0; iter <= iters;
         iter = iter < iters && iter + step > iters ? iters : iter + step) {
      ph_schedule_point at{};
      at.size = sizeof at;
      at.iter = at.opt_step = iter;
      at.iters_per_epoch = length.by_epoch ? length.iters_per_epoch : 50;
      at.epoch = iter / at.iters_per_epoch;
      at.max_iters = iters;
      at.max_epochs = length.epochs;
      at.by_epoch = length.by_epoch ? 1 : 0;
      at.role = role;
      at.group = group;
      at.base = group == 0 ? 0.1 : 0.02;
      at.prev = at.base * (group == 0 ? 1 : 0.5);
      points.push_back(at);
    }
  }
  return points;
}

std::string text_of(const ph_schedule_point& at) {
  return "iter " + std::to_string(at.iter) + " of " + std::to_string(at.max_iters) + ", epoch " +
         std::to_string(at.epoch) + " of " + std::to_string(at.max_epochs);
}

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// The arguments of several instances: the least that is needed, then whatever is valid.
std::vector<Json> samples(CaseRun& run, std::size_t n) {
  const auto schema = Json::parse(run.component().schema);
  Draw draw{run.seed()};
  std::vector<Json> all{filled(run.component(), minimal_args(schema, draw))};
  while (all.size() < n) all.push_back(filled(run.component(), random_args(schema, draw)));
  return all;
}

/// Calls `judge` for each instance that create accepts and each run that its check accepts.
template <class F>
void each_run(CaseRun& run, F&& judge) {
  // Some take one of two arguments, or one below another: many samples, few that they accept.
  constexpr std::size_t tries = 300, enough = 12;
  std::size_t accepted = 0, instances = 0;
  for (const auto& args : samples(run, tries)) {
    if (instances == enough) break;
    Trial trial{run, run.component(), args};
    if (!trial.made()) continue;
    const auto before = accepted;
    const auto& api = trial.api<ph_schedule_api>();
    for (const auto& length : lengths) {
      const auto points = points_of(length, PH_ROLE_LR);
      auto first = points.front();
      if (api.check != nullptr) {
        const auto status =
            run.call("check(" + text_of(first) + ")", [&] { return api.check(trial.self(), &first); });
        if (!trial.accept(status, "check")) continue;
      }
      ++accepted;
      judge(trial, points);
    }
    instances += accepted > before ? 1 : 0;
  }
  if (accepted == 0) run.fail("no arguments of its schema were accepted for any run");
}

std::vector<double> values_of(CaseRun& run, const Trial& trial,
                              const std::vector<ph_schedule_point>& points) {
  const auto& api = trial.api<ph_schedule_api>();
  std::vector<double> values;
  values.reserve(points.size());
  run.call("value, arguments " + short_text(trial.args()), [&] {
    for (const auto& at : points) values.push_back(api.value(trial.self(), &at));
    return 0;
  });
  return values;
}

void compare(CaseRun& run, const Trial& trial, const std::vector<ph_schedule_point>& points,
             const std::vector<double>& first, const std::vector<double>& again, const std::string& how) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (same_bits(first[i], again[i])) continue;
    run.fail_and_end("value is not pure: " + std::to_string(first[i]) + ", then " + std::to_string(again[i]) +
                     " " + how + ", at " + text_of(points[i]) + "; arguments " + short_text(trial.args()));
  }
}

void check_pure(CaseRun& run) {
  static_cast<void>(run.component());
  import_watch::install(run.settings().file);
  each_run(run, [&](Trial& trial, const std::vector<ph_schedule_point>& points) {
    import_watch::reset();
    const auto first = values_of(run, trial, points);
    for (const auto group : {import_watch::Group::outside, import_watch::Group::process}) {
      for (const auto& name : import_watch::seen(group)) run.fail("value calls " + name);
    }
    compare(run, trial, points, first, values_of(run, trial, points), "when asked again");
    auto backward = points;
    std::reverse(backward.begin(), backward.end());
    auto values = values_of(run, trial, backward);
    std::reverse(values.begin(), values.end());
    compare(run, trial, points, first, values, "in another order");
    Trial other{run, run.component(), trial.args()};
    if (other.made())
      compare(run, trial, points, first, values_of(run, other, points), "from another instance");
  });
}

void check_threads(CaseRun& run) {
  each_run(run, [&](Trial& trial, const std::vector<ph_schedule_point>& points) {
    const auto first = values_of(run, trial, points);
    const auto& api = trial.api<ph_schedule_api>();
    std::vector<std::vector<double>> results(3, std::vector<double>(points.size()));
    run.call("value on several threads", [&] {
      std::vector<std::thread> threads;
      for (std::size_t t = 0; t < results.size(); ++t) {
        threads.emplace_back([&, t] {
          for (std::size_t k = 0; k < points.size(); ++k) {
            const auto i = (k + t * points.size() / 3) % points.size();
            results[t][i] = api.value(trial.self(), &points[i]);
          }
        });
      }
      for (auto& thread : threads) thread.join();
      return 0;
    });
    for (const auto& result : results) compare(run, trial, points, first, result, "on another thread");
  });
}

void check_finite(CaseRun& run) {
  each_run(run, [&](Trial& trial, const std::vector<ph_schedule_point>& points) {
    const auto values = values_of(run, trial, points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (std::isfinite(values[i])) continue;
      run.fail_and_end("value is " + std::to_string(values[i]) + " at " + text_of(points[i]) +
                       "; arguments " + short_text(trial.args()) + "; refuse them in create or check");
    }
  });
}

}  // namespace

void add_schedule_cases(std::vector<CheckCase>& to) {
  to.push_back(
      {"schedule.pure", PH_KIND_SCHEDULE,
       "value is the same when asked again, in another order, from another instance; no clock, no files",
       check_pure});
  to.push_back({"schedule.threads", PH_KIND_SCHEDULE, "and on several threads at once", check_threads});
  to.push_back({"schedule.finite", PH_KIND_SCHEDULE, "value is a number over every run that check accepts",
                check_finite});
}

}  // namespace ph
