// SGD, Adam and AdamW against torch 2.11 (tests/golden/optimizers.py).
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

// Runs a golden case and hands each kept step to `compare(step, name, values)`.
template <class Real, class Compare>
void replay(const ph::Json& golden, const Compare& compare) {
  OptimizerRun run(golden["type"], golden["args"].dump());
  std::map<std::string, Parameter<Real>> params;
  for (const auto& param : golden["params"]) {
    std::size_t numel = 1;
    for (const auto& side : param["shape"]) numel *= side.get<std::size_t>();
    params[param["name"]].values = widen<Real>(test::filled(param["name"].get<std::string>(), numel));
  }
  for (int step = 1; step <= 25; ++step) {
    const auto key = std::to_string(step);
    if (golden["set"].contains(key)) {
      for (const auto& [hyper, value] : golden["set"][key].items())
        run.set(hyper, value.template get<double>());
    }
    for (auto& [name, param] : params) {
      const auto& absent = golden["absent"].value(name, std::vector<int>{});
      if (std::find(absent.begin(), absent.end(), step) != absent.end()) continue;
      const auto grad = test::filled(name + ".grad." + key, param.values.size());
      run.update(param, widen<Real>(grad));
    }
    if (!golden["steps"].contains(key)) continue;
    for (const auto& [name, param] : params) compare(key, name, param.values);
  }
}

}  // namespace

TEST_CASE("optimizers in double follow torch", "[plugins][optimizer][golden]") {
  for (const auto& golden : test::golden("optimizers.json")) {
    CAPTURE(golden["type"].get<std::string>(), golden["args"].dump());
    replay<double>(golden, [&](const auto& step, const auto& name, const std::vector<double>& values) {
      CAPTURE(step, name);
      const auto expected = numbers<double>(golden["f64"][step][name]);
      // 25 steps of a few roundings each (2.2e-16) on values up to 1; torch contracts some, we none.
      for (std::size_t i = 0; i < values.size(); ++i)
        REQUIRE_THAT(values[i], test::WithinAbs(expected[i], 1e-13));
    });
  }
}

TEST_CASE("optimizers in float are as near the exact result as torch", "[plugins][optimizer][golden]") {
  for (const auto& golden : test::golden("optimizers.json")) {
    CAPTURE(golden["type"].get<std::string>(), golden["args"].dump());
    replay<float>(golden, [&](const auto& step, const auto& name, const std::vector<float>& values) {
      const auto exact = numbers<double>(golden["f64"][step][name]);
      const auto torch = numbers<float>(golden["steps"][step][name]);
      const double ours = distance(values, exact), theirs = distance(torch, exact), size = norm(exact);
      CAPTURE(step, name, ours / size, theirs / size);
      // No further than 1.2 times torch's own error. The floor, one rounding of a float (2^-24) on the
      // whole tensor, is for tensors of 5 to 24 elements in which torch's roundings happen to cancel.
      REQUIRE(ours <= 1.2 * theirs + 6e-8 * size);
      REQUIRE(distance(values, torch) <= 4e-7 * size);  // both errors together, at step 25
    });
  }
}

TEST_CASE("an update does not depend on how parameters are cut", "[plugins][optimizer]") {
  const auto [name, args] = GENERATE(
      table<std::string, std::string>({{"SGD", R"({"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01})"},
                                       {"SGD", R"({"lr": 0.1, "momentum": 0.9, "nesterov": true})"},
                                       {"SGD", R"({"lr": 0.1, "weight_decay": 0.01})"},
                                       {"Adam", R"({"weight_decay": 0.01})"},
                                       {"AdamW", R"({"amsgrad": true})"}}));
  const std::size_t n = 259;  // no multiple of any vector width
  const OptimizerRun run(name, args);
  Parameter<float> whole{test::filled("w", n), {}, 0};
  for (int step = 0; step < 3; ++step) run.update(whole, test::filled("g" + std::to_string(step), n));
  for (const auto& cuts : std::vector<std::vector<std::size_t>>{{1}, {16}, {100, 101, 130}, {7, 64, 258}}) {
    Parameter<float> pieces{test::filled("w", n), {}, 0};
    for (int step = 0; step < 3; ++step)
      run.update(pieces, test::filled("g" + std::to_string(step), n), cuts);
    REQUIRE(pieces.values == whole.values);
    REQUIRE(pieces.slots == whole.slots);
  }
}

