// Plugin binaries of earlier days, kept as they were built (tests/fixtures/frozen): this host has to load
// them and get the numbers that were recorded with them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "bundled.hpp"
#include "hook_run.hpp"
#include "optimizer_run.hpp"
#include "plugin/library.hpp"
#include "plugin/sink.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

using ph::Json;
namespace fs = std::filesystem;

namespace {

const fs::path frozen = fs::path{POSEHOST_TEST_DIR} / "fixtures" / "frozen";

/// The sets, one a folder, oldest first.
std::vector<fs::path> sets() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator{frozen}) {
    if (fs::exists(entry.path() / "golden.json")) all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// Loaded from a copy: whatever rights the checkout gave the file.
const ph::LoadedComponent& load(const fs::path& file, const std::string& name) {
  static auto& folder = *new test::TempFolder;  // outlives the libraries in it
  static std::map<std::string, ph::PluginLibrary> libraries;
  auto found = libraries.find(file.string());
  if (found == libraries.end()) {
    const auto copy =
        folder.path() / (file.parent_path().filename().string() + "-" + file.filename().string());
    fs::copy_file(file, copy);
    fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_exec);
    found = libraries.emplace(file.string(), ph::PluginLibrary::open(copy)).first;
  }
  for (const auto& component : found->second.components()) {
    if (component.name == name) return component;
  }
  throw std::runtime_error(file.string() + ": no component " + name);
}

std::unique_ptr<ph::PluginInstance> instance(const ph::LoadedComponent& component, const Json& args) {
  return std::make_unique<ph::PluginInstance>(component, ph::Node::from_json(args));
}

// Bit for bit: elementwise float32 arithmetic without fused operations has one result.
void check_optimizer(const ph::LoadedComponent& component, const Json& golden) {
  const test::OptimizerRun run{instance(component, golden["args"])};
  test::Parameter<float> p{golden["values"].get<std::vector<float>>(), {}, 0};
  for (const auto& grad : golden["grads"]) run.update(p, grad.get<std::vector<float>>(), {7, 16});
  CHECK(p.values == golden["after"].get<std::vector<float>>());
  for (const auto& [slot, values] : golden["slots"].items()) {
    CHECK(p.slots[slot] == values.get<std::vector<float>>());
  }
}

void check_schedule(const ph::LoadedComponent& component, const Json& golden) {
  const auto schedule = instance(component, golden["args"]);
  const auto& api = schedule->api<ph_schedule_api>();
  for (const auto& point : golden["points"]) {
    ph_schedule_point at{};
    at.size = sizeof at;
    at.iter = point[0];
    at.max_iters = golden["max_iters"];
    at.base = at.prev = golden["base"];
    CAPTURE(at.iter);
    // libm's cos of another version may differ in its last bit.
    CHECK_THAT(api.value(schedule->self(), &at), test::WithinAbs(point[1].get<double>(), 1e-15));
  }
}

void check_param_groups(const ph::LoadedComponent& component, const Json& golden) {
  const auto rule = instance(component, golden["args"]);
  const auto& api = rule->api<ph_param_groups_api>();
  const auto input = golden["input"].dump();
  ph::StringSink answer;
  const auto sink = answer.table();
  rule->check(api.build(rule->self(), ph::to_ph(input), &sink), "build");
  CHECK(nlohmann::json::parse(answer.text) == nlohmann::json(golden["output"]));
}

void check_hook(const ph::LoadedComponent& component, const Json& golden) {
  const auto args = golden["args"].dump();
  auto hook = std::make_unique<test::LoggedHook>(component, args);
  const auto losses = golden["losses"].get<std::vector<double>>();
  test::Values published;
  std::int64_t evaluations = 0;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (i == losses.size() / 2) {  // resumed half-way by another instance
      const auto state = hook->save_state();
      hook = std::make_unique<test::LoggedHook>(component, args);
      hook->load_state(state);
    }
    test::HookRun run{{hook.get()}};
    run.set_length(1, static_cast<std::int64_t>(losses.size()));
    run.event.iter = run.event.inner_iter = static_cast<std::int64_t>(i);
    run.scalars["loss"] = losses[i];
    run.stage(PH_STAGE_AFTER_TRAIN_ITER);
    published.insert(published.end(), run.published.begin(), run.published.end());
    evaluations += run.evaluations;
  }
  const auto expected = golden["published"].get<std::vector<double>>();
  REQUIRE(published.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(published[i] == std::pair{std::string{"mean_loss"}, expected[i]});
  CHECK(evaluations == golden["evaluations"]);
}

}  // namespace

TEST_CASE("plugin binaries of earlier builds give the numbers of then", "[plugins][frozen][golden]") {
  const std::map<std::string, void (*)(const ph::LoadedComponent&, const Json&)> checks{
      {"optimizer", check_optimizer},
      {"schedule", check_schedule},
      {"param_groups", check_param_groups},
      {"hook", check_hook}};
  REQUIRE_FALSE(sets().empty());
  for (const auto& set : sets()) {
    std::ifstream stream{set / "golden.json"};
    const auto golden = Json::parse(stream);
    REQUIRE(golden["plugins"].size() >= 4);
    for (const auto& one : golden["plugins"]) {
      const auto file = set / one["file"].get<std::string>();
      CAPTURE(file);
      const auto& component = load(file, one["component"]);
      checks.at(one["kind"])(component, one);
    }
  }
}
