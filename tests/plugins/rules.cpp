// LARS, LAMB, Muon, Adafactor, schedule-free SGD and LBFGS against torch, timm and schedulefree
// (tests/golden/rules.py), driven as the host drives them.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "bundled.hpp"
#include "filler.hpp"
#include "rule/rule_run.hpp"
#include "service/services.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

namespace {

using Params = std::vector<ph::RunParam>;

template <class Real>
std::vector<Real> values_of(const std::string& name, std::size_t numel) {
  const auto filled = test::filled(name, numel);
  return {filled.begin(), filled.end()};
}

template <class Real>
std::vector<std::byte> bytes_of(const std::vector<Real>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(Real));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class Real>
ph::RunParam param(const std::string& name, const std::vector<std::int64_t>& shape) {
  return {name, shape, bytes_of(values_of<Real>(name, static_cast<std::size_t>(ph::numel_of(shape)))), 0};
}

std::vector<double> initial(const ph::PluginInstance& rule) {
  std::vector<double> values;
  for (const auto& hyper : ph::hypers_of(rule)) values.push_back(hyper.initial);
  return values;
}

/// A rule with its run; gradients are kept until the next update.
template <class Real>
struct Run {
  Run(const std::string& type, const std::string& args, Params params, std::int64_t piece = 1 << 16)
      : rule{test::make(PH_KIND_OPTIMIZER, type, args)},
        run{*rule, sizeof(Real) * 8, std::move(params), piece},
        hypers{initial(*rule)},
        grads(run.size()) {}

  void set(const std::string& name, double value) {
    const auto all = ph::hypers_of(*rule);
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& h) { return h.name == name; });
    REQUIRE(found != all.end());
    hypers[0][static_cast<std::size_t>(found - all.begin())] = value;
  }
  void grad(std::size_t i, std::vector<Real> values) {
    grads[i] = std::move(values);
    run.set_grad(i, grads[i].empty() ? nullptr : grads[i].data());
  }
  std::vector<Real> values(std::size_t i) {
    const auto* data = run.data<Real>(i);
    return {data, data + ph::numel_of(run.param(i).shape)};
  }
  std::vector<std::byte> everything() {
    std::vector<std::byte> all;
    const auto add = [&](const std::vector<std::byte>& bytes) {
      all.insert(all.end(), bytes.begin(), bytes.end());
    };
    for (std::size_t i = 0; i < run.size(); ++i) add(run.param(i).data);
    for (const auto& state : run.state()) add(state.data);
    for (const auto& state : run.globals()) add(state.data);
    return all;
  }

  std::unique_ptr<ph::PluginInstance> rule;
  ph::RuleRun run;
  ph::RuleDriver::Hypers hypers;
  std::vector<std::vector<Real>> grads;
};

std::size_t numel_of(const ph::Json& param) {
  std::size_t numel = 1;
  for (const auto& side : param["shape"]) numel *= side.get<std::size_t>();
  return numel;
}

/// The trajectory of a golden case, handed to compare(step, name, values) where it was kept.
template <class Real, class Compare>
void replay(const ph::Json& golden, const Compare& compare) {
  Params params;
  for (const auto& p : golden["params"]) params.push_back(param<Real>(p["name"], p["shape"]));
  Run<Real> run(golden["type"], golden["args"].dump(), std::move(params));
  for (int step = 1; step <= 25; ++step) {
    const auto key = std::to_string(step);
    if (golden["set"].contains(key)) {
      for (const auto& [name, value] : golden["set"][key].items())
        run.set(name, value.template get<double>());
    }
    for (std::size_t i = 0; i < run.run.size(); ++i) {
      const auto& name = run.run.param(i).name;
      const auto absent = golden["absent"].value(name, std::vector<int>{});
      const bool none = std::find(absent.begin(), absent.end(), step) != absent.end();
      run.grad(i, none ? std::vector<Real>{}
                       : values_of<Real>(name + ".grad." + key, numel_of(golden["params"][i])));
    }
    run.run.driver().update(run.hypers);
    if (!golden["steps"].contains(key)) continue;
    std::vector<std::vector<Real>> trained;
    for (std::size_t i = 0; i < run.run.size(); ++i) trained.push_back(run.values(i));
    if (run.run.driver().is(PH_OPT_MODE)) run.run.driver().write_eval(run.hypers);
    for (std::size_t i = 0; i < run.run.size(); ++i) compare(key, run.run.param(i).name, run.values(i));
    for (std::size_t i = 0; i < run.run.size(); ++i)
      std::copy(trained[i].begin(), trained[i].end(), run.run.template data<Real>(i));
  }
}