TEST_CASE("slots have torch's names and are there only where they are used", "[plugins][optimizer]") {
  using Names = std::vector<std::string>;
  CHECK(OptimizerRun("SGD", "{}").slots().empty());
  CHECK(OptimizerRun("SGD", R"({"momentum": 0.9})").slots() == Names{"momentum_buffer"});
  CHECK(OptimizerRun("Adam", "{}").slots() == Names{"exp_avg", "exp_avg_sq"});
  CHECK(OptimizerRun("AdamW", R"({"amsgrad": true})").slots() ==
        Names{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"});
}

TEST_CASE("defaults and hyper-parameters are torch's", "[plugins][optimizer]") {
  const OptimizerRun sgd("SGD", "{}"), adam("Adam", "{}"), adamw("AdamW", "{}");
  CHECK(sgd.hyper_names() == std::vector<std::string>{"lr", "momentum", "dampening", "weight_decay"});
  CHECK(sgd.hypers() == std::vector<double>{1e-3, 0, 0, 0});
  CHECK(adam.hyper_names() == std::vector<std::string>{"lr", "beta1", "beta2", "eps", "weight_decay"});
  CHECK(adam.hypers() == std::vector<double>{1e-3, 0.9, 0.999, 1e-8, 0});
  CHECK(adamw.hypers() == std::vector<double>{1e-3, 0.9, 0.999, 1e-8, 1e-2});
  CHECK(sgd.api().hypers[1]->role == PH_ROLE_MOMENTUM);
  CHECK(adam.api().hypers[1]->role == PH_ROLE_MOMENTUM);
  CHECK(adam.api().hypers[2]->role == PH_ROLE_NONE);
}

TEST_CASE("torch's execution switches are accepted", "[plugins][optimizer]") {
  CHECK_NOTHROW(OptimizerRun("SGD", R"({"foreach": true, "fused": null, "differentiable": false})"));
  CHECK_NOTHROW(OptimizerRun("Adam", R"({"foreach": null, "fused": true, "capturable": false})"));
  CHECK_NOTHROW(OptimizerRun("AdamW", R"({"foreach": false, "capturable": true, "differentiable": null})"));
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

TEST_CASE("optimizers name the argument that is wrong", "[plugins][optimizer][error]") {
  const auto [name, args, expected] = GENERATE(table<std::string, std::string, std::string>(
      {{"SGD", R"({"lr": -1})", "/lr"},
       {"SGD", R"({"momentum": -0.1})", "/momentum"},
       {"SGD", R"({"weight_decay": -1})", "/weight_decay"},
       {"SGD", R"({"nesterov": true})",
        "nesterov with momentum 0; expected momentum above 0 and dampening 0"},
       {"SGD", R"({"nesterov": true, "momentum": 0.9, "dampening": 0.1})",
        "nesterov with momentum and dampening; expected momentum above 0 and dampening 0"},
       {"SGD", R"({"betas": [0.9, 0.99]})", "unknown key"},
       {"Adam", R"({"betas": [1.0, 0.99]})", "/betas/0"},
       {"Adam", R"({"betas": [0.9, -0.1]})", "/betas/1"},
       {"Adam", R"({"betas": [0.9]})", "/betas"},
       {"Adam", R"({"eps": -1e-8})", "/eps"},
       {"Adam", R"({"momentum": 0.9})", "unknown key"},
       {"AdamW", R"({"decoupled_weight_decay": true})", "unknown key"},
       {"AdamW", R"({"amsgrad": 1})", "/amsgrad"}}));
  CAPTURE(name, args);
  const auto text = test::error_of([&name = name, &args = args] { OptimizerRun(name, args); });
  REQUIRE_THAT(text, ContainsSubstring(expected));
}

TEST_CASE("SGD without momentum refuses one that comes later", "[plugins][optimizer][error]") {
  OptimizerRun run("SGD", "{}");
  Parameter<float> p{{1.0f}, {}, 0};
  run.set("momentum", 0.9);
  REQUIRE_THAT(test::error_of([&] { run.update(p, {1.0f}); }),
               ContainsSubstring("momentum was set to 0.9") &&
                   ContainsSubstring("expected momentum above 0 in the optimizer's arguments"));
}
