// Optimizers: the result is a function of parameters, gradients, state and step, however the host drives
// the rule.
#include <posehost/abi.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "check/case.hpp"
#include "check/checked_run.hpp"
#include "check/exercise.hpp"
#include "check/import_watch.hpp"
#include "service/services.hpp"

namespace ph {
namespace {

// Matrices wide and tall, a kernel, vectors, one number, none at all.
const std::vector<std::vector<std::int64_t>> shapes{{33, 7}, {8, 4, 3, 3}, {65}, {1}, {}, {0, 4}, {5, 40}};
constexpr std::int64_t steps = 6;

CheckedRun::Setup usual(std::int64_t piece = 1 << 16) {
  CheckedRun::Setup setup;
  setup.shapes = shapes;
  setup.piece = piece;
  return setup;
}

std::uint32_t capabilities(CaseRun& run) {
  return std::get<ph_optimizer_api>(copy_kind_table(run.component())).capabilities;
}
void only_with(CaseRun& run, std::uint32_t bits, const char* why) {
  if ((capabilities(run) & bits) == 0) run.skip(why);
}

/// Sets of arguments whose state fits, the least that is needed first.
template <class F>
void each_args(CaseRun& run, std::size_t n, F&& work) {
  std::size_t done = 0;
  for (const auto& args : working_args(run, n)) {
    {
      const PluginInstance probe{run.component(), Node::from_json(args, "arguments")};
      if (CheckedRun::state_bytes(probe, usual()) > 32 << 20) continue;
    }
    ++done;
    work(args);
  }
  if (done == 0) run.skip("no arguments were found whose state is small");
}

CheckedRun::State run_through(CaseRun& run, const Json& args, const CheckedRun::Setup& setup,
                              std::int64_t until = steps) {
  CheckedRun rule{run, args, setup};
  for (std::int64_t k = 0; k < until; ++k) rule.step(k);
  return rule.state();
}

void same(CaseRun& run, const CheckedRun::State& a, const CheckedRun::State& b, const std::string& what,
          const Json& args) {
  const auto where = difference(a, b);
  if (!where.empty()) run.fail_and_end(what + ": " + where + "; arguments " + short_text(args));
}

void check_repeat(CaseRun& run) {
  static_cast<void>(run.component());
  import_watch::install(run.settings().file);
  each_args(run, 5, [&](const Json& args) {
    CheckedRun rule{run, args, usual()};
    import_watch::reset();
    for (std::int64_t k = 0; k < steps; ++k) rule.step(k);
    for (const auto group : {import_watch::Group::outside, import_watch::Group::process}) {
      for (const auto& name : import_watch::seen(group)) run.fail("an update calls " + name);
    }
    same(run, rule.state(), run_through(run, args, usual()), "the same run twice gives other numbers", args);
  });
}

void check_resume(CaseRun& run) {
  each_args(run, 5, [&](const Json& args) {
    const auto unbroken = run_through(run, args, usual());
    for (const std::int64_t cut : {1, 3}) {
      const auto saved = run_through(run, args, usual(), cut);
      CheckedRun resumed{run, args, usual()};
      resumed.load(saved);
      for (std::int64_t k = cut; k < steps; ++k) resumed.step(k);
      same(run, unbroken, resumed.state(),
           "resumed after " + std::to_string(cut) + " updates it goes another way (state outside the slots?)",
           args);
    }
  });
}

void check_cut(CaseRun& run) {
  only_with(run, PH_OPT_ELEMENTWISE, "the host does not cut for this rule, or sums depend on the cut");
  each_args(run, 4, [&](const Json& args) {
    const auto whole = run_through(run, args, usual());
    for (const std::int64_t piece : {1, 7, 64, 100}) {
      same(run, whole, run_through(run, args, usual(piece)),
           "depends on the cut into pieces of " + std::to_string(piece), args);
    }
  });
}

void check_threads(CaseRun& run) {
  each_args(run, 4, [&](const Json& args) {
    // The same pieces: sums may depend on them.
    const auto one = run_through(run, args, usual(16));
    for (const int n : {2, 5}) {
      const WithThreads threads{n};
      same(run, one, run_through(run, args, usual(16)),
           "depends on the number of threads, here " + std::to_string(n), args);
    }
  });
}

/// The tensors of parameter `i`: data and slots.
CheckedRun::State part(const CheckedRun::State& all, std::size_t i) {
  const auto n = all.steps.size(), each = all.tensors.size() / n;
  CheckedRun::State one;
  for (std::size_t t = i * each; t < (i + 1) * each; ++t) {
    one.tensors.push_back(all.tensors[t]);
    one.names.push_back(all.names[t]);
    one.dtypes.push_back(all.dtypes[t]);
  }
  one.steps = {all.steps[i]};
  return one;
}

void check_alone(CaseRun& run) {
  only_with(run, PH_OPT_ELEMENTWISE | PH_OPT_MATRIX, "the rule may look at all parameters at once");
  each_args(run, 4, [&](const Json& args) {
    const auto together = run_through(run, args, usual());
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      CheckedRun::Setup alone;
      alone.shapes = {shapes[i]};
      alone.numbers = {i};
      same(run, part(together, i), run_through(run, args, alone),
           "a parameter alone goes another way than among others", args);
    }
  });
}

void check_halves(CaseRun& run) {
  only_with(run, PH_OPT_ELEMENTWISE, "not a rule for single elements");
  each_args(run, 4, [&](const Json& args) {
    CheckedRun::Setup whole, first, second;
    whole.shapes = {{100}};
    first.shapes = {{37}};
    second.shapes = {{63}};
    whole.numbers = first.numbers = second.numbers = {2};
    second.first_element = 37;
    auto joined = run_through(run, args, first);
    const auto rest = run_through(run, args, second);
    for (std::size_t t = 0; t < joined.tensors.size(); ++t) joined.tensors[t] += rest.tensors[t];
    same(run, run_through(run, args, whole), joined, "a parameter cut in two goes another way than whole",
         args);
  });
}

void check_absent(CaseRun& run) {
  each_args(run, 4, [&](const Json& args) {
    CheckedRun rule{run, args, usual()};
    const bool whole = rule.driver().is(PH_OPT_CLOSURE);
    for (std::int64_t k = 0; k < steps; ++k) {
      const auto before = rule.state();
      const bool skipped = k == 0 || k == 3;
      rule.step(k, skipped ? std::vector<std::size_t>{1, 2} : std::vector<std::size_t>{});
      if (!skipped || whole) continue;
      const auto after = rule.state();
      for (const std::size_t i : {1, 2}) {
        same(run, part(before, i), part(after, i), "a parameter without a gradient changes", args);
      }
    }
    rule.check_bounds("updates with absent gradients");
  });
}

/// A parameter that was skipped has seen fewer updates, and goes on as if it had been alone in those it saw.
void check_own_steps(CaseRun& run) {
  only_with(run, PH_OPT_ELEMENTWISE | PH_OPT_MATRIX, "the rule may look at all parameters at once");
  each_args(run, 4, [&](const Json& args) {
    CheckedRun rule{run, args, usual()};
    CheckedRun::Setup setup;
    setup.shapes = {shapes[1]};
    setup.numbers = {1};
    CheckedRun alone{run, args, setup};
    for (std::int64_t k = 0; k < 2 * steps; ++k) {
      const bool skipped = k == 0 || k % 3 == 2;
      rule.step(k, skipped ? std::vector<std::size_t>{1} : std::vector<std::size_t>{});
      if (!skipped) alone.step(k);
    }
    same(run, part(rule.state(), 1), alone.state(), "does not go by the parameter's own number of updates",
         args);
  });
}

void check_bounds(CaseRun& run) {
  each_args(run, 4, [&](const Json& args) {
    for (const std::int64_t piece : {1 << 16, 13}) {
      CheckedRun rule{run, args, usual(piece)};
      for (std::int64_t k = 0; k < 3; ++k) rule.step(k);
      rule.check_bounds("an update");
    }
    for (const std::vector<std::vector<std::int64_t>>& few :
         {std::vector<std::vector<std::int64_t>>{{0}}, {{}, {1}}}) {
      CheckedRun::Setup setup;
      setup.shapes = few;
      CheckedRun rule{run, args, setup};
      for (std::int64_t k = 0; k < 2; ++k) rule.step(k);
      rule.check_bounds("an update of almost nothing");
    }
  });
}

void check_eval(CaseRun& run) {
  only_with(run, PH_OPT_MODE, "trains and evaluates the same weights");
  each_args(run, 4, [&](const Json& args) {
    CheckedRun rule{run, args, usual()};
    for (std::int64_t k = 0; k < steps; ++k) {
      rule.step(k);
      const auto training = rule.state();
      rule.write_eval();
      const auto first = rule.state();
      rule.check_bounds("writing the weights to evaluate");
      rule.load(training);
      rule.write_eval();
      same(run, first, rule.state(), "the weights to evaluate are others when asked again", args);
      rule.load(training);
      const auto each = training.tensors.size() / training.steps.size();
      for (std::size_t t = 0; t < training.tensors.size(); ++t) {
        if (t % each != 0 && first.tensors[t] != training.tensors[t]) {
          run.fail_and_end("writing the weights to evaluate changes " + training.names[t] + "; arguments " +
                           short_text(args));
        }
      }
    }
    same(run, run_through(run, args, usual()), rule.state(), "an evaluation changes the way of the training",
         args);
  });
}

}  // namespace

void add_optimizer_cases(std::vector<CheckCase>& to) {
  const auto add = [&](const char* name, const char* doc, void (*work)(CaseRun&)) {
    to.push_back({name, PH_KIND_OPTIMIZER, doc, work});
  };
  add("optimizer.repeat", "the same run twice gives the same bytes; no clock, no files", check_repeat);
  add("optimizer.resume", "a run resumed from parameters and slots is the unbroken one, byte for byte",
      check_resume);
  add("optimizer.cut", "any cut of parameters into spans gives the same bytes", check_cut);
  add("optimizer.threads", "any number of threads gives the same bytes", check_threads);
  add("optimizer.alone", "a parameter alone goes the same way as among others", check_alone);
  add("optimizer.halves", "a parameter cut in two goes the same way as whole", check_halves);
  add("optimizer.absent", "without a gradient nothing changes", check_absent);
  add("optimizer.own_steps", "each parameter goes by its own number of updates", check_own_steps);
  add("optimizer.bounds", "nothing outside the spans is touched, gradients are only read", check_bounds);
  add("optimizer.eval", "the weights to evaluate: pure, and without a trace", check_eval);
}

}  // namespace ph