template <class Real>
double distance(const std::vector<Real>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = static_cast<double>(a[i]) - b[i];
    sum += d * d;
  }
  return std::sqrt(sum);
}

double length(const std::vector<double>& a) { return distance(a, std::vector<double>(a.size())); }

std::vector<ph::Json> trajectories() {
  std::vector<ph::Json> all;
  for (const auto& golden : test::golden("rules.json")) {
    if (golden.contains("steps")) all.push_back(golden);
  }
  return all;
}

}  // namespace

TEST_CASE("rules with passes and matrices follow their reference in double", "[plugins][rule][golden]") {
  REQUIRE(trajectories().size() == 24);
  for (const auto& golden : trajectories()) {
    CAPTURE(golden["type"].get<std::string>(), golden["args"].dump());
    replay<double>(golden,
                   [&](const std::string& step, const std::string& name, const std::vector<double>& values) {
                     CAPTURE(step, name);
                     const auto expected = golden["f64"][step][name].get<std::vector<double>>();
                     // Norms and matrix products are added in another order: 1e-16 each, 25 steps.
                     CHECK(distance(values, expected) <= 1e-12 * length(expected));
                   });
  }
}

TEST_CASE("rules with passes and matrices are as exact in float as their reference",
          "[plugins][rule][golden]") {
  for (const auto& golden : trajectories()) {
    CAPTURE(golden["type"].get<std::string>(), golden["args"].dump());
    replay<float>(golden, [&](const std::string& step, const std::string& name,
                              const std::vector<float>& values) {
      CAPTURE(step, name);
      const auto exact = golden["f64"][step][name].get<std::vector<double>>();
      const auto reference = golden["steps"][step][name].get<std::vector<double>>();
      // No further from the run in double than the reference is; where that happened to be luckier than one
      // rounding of the values (6e-8), that much. Of Adafactor all elements share the error of a few sums.
      const double factor = golden["type"] == "Adafactor" ? 4 : 1.2;
      CHECK(distance(values, exact) <= factor * distance(reference, exact) + 6e-8 * length(exact));
      if (golden.contains("bf16")) {
        // torch rounds to bfloat16 (8 bits) before it iterates, which the polynomial amplifies; the update is
        // lr times a matrix of singular values around 1.
        const auto rounded = golden["bf16"][step][name].get<std::vector<double>>();
        CHECK(distance(values, rounded) <= 0.02 * length(exact));
      }
    });
  }
}

TEST_CASE("rules keep as many numbers for a parameter as their reference", "[plugins][rule][golden]") {
  for (const auto& golden : trajectories()) {
    CAPTURE(golden["type"].get<std::string>(), golden["args"].dump());
    Params params;
    for (const auto& p : golden["params"]) params.push_back(param<float>(p["name"], p["shape"]));
    Run<float> run(golden["type"], golden["args"].dump(), std::move(params));
    std::map<std::string, std::int64_t> kept;
    for (const auto& state : run.run.state()) {
      const auto numbers = ph::numel_of(state.what.shape);
      // What is one double for each parameter the peer has once for a group, or as a number of Python's.
      if (state.what.dtype.bits == 64) {
        CHECK(numbers == 1);
        continue;
      }
      CHECK(state.what.dtype.bits == 32);
      kept[run.run.param(state.param).name] += numbers;
    }
    for (const auto& [name, numbers] : golden["state"].items()) {
      CAPTURE(name);
      CHECK(kept[name] == numbers.get<std::int64_t>());
    }
  }
}

