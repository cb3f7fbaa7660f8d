// The examples of the SDK, as each compiler built them, loaded and run by the real host.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <numbers>

#include "config/error.hpp"
#include "plugin/catalog.hpp"
#include "plugin/declared.hpp"
#include "plugin/instance.hpp"
#include "plugin/library.hpp"
#include "schedule/schedule_chain.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

namespace {

// Names of the folders that build_examples.sh left, one for each compiler.
std::vector<std::string> builds() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(POSEHOST_EXAMPLES_DIR))
    if (std::filesystem::exists(entry.path() / "org.example.sgd.so"))
      names.push_back(entry.path().filename());
  return names;
}

const ph::LoadedComponent& component(const std::string& build, const std::string& id) {
  static std::map<std::string, ph::PluginLibrary> libraries;
  const auto file = std::filesystem::path(POSEHOST_EXAMPLES_DIR) / build / (id + ".so");
  return libraries.try_emplace(file.string(), ph::PluginLibrary::open(file)).first->second.components().at(0);
}

// Number `i` of the tensor `name`: the formula of tests/golden/weights.py.
double golden_value(const std::string& name, std::uint64_t i) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::uint64_t z = hash + (i + 1) * 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return static_cast<float>(static_cast<double>((z ^ (z >> 31)) >> 40) / 16777216.0 - 0.5);
}
template <class Real>
std::vector<Real> golden_tensor(const std::string& name, std::size_t n) {
  std::vector<Real> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<Real>(golden_value(name, i));
  return values;
}

// One parameter, stepped by an optimizer with one slot.
template <class Real>
struct Parameter {
  std::vector<Real> value, slot;
  std::int64_t step = 0;

  void update(const ph::PluginInstance& optimizer, std::vector<Real> grad,
              const std::vector<double>& hypers) {
    const auto& api = optimizer.api<ph_optimizer_api>();
    ++step;
    std::vector<double> scalars(static_cast<std::size_t>(api.n_scalars));
    ph_scalars_args asked{};
    asked.size = sizeof asked;
    asked.hyper = hypers.data();
    asked.n_hyper = api.n_hypers;
    asked.step = step;
    asked.out = scalars.data();
    asked.n_out = api.n_scalars;
    optimizer.check(api.scalars(optimizer.self(), &asked), "scalars");
    // In two pieces: the result must not depend on the cut.
    const std::size_t cut = value.size() / 2;
    void* first[] = {slot.data()};
    void* second[] = {slot.data() + cut};
    const ph_span spans[] = {{value.data(), grad.data(), static_cast<std::int64_t>(cut), step, first, 0, 0},
                             {value.data() + cut, grad.data() + cut,
                              static_cast<std::int64_t>(value.size() - cut), step, second, 0, 0}};
    ph_range_args args{};
    args.size = sizeof args;
    args.spans = spans;
    args.n_spans = 2;
    args.span_stride = sizeof(ph_span);
    args.scalars = scalars.data();
    args.n_scalars = api.n_scalars;
    args.dtype = {PH_DTYPE_FLOAT, sizeof(Real) * 8, 1};
    args.device_type = PH_DEVICE_CPU;
    optimizer.check(api.range(optimizer.self(), &args), "range");
  }
};

// Torch's trajectory of the golden file, run by the example; the largest difference after `at` steps.
template <class Real>
double golden_difference(const ph::PluginInstance& optimizer, const nlohmann::ordered_json& golden,
                         const std::string& key, int at) {
  double worst = 0;
  for (const auto& param : golden["params"]) {
    const auto name = param["name"].template get<std::string>();
    std::size_t n = 1;
    for (const auto& extent : param["shape"]) n *= extent.template get<std::size_t>();
    Parameter<Real> state{golden_tensor<Real>(name, n), std::vector<Real>(n)};
    double lr = golden["args"]["lr"];
    for (int k = 1; k <= at; ++k) {
      if (golden["set"].contains(std::to_string(k))) lr = golden["set"][std::to_string(k)]["lr"];
      const auto absent = golden["absent"].value(name, std::vector<int>{});
      if (std::find(absent.begin(), absent.end(), k) != absent.end()) continue;
      state.update(optimizer, golden_tensor<Real>(name + ".grad." + std::to_string(k), n),
                   {lr, golden["args"]["momentum"], golden["args"].value("weight_decay", 0.0)});
    }
    const auto expected = golden[key][std::to_string(at)][name].template get<std::vector<double>>();
    REQUIRE(expected.size() == n);
    for (std::size_t i = 0; i < n; ++i)
      worst = std::max(worst, std::abs(static_cast<double>(state.value[i]) - expected[i]));
  }
  return worst;
}

