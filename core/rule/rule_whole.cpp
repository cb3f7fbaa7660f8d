// MATRIX and CLOSURE rules: whole parameters.
#include <exception>

#include "rule/rule_driver.hpp"
#include "rule/scratch.hpp"

namespace ph {
namespace {

constexpr ph_place on_cpu{sizeof(ph_place), 0, PH_DEVICE_CPU, 0, nullptr};

}  // namespace

void RuleDriver::update_matrices(const Hypers& hypers) {
  for (const auto i : active_) {
    const auto& param = params_[i];
    scalars_of(i, hypers[param.group], PH_PURPOSE_UPDATE, 0, scalars_.data());
    place(i, true, 0);
    scratch_->begin_call();
    ph_update_args args{};
    args.size = sizeof args;
    args.param = &facts_[i];
    args.span = &spans_[0];
    args.scalars = scalars_.data();
    args.n_scalars = api_.n_scalars;
    args.place = &on_cpu;
    args.scratch = &scratch_->table;
    rule_.check(api_.update(rule_.self(), &args), "update");
  }
}

namespace {

/// What a rule gets to evaluate the loss with. What that throws waits here until the rule has returned.
struct Evaluation {
  static std::int32_t call(void* ctx, double* loss) noexcept {
    auto& self = *static_cast<Evaluation*>(ctx);
    try {
      *loss = self.evaluate();
      self.refresh();
      return PH_OK;
    } catch (...) {
      self.thrown = std::current_exception();
      return PH_ERR_FAILED;
    }
  }
  const RuleDriver::Evaluate& evaluate;
  const std::function<void()>& refresh;
  std::exception_ptr thrown;
};

}  // namespace

void RuleDriver::update_closure(const Hypers& hypers, const Evaluate& evaluate, double loss) {
  ++closure_steps;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (params_[i].grad != nullptr) ++params_[i].step;
    hyper_rows_[i] = hypers[params_[i].group].data();
  }
  const std::function<void()> refresh = [this] {
    for (std::size_t i = 0; i < params_.size(); ++i) place(i, true, i);
  };
  refresh();
  Evaluation evaluation{evaluate, refresh, nullptr};
  scratch_->begin_call();
  ph_closure_args args{};
  args.size = sizeof args;
  args.spans = spans_.data();
  args.n_spans = static_cast<std::int64_t>(params_.size());
  args.span_stride = sizeof(ph_span);
  args.params = fact_pointers_.data();
  args.hyper = hyper_rows_.data();
  args.n_hyper = api_.n_hypers;
  args.globals = globals_.data();
  args.step = closure_steps;
  args.loss = loss;
  args.place = &on_cpu;
  args.scratch = &scratch_->table;
  args.ctx = &evaluation;
  args.evaluate = Evaluation::call;
  const auto status = api_.step_all(rule_.self(), &args);
  if (evaluation.thrown) std::rethrow_exception(evaluation.thrown);
  rule_.check(status, "step_all");
}

}  // namespace ph