namespace {

/// The functions of the golden script, with their gradients.
double rosenbrock(const std::vector<double>& x, std::vector<double>& g) {
  double sum = 0;
  std::fill(g.begin(), g.end(), 0);
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double bend = x[i + 1] - x[i] * x[i], rest = 1 - x[i];
    sum += 100 * bend * bend + rest * rest;
    g[i] += -400 * bend * x[i] - 2 * rest;
    g[i + 1] += 200 * bend;
  }
  return sum;
}
double bowl(const std::vector<double>& x, std::vector<double>& g) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto k = static_cast<double>(i + 1);
    sum += k * x[i] * k * x[i] + std::sin(x[i]);
    g[i] = 2 * k * k * x[i] + std::cos(x[i]);
  }
  return sum;
}

/// LBFGS on a function of x, which lies in two parameters.
class Descent {
 public:
  Descent(const std::string& function, const std::string& args, std::size_t n, std::int64_t piece = 1 << 16)
      : function_{function == "bowl" ? bowl : rosenbrock}, n_{n}, run_("LBFGS", args, halves(n), piece) {}

  /// The loss before the step.
  double step() {
    const double first = evaluate();
    run_.run.driver().update(
        run_.hypers, [this] { return evaluate(); }, first);
    return first;
  }
  std::vector<double> point() {
    auto x = run_.values(0);
    const auto rest = run_.values(1);
    x.insert(x.end(), rest.begin(), rest.end());
    return x;
  }
  double number(std::size_t i) {
    return reinterpret_cast<const double*>(run_.run.globals()[0].data.data())[i];
  }
  Run<double>& run() { return run_; }
  int evaluations = 0;

 private:
  static Params halves(std::size_t n) {
    const auto x = values_of<double>("lbfgs", n);
    const auto middle = x.begin() + static_cast<std::ptrdiff_t>(n / 2);
    return {{"a", {static_cast<std::int64_t>(n / 2)}, bytes_of(std::vector<double>(x.begin(), middle)), 0},
            {"b", {static_cast<std::int64_t>(n - n / 2)}, bytes_of(std::vector<double>(middle, x.end())), 0}};
  }
  double evaluate() {
    ++evaluations;
    std::vector<double> g(n_);
    const double loss = function_(point(), g);
    const auto middle = g.begin() + static_cast<std::ptrdiff_t>(n_ / 2);
    run_.grad(0, {g.begin(), middle});
    run_.grad(1, {middle, g.end()});
    return loss;
  }
  double (*function_)(const std::vector<double>&, std::vector<double>&);
  std::size_t n_;
  Run<double> run_;
};

}  // namespace

TEST_CASE("LBFGS goes the way of torch's on functions", "[plugins][rule][golden]") {
  int cases = 0;
  for (const auto& golden : test::golden("rules.json")) {
    if (!golden.contains("function")) continue;
    ++cases;
    CAPTURE(golden["function"].get<std::string>(), golden["args"].dump());
    Descent descent(golden["function"], golden["args"].dump(), golden["n"]);
    for (std::size_t step = 0; step < golden["losses"].size(); ++step) {
      CAPTURE(step);
      const double loss = descent.step(), expected = golden["losses"][step];
      // A line search squares what rounding leaves of a difference of losses: half of the digits.
      CHECK(std::abs(loss - expected) <= 1e-7 * std::max(1e-6, std::abs(expected)));
      const auto at = golden["points"][step].get<std::vector<double>>();
      CHECK(distance(descent.point(), at) <= 1e-7 * std::max(1.0, length(at)));
    }
    CHECK(descent.number(0) == golden["n_iter"].get<double>());
    CHECK(descent.number(1) == golden["func_evals"].get<double>());
    // It counts the loss that each step began with; so does `evaluations`.
    CHECK(descent.evaluations == golden["func_evals"].get<int>());
  }
  CHECK(cases == 6);
}

