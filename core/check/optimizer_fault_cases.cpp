// Optimizers where things go badly: numbers that are none, other element types, no memory to be had.
#include <posehost/abi.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "check/case.hpp"
#include "check/checked_run.hpp"
#include "check/exercise.hpp"
#include "check/fake_host.hpp"
#include "check/import_watch.hpp"
#include "service/services.hpp"

namespace ph {
namespace {

CheckedRun::Setup small(int bits = 32) {
  CheckedRun::Setup setup;
  setup.shapes = {{20, 6}, {48}, {1}};
  setup.bits = bits;
  return setup;
}

bool is(CaseRun& run, std::uint32_t bits) {
  return (std::get<ph_optimizer_api>(copy_kind_table(run.component())).capabilities & bits) != 0;
}

/// NaN, infinite, huge and tiny gradients: the rule comes back, and for single elements the others do not
/// notice.
void check_numbers(CaseRun& run) {
  const auto args = working_args(run);
  CheckedRun clean{run, args, small()};
  for (std::int64_t k = 0; k < 4; ++k) clean.step(k);
  const auto expected = clean.state();
  for (const float value : {NAN, INFINITY, -INFINITY, 3e38f, 1e-44f, -0.0f}) {
    CheckedRun rule{run, args, small()};
    rule.poison(value);
    for (std::int64_t k = 0; k < 4; ++k) {
      try {
        rule.step(k);
      } catch (const Error& error) {
        // A rule may refuse such a gradient, with a text.
        if (error.found().find("said nothing") != std::string::npos) run.fail(error.found());
        break;
      }
    }
    rule.check_bounds("an update with a gradient of " + std::to_string(value));
    if (!is(run, PH_OPT_ELEMENTWISE)) continue;
    auto state = rule.state();
    if (state.steps != expected.steps) continue;
    // The element in the middle is the poisoned one.
    for (std::size_t t = 0; t < state.tensors.size(); ++t) {
      const auto width = static_cast<std::size_t>(state.dtypes[t].bits) / 8,
                 n = state.tensors[t].size() / width;
      if (n > 0) std::memcpy(&state.tensors[t][n / 2 * width], &expected.tensors[t][n / 2 * width], width);
    }
    const auto where = difference(expected, state);
    if (!where.empty())
      run.fail("a gradient of " + std::to_string(value) + " reaches other elements: " + where);
  }
}

void check_doubles(CaseRun& run) {
  const auto args = working_args(run);
  try {
    CheckedRun rule{run, args, small(64)};
    for (std::int64_t k = 0; k < 4; ++k) rule.step(k);
    rule.check_bounds("an update of 64-bit floats");
    CheckedRun again{run, args, small(64)};
    for (std::int64_t k = 0; k < 4; ++k) again.step(k);
    const auto where = difference(rule.state(), again.state());
    if (!where.empty()) run.fail("64-bit floats: the same run twice gives other numbers: " + where);
  } catch (const Error& error) {
    run.note("no 64-bit floats: " + error.found());
    if (error.found().find("said nothing") != std::string::npos)
      run.fail("refuses 64-bit floats and says nothing");
  }
}

/// What this host does not send, and a later one may: refused by a status, memory untouched.
void check_types(CaseRun& run) {
  if (!is(run, PH_OPT_ELEMENTWISE)) run.skip("not a rule for single elements");
  struct Sent {
    ph_dtype dtype;
    std::int32_t device;
    const char* name;
  };
  Trial trial{run, run.component(), working_args(run)};
  const auto& api = trial.api<ph_optimizer_api>();
  ph_slots slots{};
  slots.size = sizeof slots;
  trial.require(run.call("slots", [&] { return api.slots(trial.self(), &slots); }), "slots");
  for (const auto& sent : {Sent{{PH_DTYPE_BFLOAT, 16, 1}, PH_DEVICE_CPU, "bf16"},
                           Sent{{PH_DTYPE_FLOAT, 16, 1}, PH_DEVICE_CPU, "fp16"},
                           Sent{{PH_DTYPE_INT, 32, 1}, PH_DEVICE_CPU, "int32"},
                           Sent{{PH_DTYPE_FLOAT, 32, 1}, 77, "device type 77"}}) {
    std::vector<std::vector<char>> memory(2 + static_cast<std::size_t>(slots.n_slots),
                                          std::vector<char>(256, 0));
    std::vector<void*> pointers;
    for (std::size_t i = 2; i < memory.size(); ++i) pointers.push_back(memory[i].data());
    pointers.push_back(nullptr);
    const ph_span span{memory[0].data(), memory[1].data(), 16, 1, pointers.data(), 0, 0};
    const std::vector<double> scalars(static_cast<std::size_t>(api.n_scalars) + 1, 0.5);
    ph_range_args args{};
    args.size = sizeof args;
    args.spans = &span;
    args.n_spans = 1;
    args.span_stride = sizeof span;
    args.scalars = scalars.data();
    args.n_scalars = api.n_scalars;
    args.dtype = sent.dtype;
    args.device_type = sent.device;
    const auto during = std::string{"range with "} + sent.name;
    if (trial.accept(run.call(during, [&] { return api.range(trial.self(), &args); }), during)) {
      run.note("takes " + std::string{sent.name});
      if (sent.device != PH_DEVICE_CPU) run.fail(during + " is taken; expected PH_ERR_UNSUPPORTED");
      continue;
    }
    for (const auto& block : memory) {
      if (block != std::vector<char>(256, 0))
        run.fail(during + " is refused, and memory was written to before");
    }
  }
}

/// Spans of a newer host: longer elements of the array.
void check_stride(CaseRun& run) {
  if (!is(run, PH_OPT_ELEMENTWISE)) run.skip("not a rule for single elements");
  struct Longer {
    ph_span span;
    std::uint64_t future[3];
  };
  const auto args = working_args(run);
  const auto update = [&](bool longer) {
    const PluginInstance rule{run.component(), Node::from_json(args, "arguments")};
    const auto& api = rule.api<ph_optimizer_api>();
    const auto slots = slots_of(rule);
    constexpr std::size_t spans = 3, n = 17;
    std::vector<std::vector<double>> numbers((2 + slots.size()) * spans, std::vector<double>(n, 0.0));
    std::vector<std::vector<void*>> pointers(spans);
    std::vector<double> hypers, scalars(static_cast<std::size_t>(api.n_scalars) + 1);
    for (const auto& hyper : hypers_of(rule)) hypers.push_back(hyper.initial);
    std::vector<Longer> long_spans(spans);
    std::vector<ph_span> short_spans(spans);
    for (std::size_t s = 0; s < spans; ++s) {
      auto* base = &numbers[s * (2 + slots.size())];
      for (std::size_t k = 0; k < slots.size(); ++k) pointers[s].push_back(base[2 + k].data());
      pointers[s].push_back(nullptr);
      auto* param = reinterpret_cast<float*>(base[0].data());
      auto* grad = reinterpret_cast<float*>(base[1].data());
      for (std::size_t e = 0; e < n; ++e) {
        param[e] = 0.1f * static_cast<float>(e);
        grad[e] = 0.5f - 0.05f * static_cast<float>(e + s);
      }
      short_spans[s] = {
          param, grad, static_cast<std::int64_t>(n), 1, pointers[s].data(), static_cast<std::uint32_t>(s), 0};
      long_spans[s] = {short_spans[s], {~0ull, ~0ull, ~0ull}};
    }
    ph_scalars_args ask{};
    ask.size = sizeof ask;
    ask.hyper = hypers.data();
    ask.n_hyper = api.n_hypers;
    ask.step = 1;
    ask.out = scalars.data();
    ask.n_out = api.n_scalars;
    rule.check(run.call("scalars", [&] { return api.scalars(rule.self(), &ask); }), "scalars");
    ph_range_args call{};
    call.size = sizeof call;
    call.spans = longer ? &long_spans[0].span : short_spans.data();
    call.n_spans = spans;
    call.span_stride = longer ? sizeof(Longer) : sizeof(ph_span);
    call.scalars = scalars.data();
    call.n_scalars = api.n_scalars;
    call.dtype = {PH_DTYPE_FLOAT, 32, 1};
    call.device_type = PH_DEVICE_CPU;
    rule.check(run.call("range", [&] { return api.range(rule.self(), &call); }), "range");
    return numbers;
  };
  if (update(false) != update(true))
    run.fail("steps through the spans by its own size of ph_span, not by span_stride");
}

void check_allocations(CaseRun& run) {
  static_cast<void>(run.component());
  import_watch::install(run.settings().file);
  for (const auto& args : working_args(run, 4)) {
    {
      const PluginInstance probe{run.component(), Node::from_json(args, "arguments")};
      if (CheckedRun::state_bytes(probe, small()) > 32 << 20) continue;
    }
    CheckedRun rule{run, args, small()};
    rule.step(0);
    rule.step(1);
    import_watch::reset();
    for (std::int64_t k = 2; k < 8; ++k) rule.step(k);
    for (const auto& name : import_watch::seen(import_watch::Group::memory)) {
      run.fail("after the first updates an update calls " + name + "; arguments " + short_text(args));
    }
  }
}

}  // namespace

void add_optimizer_fault_cases(std::vector<CheckCase>& to) {
  const auto add = [&](const char* name, const char* doc, void (*work)(CaseRun&)) {
    to.push_back({name, PH_KIND_OPTIMIZER, doc, work});
  };
  add("optimizer.numbers", "gradients that are NaN, infinite, huge or tiny", check_numbers);
  add("optimizer.doubles", "64-bit floats are updated, or refused with a text", check_doubles);
  add("optimizer.types", "element types and devices of other hosts are refused by a status", check_types);
  add("optimizer.stride", "spans are stepped through by span_stride", check_stride);
  add("optimizer.allocations", "after the first updates nothing is allocated", check_allocations);
}

}  // namespace ph
