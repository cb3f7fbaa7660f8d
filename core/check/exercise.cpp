#include "check/exercise.hpp"
#include "check/draft_samples.hpp"

#include <posehost/abi.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "check/checked_run.hpp"
#include "check/config_samples.hpp"
#include "check/fake_run.hpp"
#include "plugin/instance.hpp"
#include "plugin/sink.hpp"

namespace ph {
namespace {

class Exercise {
 public:
  Exercise(CaseRun& run, Trial& trial, bool patient) : run_{run}, trial_{trial}, patient_{patient} {}

  void operator()(const ph_schedule_api& api) const {
    ph_schedule_point at{};
    at.size = sizeof at;
    at.iters_per_epoch = 100;
    at.max_iters = 1000;
    at.max_epochs = 10;
    at.by_epoch = 1;
    at.role = PH_ROLE_LR;
    at.base = at.prev = 0.1;
    if (api.check != nullptr &&
        !good(run_.call("check", [&] { return api.check(trial_.self(), &at); }), "check"))
      return;
    for (at.iter = 0; at.iter <= at.max_iters; at.iter += 50) {
      at.epoch = at.iter / at.iters_per_epoch;
      at.opt_step = at.iter;
      run_.call("value", [&] { return api.value(trial_.self(), &at); });
    }
  }
  void operator()(const ph_hook_api& api) const {
    FakeRun{run_, trial_, run_.work_dir(), {2, 2}}.go();
    if (api.save_state == nullptr) return;
    StringSink sink;
    const auto table = sink.table();
    if (!good(run_.call("save_state", [&] { return api.save_state(trial_.self(), &table); }), "save_state"))
      return;
    good(run_.call("load_state", [&] { return api.load_state(trial_.self(), to_ph(sink.text)); }),
         "load_state");
  }
  void operator()(const ph_param_groups_api& api) const {
    const auto input =
        Json{{"optimizer", {{"lr", 0.1}}}, {"hypers", {"lr"}}, {"params", sample_params(3)}}.dump();
    StringSink sink;
    const auto table = sink.table();
    good(run_.call("build", [&] { return api.build(trial_.self(), to_ph(input), &table); }), "build");
  }
  void operator()(const ph_metric_api& api) const {
    SampleAnswers answers{run_.seed(), 20, 5};
    const auto args = answers.args();
    good(run_.call("evaluate", [&] { return api.evaluate(trial_.self(), &args); }), "evaluate");
  }
  void operator()(const ph_transform_api& api) const {
    SampleCrop crop{16, 12, 3, 5, run_.seed()};
    const auto args = crop.args();
    good(run_.call("apply", [&] { return api.apply(trial_.self(), &args); }), "apply");
  }
  void operator()(const ph_optimizer_api& api) const {
    ph_slots slots{};
    slots.size = sizeof slots;
    if (!good(run_.call("slots", [&] { return api.slots(trial_.self(), &slots); }), "slots")) return;
    CheckedRun::Setup setup;
    setup.shapes = {{6, 5}, {9}};
    try {
      // An instance of its own with the same arguments: the driver wants the host's.
      CheckedRun rule{run_, trial_.args(), setup};
      for (std::int64_t k = 0; k < 3; ++k) rule.step(k);
    } catch (const Error& error) {
      if (!patient_) throw;
      if (error.found().find("said nothing") != std::string::npos)
        run_.fail(error.summary() + ": " + error.found());
    }
  }

 private:
  bool good(std::int32_t status, const char* during) const {
    if (patient_) return trial_.accept(status, during);
    trial_.require(status, during);
    return true;
  }
  CaseRun& run_;
  Trial& trial_;
  bool patient_;
};

Json param(const std::string& name, std::vector<std::int64_t> shape, const std::string& module,
           const std::string& type, bool norm) {
  std::int64_t numel = 1;
  for (const auto extent : shape) numel *= extent;
  return {{"name", name},
          {"shape", shape},
          {"numel", numel},
          {"module", module},
          {"module_class", type},
          {"is_norm", norm},
          {"is_bias", name.ends_with("bias")},
          {"is_depthwise", false},
          {"is_dcn", false},
          {"requires_grad", true},
          {"alias_of", nullptr}};
}

}  // namespace

void exercise(CaseRun& run, Trial& trial, bool patient) {
  if (trial.made()) std::visit(Exercise{run, trial, patient}, trial.table());
}

Json sample_params(std::size_t n) {
  Json all = Json::array();
  for (std::size_t i = 0; i < n; ++i) {
    // Ten blocks a layer, named as a ResNet's: some rules go by the depth in a name.
    const auto block = "backbone.layer" + std::to_string(1 + i / 10) + "." + std::to_string(i % 10);
    const auto conv = block + ".conv1", norm = block + ".bn1";
    all.push_back(param(conv + ".weight", {8, 4, 3, 3}, conv, "Conv2d", false));
    all.push_back(param(norm + ".weight", {8}, norm, "BatchNorm2d", true));
    all.push_back(param(norm + ".bias", {8}, norm, "BatchNorm2d", true));
  }
  all.push_back(
      param("keypoint_head.final_layer.weight", {17, 8, 1, 1}, "keypoint_head.final_layer", "Conv2d", false));
  all.push_back(param("keypoint_head.final_layer.bias", {17}, "keypoint_head.final_layer", "Conv2d", false));
  return all;
}

std::vector<Json> working_args(CaseRun& run, std::size_t n) {
  const auto& component = run.component();
  const auto schema = Json::parse(component.schema);
  Draw draw{run.seed(99)};
  std::vector<Json> all;
  for (std::size_t i = 0; i < 20 + 4 * n && all.size() < n; ++i) {
    const auto args = filled(component, i == 0 ? minimal_args(schema, draw) : random_args(schema, draw));
    if (std::find(all.begin(), all.end(), args) != all.end()) continue;
    Trial trial{run, component, args};
    if (trial.made()) all.push_back(args);
  }
  if (all.empty()) run.skip("no arguments were found that create accepts");
  return all;
}

Json working_args(CaseRun& run) { return working_args(run, 1).front(); }

}  // namespace ph