TEST_CASE("LBFGS ends where the loss is no number, and says what it cannot do", "[plugins][rule][error]") {
  Descent descent("bowl", R"({"line_search_fn": "strong_wolfe"})", 4);
  auto& driver = descent.run().run.driver();
  descent.run().grad(0, {NAN, 0});
  descent.run().grad(1, {0, 0});
  const auto before = descent.point();
  driver.update(
      descent.run().hypers, [] { return NAN; }, NAN);
  CHECK(descent.point() == before);
  SECTION("what the evaluation throws arrives") {
    descent.run().grad(0, {1, 1});
    CHECK(test::error_of([&] {
            driver.update(
                descent.run().hypers,
                []() -> double { throw ph::Error(ph::ErrorKind::nan, "the loss is nan"); }, 1);
          }).find("the loss is nan") != std::string::npos);
  }
  SECTION("groups with another lr") {
    auto hypers = descent.run().hypers;
    hypers.push_back(hypers[0]);
    hypers[1][0] = 7;
    driver.params()[1].group = 1;
    CHECK(test::error_of([&] {
            driver.update(
                hypers, [] { return 0.0; }, 1);
          }).find("one lr for all") != std::string::npos);
  }
}

TEST_CASE("Muon takes no vectors", "[plugins][rule][error]") {
  CHECK(test::error_of([] {
          Run<float>("Muon", "{}", {param<float>("bias", {3})});
        }).find("parameter bias has 1 dimensions") != std::string::npos);
}

TEST_CASE("Muon in bfloat16 wants a host that has its products", "[plugins][rule][error]") {
  CHECK(test::error_of([] {
          Run<float> run("Muon", R"({"ns_dtype": "bf16"})", {param<float>("w", {3, 4})});
          run.grad(0, values_of<float>("w.grad", 12));
          run.run.driver().update(run.hypers);
        }).find("no fast product of bfloat16") != std::string::npos);
}

TEST_CASE("LAMB and Adafactor say what they cannot take", "[plugins][rule][error]") {
  const auto refused = [](const std::string& type, const std::string& args) {
    return test::error_of([&] { (void)test::make(PH_KIND_OPTIMIZER, type, args); });
  };
  using test::ContainsSubstring;
  CHECK_THAT(refused("LAMB", R"({"max_grad_norm": 0})"), ContainsSubstring("/max_grad_norm"));
  CHECK_THAT(refused("LAMB", R"({"trust_coeff": 1})"), ContainsSubstring("unknown key"));
  CHECK_THAT(refused("LAMB", R"({"lr": 0, "decoupled_decay": true, "corrected_weight_decay": true})"),
             ContainsSubstring("expected lr above 0"));
  CHECK_THAT(refused("Adafactor", R"({"beta2_decay": 0.8})"), ContainsSubstring("/beta2_decay"));
  CHECK_THAT(refused("Adafactor", R"({"d": 0.5})"), ContainsSubstring("/d"));
  CHECK_THAT(refused("Adafactor", R"({"eps": [-1, 0.1]})"), ContainsSubstring("/eps/0"));
  CHECK_THAT(refused("Adafactor", R"({"eps": [0.1, null]})"), ContainsSubstring("expected [null, 0.001]"));
  CHECK_THAT(refused("Adafactor", R"({"eps": 1e-8})"), ContainsSubstring("/eps"));
}

TEST_CASE("the norm that LAMB clips is that of all gradients, trained or not at this step",
          "[plugins][rule]") {
  // The first step of Adam's kind is lr in each element whatever the gradient's size, but for eps.
  Run<double> run("LAMB", R"({"lr": 1, "eps": 1, "weight_decay": 0, "max_grad_norm": 10})",
                  {param<double>("a", {1}), param<double>("b", {1})});
  const double a = run.values(0)[0], b = run.values(1)[0];
  run.grad(0, {30.0});
  run.grad(1, {40.0});
  run.run.driver().update(run.hypers);
  // Norm 50, so 6 and 8: 6 / (6 + 1), 8 / (8 + 1).
  CHECK_THAT(a - run.values(0)[0], test::WithinRel(6.0 / 7.0, 1e-12));
  CHECK_THAT(b - run.values(1)[0], test::WithinRel(8.0 / 9.0, 1e-12));
  run.grad(1, {});
  run.run.driver().update(run.hypers);
  CHECK_THAT(b - run.values(1)[0], test::WithinRel(8.0 / 9.0, 1e-12));
}