nlohmann::ordered_json golden_sgd(bool nesterov) {
  for (const auto& one : test::golden("optimizers.json"))
    if (one["type"] == "SGD" && one["args"].contains("weight_decay") &&
        one["args"].value("momentum", 0.0) == 0.9 && one["args"].value("nesterov", false) == nesterov)
      return one;
  throw std::runtime_error("no such case in optimizers.json");
}

ph_schedule_point point(std::int64_t iter, std::int64_t max_iters) {
  ph_schedule_point at{};
  at.size = sizeof at;
  at.iter = iter;
  at.max_iters = max_iters;
  at.base = at.prev = 0.5;
  return at;
}

}  // namespace

TEST_CASE("every compiler's examples are there", "[sdk][examples]") {
  // gcc in two build types at least; clang and libc++ where they are installed.
  REQUIRE(builds().size() >= 2);
  for (const auto& build : builds()) {
    CAPTURE(build);
    const auto& sgd = component(build, "org.example.sgd");
    CHECK(sgd.plugin_id == "org.example.sgd");
    CHECK(sgd.plugin_version == "1.0.0");
    CHECK(sgd.kind == PH_KIND_OPTIMIZER);
    CHECK(component(build, "org.example.sgd_c").name == "SgdPlain");
    CHECK(component(build, "org.example.schedules").kind == PH_KIND_SCHEDULE);
  }
}

TEST_CASE("the example optimizers follow torch's SGD", "[sdk][examples][golden]") {
  const auto golden = golden_sgd(false);
  // Values of about 0.5 after 25 steps: float32 leaves a few units of 6e-8, doubles of 1e-16.
  for (const auto& build : builds()) {
    CAPTURE(build);
    const ph::PluginInstance cpp(component(build, "org.example.sgd"), ph::Node::from_json(golden["args"]));
    const ph::PluginInstance c(component(build, "org.example.sgd_c"), ph::Node::from_json(golden["args"]));
    for (const int at : {1, 2, 25}) {
      CAPTURE(at);
      CHECK(golden_difference<float>(cpp, golden, "steps", at) < 5e-7);
      CHECK(golden_difference<double>(cpp, golden, "f64", at) < 1e-14);
      CHECK(golden_difference<float>(c, golden, "steps", at) < 5e-7);
    }
  }
}

TEST_CASE("the C example reads its flag", "[sdk][examples][golden]") {
  const auto golden = golden_sgd(true);
  for (const auto& build : builds()) {
    const ph::PluginInstance nesterov(component(build, "org.example.sgd_c"),
                                      ph::Node::from_json(golden["args"]));
    CHECK(golden_difference<float>(nesterov, golden, "steps", 25) < 5e-7);
  }
}

TEST_CASE("every build of a rule gives the same bits", "[sdk][examples]") {
  const auto args = ph::Node::parse(R"({"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01})");
  std::vector<std::vector<float>> results;
  for (const auto& build : builds())
    for (const char* id : {"org.example.sgd", "org.example.sgd_c"}) {
      const ph::PluginInstance optimizer(component(build, id), args);
      Parameter<float> state{golden_tensor<float>("w", 1003), std::vector<float>(1003)};
      for (int k = 1; k <= 5; ++k)
        state.update(optimizer, golden_tensor<float>("g" + std::to_string(k), 1003), {0.1, 0.9, 0.01});
      results.push_back(state.value);
    }
  for (const auto& result : results) CHECK(result == results.front());
}

