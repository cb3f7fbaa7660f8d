// Rules for parameter groups: JSON in, JSON out, the same each time.
#include <posehost/abi.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "check/case.hpp"
#include "check/config_samples.hpp"
#include "check/exercise.hpp"
#include "check/fake_host.hpp"
#include "config/strict_json.hpp"
#include "plugin/instance.hpp"
#include "plugin/sink.hpp"

namespace ph {
namespace {

const std::vector<std::string> hypers{"lr", "momentum", "weight_decay"};

Json input_of(const Json& params) {
  return {{"optimizer", {{"type", "SGD"}, {"lr", 0.1}, {"momentum", 0.9}, {"weight_decay", 1e-4}}},
          {"hypers", hypers},
          {"params", params}};
}

/// Empty where build failed, which it may with a text.
std::optional<std::string> build(CaseRun& run, Trial& trial, const std::string& input,
                                 const std::string& what) {
  const auto& api = trial.api<ph_param_groups_api>();
  StringSink sink;
  const auto table = sink.table();
  const auto during = "build of " + what;
  const auto status = run.call(during, [&] { return api.build(trial.self(), to_ph(input), &table); });
  if (!trial.accept(status, during)) return std::nullopt;
  return sink.text;
}

void judge_entry(CaseRun& run, const Json& entry, std::set<std::string>& open) {
  const auto name = entry.is_object() ? entry.value("name", Json()) : Json();
  if (!name.is_string()) return run.fail("an entry without a name: " + short_text(entry));
  if (open.erase(name.get<std::string>()) == 0) {
    run.fail("names a parameter that is not there, or twice: " + short_text(name));
  }
  if (entry.contains("why") && !entry["why"].is_string())
    run.fail("\"why\" is no text: " + short_text(entry));
  const auto overrides = entry.value("overrides", Json::object());
  for (const auto& [key, value] : overrides.items()) {
    if (std::find(hypers.begin(), hypers.end(), key) == hypers.end()) {
      run.fail("overrides \"" + key + "\", which the optimizer does not have");
    }
    if (!value.is_number() || !std::isfinite(value.get<double>()))
      run.fail(key + " is no finite number: " + short_text(value));
  }
}

void judge(CaseRun& run, const std::string& output, const Json& params) {
  Json json;
  try {
    json = parse_strict_json<Json>(output, 64, 1 << 20);
  } catch (const std::invalid_argument& error) {
    run.fail_and_end(std::string{"its answer is "} + error.what() + ": " + output.substr(0, 100));
  }
  if (!json.is_object() || !json.contains("params") || !json["params"].is_array()) {
    run.fail_and_end("its answer has no list \"params\": " + output.substr(0, 100));
  }
  std::set<std::string> open;
  for (const auto& param : params) open.insert(param["name"].get<std::string>());
  for (const auto& entry : json["params"]) judge_entry(run, entry, open);
}

void check_answer(CaseRun& run) {
  std::size_t answers = 0;
  for (const auto& args : working_args(run, 12)) {
    Trial trial{run, run.component(), args};
    for (const std::size_t layers : {0, 1, 40}) {
      const auto params = sample_params(layers);
      const auto output =
          build(run, trial, input_of(params).dump(), std::to_string(params.size()) + " parameters");
      if (!output) continue;
      ++answers;
      judge(run, *output, params);
    }
    if (const auto output = build(run, trial, input_of(Json::array()).dump(), "no parameters"))
      judge(run, *output, Json::array());
  }
  if (answers == 0) run.fail("no arguments of its schema gave an answer");
}

void check_same(CaseRun& run) {
  const auto input = input_of(sample_params(20)).dump();
  for (const auto& args : working_args(run, 8)) {
    Trial trial{run, run.component(), args}, other{run, run.component(), args};
    const auto first = build(run, trial, input, "a network");
    build(run, trial, input_of(sample_params(2)).dump(), "another network");
    if (build(run, trial, input, "a network") != first || build(run, other, input, "a network") != first) {
      run.fail_and_end("gives another answer when it is asked again; arguments " + short_text(args));
    }
  }
}

void check_names(CaseRun& run) {
  auto params = sample_params(1);
  const std::vector<std::string> names{
      "", ".", "a\"b\\c", "ümläut", "line\nbreak", "%s", std::string(5000, 'x')};
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto one = params[0];
    one["name"] = names[i];
    one["module"] = names[i];
    one["module_class"] = names[i];
    params.push_back(std::move(one));
  }
  for (const auto& args : working_args(run, 4)) {
    Trial trial{run, run.component(), args};
    if (const auto output = build(run, trial, input_of(params).dump(), "strange names"))
      judge(run, *output, params);
  }
}

/// Input that the host does not write. Coming back is what counts.
void check_garbage(CaseRun& run) {
  const auto good = input_of(sample_params(2));
  std::vector<std::string> all{"",
                               "null",
                               "[]",
                               "{}",
                               "{\"params\":",
                               std::string(100000, '['),
                               Json{{"params", nullptr}}.dump(),
                               Json{{"params", {1, 2}}}.dump()};
  for (const char* key : {"optimizer", "hypers", "params"}) {
    auto without = good;
    without.erase(key);
    all.push_back(without.dump());
    without[key] = "text";
    all.push_back(without.dump());
  }
  auto future = good;
  future["future"] = {{"key", 1}};
  future["params"][0]["future"] = 1;
  for (const auto& args : working_args(run, 2)) {
    Trial trial{run, run.component(), args};
    for (const auto& input : all) build(run, trial, input, "\"" + input.substr(0, 60) + "\"");
    if (!build(run, trial, future.dump(), "an input of a newer host") &&
        build(run, trial, good.dump(), "a network")) {
      run.fail("refuses members that it does not know: a newer host may send more");
    }
  }
}

}  // namespace

void add_param_groups_cases(std::vector<CheckCase>& to) {
  to.push_back({"param_groups.answer", PH_KIND_PARAM_GROUPS,
                "valid JSON about parameters and hyper-parameters that exist", check_answer});
  to.push_back({"param_groups.same", PH_KIND_PARAM_GROUPS, "the same answer each time", check_same});
  to.push_back({"param_groups.names", PH_KIND_PARAM_GROUPS, "parameters of any name", check_names});
  to.push_back({"param_groups.garbage", PH_KIND_PARAM_GROUPS, "input that nobody wrote does not crash",
                check_garbage});
}

}  // namespace ph
