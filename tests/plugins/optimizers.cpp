// The bundled optimizers against torch 2.11, and Lion and Adan against their packages (tests/golden/optimizers.py).
#include <algorithm>
#include <cmath>

#include "filler.hpp"
#include "optimizer_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

using test::ContainsSubstring;
using test::OptimizerRun;
using test::Parameter;

namespace {

template <class Real>
std::vector<Real> widen(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

template <class Real>
std::vector<Real> numbers(const ph::Json& list) {
  std::vector<Real> all;
  for (const auto& value : list) all.push_back(static_cast<Real>(value.get<double>()));
  return all;
}

template <class A, class B>
double distance(const std::vector<A>& a, const std::vector<B>& b) {
  REQUIRE(a.size() == b.size());
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += d * d;
  }
  return std::sqrt(sum);
}

double norm(const std::vector<double>& a) { return distance(a, std::vector<double>(a.size(), 0.0)); }

// Runs a golden case and hands each kept step to `compare(step, name, values)`; the optimizer and its
// parameters after the last one are what it returns.
template <class Real>
struct Replayed {
  OptimizerRun run;
  std::map<std::string, Parameter<Real>> params;
};
template <class Real, class Compare>
Replayed<Real> replay(const ph::Json& golden, const Compare& compare) {
  OptimizerRun run(golden["type"], golden["args"].dump());
  std::map<std::string, Parameter<Real>> params;
  for (const auto& param : golden["params"]) {
    std::size_t numel = 1;
    for (const auto& side : param["shape"]) numel *= side.get<std::size_t>();
    params[param["name"]].values = widen<Real>(test::filled(param["name"].get<std::string>(), numel));
  }
  params["large"].values = widen<Real>(test::filled("large", golden["large"]["numel"].get<std::size_t>()));
  for (int step = 1; step <= 25; ++step) {
    const auto key = std::to_string(step);
    if (golden["set"].contains(key)) {
      for (const auto& [hyper, value] : golden["set"][key].items())
        REQUIRE(run.set(hyper, value.template get<double>()));
    }
    for (auto& [name, param] : params) {
      const auto& absent = golden["absent"].value(name, std::vector<int>{});
      if (std::find(absent.begin(), absent.end(), step) != absent.end()) continue;
      const auto grad = test::filled(name + ".grad." + key, param.values.size());
      run.update(param, widen<Real>(grad));
    }
    if (!golden["steps"].contains(key)) continue;
    for (const auto& [name, param] : params) {
      if (name != "large") compare(key, name, param.values);
    }
  }
  return {std::move(run), std::move(params)};
}

}  // namespace

TEST_CASE("optimizers in double follow torch", "[plugins][optimizer][golden]") {
  for (const auto& golden : test::golden("optimizers.json")) {
    CAPTURE(golden["type"].get<std::string>(), golden["args"].dump());
    const auto compare = [](const std::string& what, const std::string& name,
                            const std::vector<double>& values, const ph::Json& golden_values) {
      CAPTURE(what, name);
      const auto expected = numbers<double>(golden_values);
      REQUIRE(values.size() == expected.size());
      // 25 steps of a few roundings each (2.2e-16) on values up to 1; torch contracts some, we none.
      for (std::size_t i = 0; i < values.size(); ++i)
        REQUIRE_THAT(values[i], test::WithinAbs(expected[i], 1e-13));
    };
    const auto end = replay<double>(golden, [&](const auto& step, const auto& name, const auto& values) {
      compare(step, name, values, golden["f64"][step][name]);
    });
    // The same state under the same names, and no more.
    const auto n_slots = end.run.slots().size() + end.run.numbers().size();
    REQUIRE(golden["state"].size() == n_slots);
    for (const auto& [name, param] : end.params) {
      if (name == "large") continue;
      for (const auto& [slot, values] : param.slots) compare(slot, name, values, golden["state"][slot][name]);
      for (std::size_t i = 0; i < param.numbers.size(); ++i)
        compare("number", name, {param.numbers[i]}, golden["state"][end.run.numbers()[i]][name]);
    }
  }
}

TEST_CASE("optimizers in float are as near the exact result as torch", "[plugins][optimizer][golden]") {
  for (const auto& golden : test::golden("optimizers.json")) {
    CAPTURE(golden["type"].get<std::string>(), golden["args"].dump());
    // No further from the exact result than 1.2 times torch's own error, 4 times for Rprop: its steps are sums
    // of a few numbers that all elements share, and so are the errors.
    const double factor = golden["type"] == "Rprop" ? 4 : 1.2;
    const auto compare = [&](const auto& step, const auto& name, const std::vector<float>& values) {
      const auto exact = numbers<double>(golden["f64"][step][name]);
      const auto torch = numbers<float>(golden["steps"][step][name]);
      const double ours = distance(values, exact), theirs = distance(torch, exact), size = norm(exact);
      CAPTURE(step, name, ours / size, theirs / size);
      // Two roundings of a float (2^-24) on the whole tensor are luck, in tensors of 5 to 24 elements.
      REQUIRE(ours <= factor * theirs + 1.2e-7 * size);
      REQUIRE(distance(values, torch) <= 4e-7 * size);  // both errors together, at step 25
    };
    const auto end = replay<float>(golden, compare);
    const auto exact = numbers<double>(golden["large"]["f64"]);
    const double ours = distance(end.params.at("large").values, exact);
    CAPTURE(ours);
    // The golden numbers have ten digits.
    REQUIRE(ours <= factor * golden["large"]["torch_error"].get<double>() + 1e-10 * norm(exact));
  }
}