TEST_CASE("the examples declare hyper-parameters and slots", "[sdk][examples]") {
  for (const auto& build : builds())
    for (const char* id : {"org.example.sgd", "org.example.sgd_c"}) {
      const ph::PluginInstance optimizer(component(build, id),
                                         ph::Node::parse(R"({"lr": 0.1, "momentum": 0.5})"));
      const auto hypers = ph::hypers_of(optimizer);
      REQUIRE(hypers.size() == 3);
      CHECK((hypers[0].name == "lr" && hypers[0].role == PH_ROLE_LR && hypers[0].initial == 0.1));
      CHECK((hypers[1].name == "momentum" && hypers[1].role == PH_ROLE_MOMENTUM && hypers[1].initial == 0.5));
      CHECK((hypers[2].name == "weight_decay" && hypers[2].role == PH_ROLE_WEIGHT_DECAY &&
             hypers[2].initial == 0.0));
      const auto slots = ph::slots_of(optimizer);
      REQUIRE(slots.size() == 1);
      CHECK(slots[0].name == "momentum_buffer");
    }
}

TEST_CASE("the example schedule warms up, then follows the cosine", "[sdk][examples]") {
  for (const auto& build : builds()) {
    const ph::PluginInstance schedule(component(build, "org.example.schedules"),
                                      ph::Node::parse(R"({"warmup_iters": 10, "floor": 0.1})"));
    const auto& api = schedule.api<ph_schedule_api>();
    const auto value = [&](std::int64_t iter) {
      const auto at = point(iter, 110);
      return api.value(schedule.self(), &at);
    };
    CHECK(value(0) == 0.05);
    CHECK(value(9) == 0.5);
    CHECK_THAT(value(10), test::WithinAbs(0.5, 1e-15));
    // A quarter of the way: cos(pi / 4). Doubles, a handful of operations.
    CHECK_THAT(value(35), test::WithinAbs(0.5 * (0.1 + 0.9 * 0.5 * (1 + std::numbers::sqrt2 / 2)), 1e-14));
    CHECK_THAT(value(110), test::WithinAbs(0.05, 1e-15));
    const auto run = point(0, 5);
    CHECK_THAT(test::error_of([&] { schedule.check(api.check(schedule.self(), &run), "check"); }),
               test::ContainsSubstring("warmup_iters is 10; expected at most 5"));
  }
}

TEST_CASE("the example schedule is used as its documentation says, its warmup_iters its own",
          "[sdk][examples]") {
  const auto folder = std::filesystem::path(POSEHOST_EXAMPLES_DIR) / builds().front();
  const auto catalog = ph::PluginCatalog::scan({{folder, ph::PluginTier::named, true}});
  const auto config = ph::Node::parse(R"({"policy": "CosineWarmup", "warmup_iters": 10, "floor": 0.1})");
  const ph::ScheduleChain chain(catalog, config, PH_ROLE_LR, false);
  ph::RunLength length;
  length.iters_per_epoch = 10;
  length.max_epochs = 11;
  length.max_iters = 110;
  ph::Progress at;
  CHECK(chain.value(length, at, 0, 0.5) == 0.05);
  at.iter = 110;
  CHECK_THAT(chain.value(length, at, 0, 0.5), test::WithinAbs(0.05, 1e-15));
  // What it does not have is still the host's.
  const auto wrong =
      ph::Node::parse(R"({"policy": "CosineWarmup", "warmup_iters": 10, "warmup_ratio": 0.1})");
  CHECK_THAT(test::error_of([&] { (void)ph::ScheduleChain(catalog, wrong, PH_ROLE_LR, false); }),
             test::ContainsSubstring("there is no warm-up that it could belong to"));
}

TEST_CASE("wrong arguments of the examples are refused before any code of theirs runs",
          "[sdk][examples][error]") {
  const auto [id, args, expected] = GENERATE(table<std::string, std::string, std::string>(
      {{"org.example.sgd", R"({})", "\"lr\""},
       {"org.example.sgd_c", R"({"lr": 0.1, "momentun": 0.9})", "momentum"},
       {"org.example.sgd_c", R"({"lr": 0.1, "momentum": 1})", "at least 0 and below 1"},
       {"org.example.sgd_c", R"({"lr": 0.1, "nesterov": 1})", "true or false"},
       {"org.example.schedules", R"({"warmup_iters": 9, "floor": 1.5})", "0 to 1"}}));
  const auto& of = component(builds().front(), id);
  CHECK_THAT(test::error_of([&, &args = args] { ph::PluginInstance(of, ph::Node::parse(args)); }),
             test::ContainsSubstring(expected));
}