TEST_CASE("Adafactor goes by indices, not by the order in memory", "[plugins][rule]") {
  const auto shape = GENERATE(as<std::vector<std::int64_t>>(), std::vector<std::int64_t>{3, 20, 3, 2},
                              std::vector<std::int64_t>{2, 3, 17, 5}, std::vector<std::int64_t>{4, 5, 1, 1});
  const auto n = static_cast<std::size_t>(ph::numel_of(shape));
  const auto rule = test::make(PH_KIND_OPTIMIZER, "Adafactor", R"({"lr": 0.1, "weight_decay": 0.1})");
  // Channels last: the second index is the innermost.
  const std::vector<std::int64_t> last{shape[1] * shape[2] * shape[3], 1, shape[3] * shape[1], shape[1]};
  const auto place = [&](std::size_t i) {
    auto rest = static_cast<std::int64_t>(i);
    std::int64_t at = 0;
    for (std::size_t axis = 4; axis-- > 0; rest /= shape[axis]) at += rest % shape[axis] * last[axis];
    return static_cast<std::size_t>(at);
  };
  Run<double> plain("Adafactor", R"({"lr": 0.1, "weight_decay": 0.1})", {param<double>("w", shape)});
  std::vector<double> data(n), grad(n);
  const auto start = plain.values(0);
  for (std::size_t i = 0; i < n; ++i) data[place(i)] = start[i];
  std::vector<double> rows(n / static_cast<std::size_t>(shape[3])),
      cols(n / static_cast<std::size_t>(shape[2]));
  ph::RuleDriver driver(*rule);
  driver.set_params({{"w",
                      {PH_DTYPE_FLOAT, 64, 1},
                      shape,
                      last,
                      static_cast<std::int64_t>(n),
                      data.data(),
                      grad.data(),
                      {rows.data(), cols.data(), nullptr},
                      0,
                      0}},
                    {});
  for (int step = 1; step <= 3; ++step) {
    const auto given = values_of<double>("g" + std::to_string(step), n);
    for (std::size_t i = 0; i < n; ++i) grad[place(i)] = given[i];
    driver.update(plain.hypers);
    plain.grad(0, given);
    plain.run.driver().update(plain.hypers);
  }
  const auto expected = plain.values(0);
  for (std::size_t i = 0; i < n; ++i) REQUIRE_THAT(data[place(i)], test::WithinRel(expected[i], 1e-13));
}

TEST_CASE("rules give the same bytes for any number of threads, twice, and after a break",
          "[plugins][rule]") {
  const auto make = [](const std::string& type) {
    const auto args = type == "LARS" ? R"({"momentum": 0.9, "weight_decay": 0.01})" : "{}";
    // Several pieces each, and an end that is no multiple.
    return std::make_unique<Run<float>>(
        type, args,
        Params{param<float>("a", {33, 71}), param<float>("b", {5, 3}), param<float>("c", {400, 3})}, 512);
  };
  const auto advance = [](Run<float>& run, int from, int to) {
    for (int step = from; step <= to; ++step) {
      for (std::size_t i = 0; i < run.run.size(); ++i) {
        const auto n = static_cast<std::size_t>(ph::numel_of(run.run.param(i).shape));
        run.grad(i, values_of<float>(run.run.param(i).name + std::to_string(step), n));
      }
      run.run.driver().update(run.hypers);
    }
  };
  for (const std::string type : {"LARS", "LAMB", "ScheduleFreeSGD", "Muon", "Adafactor", "Adam"}) {
    CAPTURE(type);
    const auto alone = make(type);
    advance(*alone, 1, 6);
    for (const int threads : {2, 3, 8}) {
      const ph::WithThreads with(threads);
      const auto shared = make(type);
      advance(*shared, 1, 6);
      CHECK((shared->everything() == alone->everything()));
    }
    const auto first = make(type), second = make(type);
    advance(*first, 1, 3);
    for (std::size_t i = 0; i < first->run.size(); ++i) {
      std::memcpy(second->run.data<float>(i), first->run.data<float>(i), first->run.param(i).data.size());
      second->run.driver().params()[i].step = first->run.driver().params()[i].step;
    }
    for (std::size_t s = 0; s < first->run.state().size(); ++s) {
      const auto& from = first->run.state()[s].data;
      std::copy(from.begin(), from.end(), second->run.state()[s].data.begin());
    }
    advance(*second, 4, 6);
    CHECK((second->everything() == alone->everything()));
  }
}