TEST_CASE("an update does not depend on how parameters are cut", "[plugins][optimizer]") {
  const std::size_t n = 259;  // no multiple of any vector width
  for (const auto& golden : test::golden("optimizers.json")) {
    CAPTURE(golden["type"].get<std::string>(), golden["args"].dump());
    const OptimizerRun run(golden["type"], golden["args"].dump());
    Parameter<float> whole{test::filled("w", n), {}, 0};
    for (int step = 0; step < 3; ++step) run.update(whole, test::filled("g" + std::to_string(step), n));
    for (const auto& cuts : std::vector<std::vector<std::size_t>>{{1}, {16}, {100, 101, 130}, {7, 64, 258}}) {
      Parameter<float> pieces{test::filled("w", n), {}, 0};
      for (int step = 0; step < 3; ++step)
        run.update(pieces, test::filled("g" + std::to_string(step), n), cuts);
      REQUIRE(pieces.values == whole.values);
      REQUIRE(pieces.slots == whole.slots);
      REQUIRE(pieces.numbers == whole.numbers);
    }
  }
}

TEST_CASE("what is saved is all that the next update needs", "[plugins][optimizer]") {
  const std::size_t n = 67;
  for (const auto& golden : test::golden("optimizers.json")) {
    CAPTURE(golden["type"].get<std::string>(), golden["args"].dump());
    const auto make = [&] { return OptimizerRun(golden["type"], golden["args"].dump()); };
    const auto advance = [&](OptimizerRun& run, Parameter<float>& p, int from, int to) {
      for (int step = from; step < to; ++step) {
        if (step == 5) REQUIRE(run.set("lr", run.hypers()[0] * 0.3));
        run.update(p, test::filled("g" + std::to_string(step), n));
      }
    };
    auto unbroken = make(), before = make(), after = make();
    Parameter<float> whole{test::filled("w", n), {}, 0}, saved = whole;
    advance(unbroken, whole, 0, 12);
    advance(before, saved, 0, 7);
    REQUIRE(after.set("lr", before.hypers()[0]));  // schedules set it anew
    advance(after, saved, 7, 12);
    REQUIRE(saved.values == whole.values);
    REQUIRE(saved.slots == whole.slots);
    REQUIRE(saved.numbers == whole.numbers);
  }
}

TEST_CASE("a momentum scheduled to zero and back is torch's", "[plugins][optimizer]") {
  // Without momentum torch leaves the buffer alone and takes the gradient itself.
  OptimizerRun run("SGD", R"({"lr": 1.0, "momentum": 0.5, "dampening": 0.5})");
  Parameter<double> p{{0.0}, {}, 0};
  run.update(p, {1.0});
  REQUIRE(p.values[0] == -1.0);  // buffer 1, not dampened
  run.set("momentum", 0.0);
  run.update(p, {1.0});
  REQUIRE(p.values[0] == -2.0);
  run.set("momentum", 0.5);
  run.update(p, {2.0});
  REQUIRE(p.values[0] == -3.5);  // 0.5 * 1 + 0.5 * 2
}

TEST_CASE("a run without momentum refuses one that comes later", "[plugins][optimizer][error]") {
  OptimizerRun run(GENERATE("SGD", "RMSprop"), "{}");
  Parameter<float> p{{1.0f}, {}, 0};
  run.set("momentum", 0.9);
  REQUIRE_THAT(test::error_of([&] { run.update(p, {1.0f}); }),
               ContainsSubstring("momentum was set to 0.9") &&
                   ContainsSubstring("expected momentum above 0 in the optimizer's arguments"));
}

TEST_CASE("Rprop starts and stops by the sign alone, exactly", "[plugins][optimizer]") {
  const OptimizerRun run("Rprop", R"({"lr": 0.5, "etas": [0.5, 2], "step_sizes": [0.25, 1]})");
  Parameter<double> p{{0.0, 0.0, 0.0}, {}, 0};
  run.update(p, {3.0, -0.1, 0.0});
  REQUIRE(p.values == std::vector<double>{-0.5, 0.5, 0.0});
  run.update(p, {1.0, 7.0, -1.0});  // agrees, turns, begins
  REQUIRE(p.values == std::vector<double>{-1.5, 0.5, 0.5});
  run.update(p, {1.0, 7.0, 1.0});  // at the largest, after the turn, turns
  REQUIRE(p.values == std::vector<double>{-2.5, 0.25, 0.5});
  REQUIRE(p.slots["step_size"] == std::vector<double>{1.0, 0.25, 0.25});
}

TEST_CASE("centered RMSprop survives a gradient that never changes", "[plugins][optimizer]") {
  // The variance is 0 but for roundings, which may take it below: a root of that would be no number.
  const OptimizerRun run("RMSprop", R"({"centered": true, "alpha": 0.9})");
  Parameter<float> p{test::filled("w", 64), {}, 0};
  const auto same = test::filled("g", 64);
  for (int step = 0; step < 200; ++step) run.update(p, same);
  for (const float value : p.values) REQUIRE(std::isfinite(value));
}
