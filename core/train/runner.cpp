#include "train/runner.hpp"

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>

#include "log/log.hpp"
#include "run/place.hpp"
#include "service/run_services.hpp"
#include "train/evaluator.hpp"
#include "train/run_control.hpp"

namespace ph {
namespace {

std::vector<bool> unroll(const std::vector<WorkflowEntry>& workflow) {
  std::vector<bool> cycle;
  for (const auto& entry : workflow)
    cycle.insert(cycle.end(), static_cast<std::size_t>(entry.times), entry.train);
  return cycle;
}

auto next_batch(Loader& loader) {
  const PlaceScope here(nullptr, "waiting for data");
  return loader.next();
}

}  // namespace

Runner::Runner(RunPlan& plan, std::string run_name, double stop_after_s)
    : plan_{plan},
      view_{plan, log_, std::move(run_name)},
      progress_{plan.length},
      started_{std::chrono::steady_clock::now()},
      stop_after_s_{stop_after_s},
      cycle_{unroll(plan.workflow)} {
  run_times().reset();
  (void)take_update_request();  // of a run that failed
  rule_name_ = plan.optimizers->description();
  place().iteration = 0;
  plan.steps->schedule = [this](const ScheduleChain& chain) { apply_schedule(chain); };
  plan.steps->observe = [this](ScheduleChain& chain, std::int32_t stage) { show_schedule(chain, stage); };
  plan.steps->optimize = [this] { optimize(); };
}

RunResult Runner::run() {
  view_.set_start(epoch_, iter_);
  for (const auto& chain : plan_.schedules) apply_schedule(*chain);
  stage(PH_STAGE_BEFORE_RUN);
  if (view_.stop) {
    end_by_hook();
    stop_ = true;  // it had ended before, and nothing has been trained since
  } else if (plan_.length.by_epoch) {
    run_epochs();
  } else {
    run_iterations();
  }
  writer_.wait();
  require_unspoiled();
  result_.finished = !stop_ || ended_by_hook_;
  stage(PH_STAGE_AFTER_RUN);
  writer_.wait();
  progress_.finish();
  if (result_.finished && plan_.val && evaluated_at_ != iter_) evaluate_now();
  writer_.wait();
  if (control_) fill_status();
  return std::move(result_);
}

void Runner::run_epochs() {
  while (!stop_ && epoch_ < plan_.length.max_epochs) {
    const bool train = cycle_[static_cast<std::size_t>(flow_)];
    if (train) {
      train_epoch();
      if (stop_ && !epoch_done_) return;
      ++epoch_;
      inner_iter_ = 0;
      epoch_done_ = false;
    } else {
      validate(plan_.val_loss->batches());
    }
    flow_ = (flow_ + 1) % static_cast<std::int64_t>(cycle_.size());
    if (epoch_ < plan_.length.max_epochs && stopping()) return;
  }
  // Validation that the workflow puts after the last training epoch still happens.
  while (!stop_ && flow_ > 0 && flow_ < static_cast<std::int64_t>(cycle_.size()) &&
         !cycle_[static_cast<std::size_t>(flow_)]) {
    validate(plan_.val_loss->batches());
    ++flow_;
  }
}

// Whether the loader of this epoch will make the next one too, so that it need not wait for the end of this.
bool Runner::epoch_follows() const {
  if (&plan_.train_of(epoch_) != &plan_.train_of(epoch_ + 1)) return false;
  if (plan_.length.by_epoch) return epoch_ + 1 < plan_.length.max_epochs;
  return iter_ + plan_.train->batches() - inner_iter_ < plan_.length.max_iters;
}

void Runner::train_epoch() {
  mode_ = PH_MODE_TRAIN;
  iters_in_epoch_ = plan_.train->batches();
  if (!std::exchange(resumed_log_, false)) log_.clear();
  plan_.model->train();
  auto& loader = plan_.train_of(epoch_);
  loader.start(epoch_, inner_iter_, epoch_follows());
  stage(PH_STAGE_BEFORE_TRAIN_EPOCH);
  while (auto batch = next_batch(loader)) {
    train_iteration(*batch);
    if (stopping()) {
      if (inner_iter_ < iters_in_epoch_) return;
      break;
    }
  }
  epoch_done_ = true;
  stage(PH_STAGE_AFTER_TRAIN_EPOCH);
}

void Runner::run_iterations() {
  stage(PH_STAGE_BEFORE_EPOCH);
  mode_ = PH_MODE_TRAIN;
  iters_in_epoch_ = plan_.train->batches();
  plan_.model->train();
  plan_.train_of(epoch_).start(epoch_, inner_iter_, epoch_follows());
  while (!stop_ && iter_ < plan_.length.max_iters) {
    if (!cycle_[static_cast<std::size_t>(flow_)]) {
      const auto first = flow_;
      while (flow_ < static_cast<std::int64_t>(cycle_.size()) && !cycle_[static_cast<std::size_t>(flow_)])
        ++flow_;
      validate(std::min(flow_ - first, plan_.val_loss->batches()));
    } else {
      auto batch = next_batch(plan_.train_of(epoch_));
      if (!batch) {
        inner_iter_ = 0;
        ++epoch_;
        plan_.train_of(epoch_).start(epoch_, 0, epoch_follows());
        continue;
      }
      train_iteration(*batch);
      ++flow_;
      if (stopping()) break;
    }
    flow_ %= static_cast<std::int64_t>(cycle_.size());
  }
  stage(PH_STAGE_AFTER_EPOCH);
}

void Runner::validate(std::int64_t batches) {
  at::NoGradGuard no_grad;
  const EvalWeights shown(*plan_.optimizers);
  mode_ = PH_MODE_VAL;
  const auto inner = inner_iter_;
  iters_in_epoch_ = batches;
  log_.clear();
  plan_.model->eval();
  plan_.val_loss->start(0);
  stage(PH_STAGE_BEFORE_VAL_EPOCH);
  for (inner_iter_ = 0; inner_iter_ < batches; ++inner_iter_) {
    auto batch = next_batch(*plan_.val_loss);
    if (!batch) break;
    samples_ = batch->samples();
    log_.next(samples_);
    stage(PH_STAGE_BEFORE_VAL_ITER);
    const auto ready = to_device(std::move(*batch), plan_.compute);
    {
      const PlaceScope here(nullptr, "validation step");
      const AutocastScope autocast(plan_.compute);
      record(plan_.model->train_step(ready), ready);
    }
    stage(PH_STAGE_AFTER_VAL_ITER);
  }
  samples_ = 0;
  stage(PH_STAGE_AFTER_VAL_EPOCH);
  inner_iter_ = inner;
  iters_in_epoch_ = plan_.train->batches();
  mode_ = PH_MODE_TRAIN;
  log_.clear();
  plan_.model->train();
}

bool Runner::stopping() {
  writer_.check();
  if (control_) {
    for (const auto& request : control_->take_requests()) answer(request);
  }
  report();
  if (signals_.take_save()) save({"iter_" + std::to_string(iter_) + ".safetensors", true, true, {}});
  if (stop_) return true;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started_;
  if (const int number = signals_.stop()) {
    result_.stop_reason = number == SIGINT ? "SIGINT" : "SIGTERM";
  } else if (asked_to_stop_) {
    result_.stop_reason = "posehost ctl";
  } else if (view_.stop) {
    end_by_hook();
  } else if (stop_after_s_ > 0 && elapsed.count() >= stop_after_s_) {
    result_.stop_reason = "--stop-after";
  } else {
    return false;
  }
  save_and_stop();
  return true;
}

// A hook that ends a run has found it complete: unlike one that was stopped, it is not to be requeued.
void Runner::end_by_hook() {
  result_.stop_reason = *view_.stop;
  ended_by_hook_ = true;
}

void Runner::stage(std::int32_t stage) {
  if (!plan_.hooks.wants(stage)) return;
  const auto& length = plan_.length;
  ph_hook_event event{};
  event.size = sizeof event;
  event.stage = stage;
  event.mode = mode_;
  event.epoch = epoch_;
  event.iter = iter_;
  event.inner_iter = inner_iter_;
  event.iters_in_epoch = iters_in_epoch_;
  event.iters_per_epoch = length.iters_per_epoch;
  event.max_epochs = length.max_epochs;
  event.max_iters = length.max_iters;
  event.opt_step = opt_step_;
  event.by_epoch = length.by_epoch ? 1 : 0;
  event.last =
      length.by_epoch ? epoch_ + 1 >= length.max_epochs && epoch_done_ : iter_ + 1 >= length.max_iters;
  event.samples = samples_;
  event.clock_ns = std::chrono::steady_clock::now().time_since_epoch().count();
  event.run = view_.table();
  const auto outer = std::exchange(view_.stage, stage);
  plan_.hooks.run(event, [&] { meet_requests(event); });
  view_.stage = outer;
}

}  // namespace ph
