// What hooks ask of a run: checkpoints, evaluation, an early end. And how a run comes back.
#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "log/log.hpp"
#include "run/place.hpp"
#include "train/evaluator.hpp"
#include "train/resume_changes.hpp"
#include "train/runner.hpp"

namespace ph {
namespace {

const std::string kGradientPrefix = "@grad/";
const std::string kScalerName = "@hook/posehost/loss_scaler/state";

// The config as it is kept in a checkpoint: without what differs between equal runs, and without values from
// the environment, which may be secrets; weights are given away.
std::string portable_config(const Node& config) {
  Json json = masked_json(config);
  for (const char* key : {"work_dir", "load_from", "resume_from"}) json.erase(key);
  return json.dump();
}

std::string dataset_summary(const DatasetInfo& info) {
  return Json{{"name", info.name},
              {"keypoints", info.keypoints},
              {"flip_pairs", info.flip_pairs},
              {"sigmas", info.sigmas},
              {"skeleton", info.skeleton}}
      .dump();
}

// What the config says now holds, as far as it leaves network and task as they were.
void accept_changes(const Json& before, const Json& now, const std::string& where) {
  const auto changes = config_changes(before, now);
  if (!changes.refused.empty()) {
    throw Error(ErrorKind::config, where + ": belongs to a run with another network or task",
                changes.refused.front(), "the config of that run",
                "--load-from to start a new run from these weights");
  }
  for (const auto& change : changes.taken) log_info("changed since the checkpoint: " + change);
}

}  // namespace

RunPosition Runner::position() const {
  RunPosition p{epoch_, iter_, inner_iter_, opt_step_, flow_, plan_.length.iters_per_epoch, plan_.seed};
  if (iteration_done_) {
    ++p.iter;
    ++p.inner_iter;
    if (!plan_.length.by_epoch) p.flow = (p.flow + 1) % static_cast<std::int64_t>(cycle_.size());
  }
  if (epoch_done_) {
    ++p.epoch;
    p.inner_iter = 0;
    p.flow = (p.flow + 1) % static_cast<std::int64_t>(cycle_.size());
  }
  return p;
}

// Hooks may show other weights around it (an average), and take them back whatever happened.
void Runner::save(const SaveRequest& request) {
  const EvalWeights shown(*plan_.optimizers);
  stage(PH_STAGE_BEFORE_SAVE);
  try {
    write_checkpoint(request);
  } catch (...) {
    stage(PH_STAGE_AFTER_SAVE);
    throw;
  }
  stage(PH_STAGE_AFTER_SAVE);
}

void Runner::write_checkpoint(const SaveRequest& request) {
  Checkpoint checkpoint;
  checkpoint.tensors = model_state(*plan_.model);
  plan_.masters.put_into(checkpoint.tensors);
  if (spoiled(checkpoint.tensors, request.filename)) return;
  if (request.optimizer) {
    checkpoint.tensors.merge(plan_.optimizers->state());
    checkpoint.hook_state = plan_.hooks.state();
    plan_.hooks.save_slots(checkpoint.tensors);
    for (const auto& chain : plan_.schedules) checkpoint.hook_state.merge(chain->state());
    save_gradients(checkpoint);
    if (!epoch_done_) checkpoint.log = log_.state();
  }
  checkpoint.position = position();
  checkpoint.config = portable_config(plan_.config);
  checkpoint.dataset = dataset_summary(plan_.train->dataset().info());
  checkpoint.steered = steered_state();
  const auto file = plan_.work_dir / request.filename;
  CheckpointWriter::Job job{file, request.last ? plan_.work_dir / "last.safetensors" : "", {}};
  for (const auto& old : request.remove) job.remove.push_back(plan_.work_dir / old);
  const PlaceScope here(nullptr, "writing a checkpoint");
  writer_.start(std::move(checkpoint), std::move(job));
  if (request.optimizer) note_checkpoint(file);
}

// Gradients that are no numbers make such weights, which the next loss tells. A file with them would take the place
// of one that a run can go on from.
bool Runner::spoiled(const std::map<std::string, at::Tensor>& weights, const std::string& file) {
  const auto names = not_finite(weights);
  spoiled_.clear();
  if (names.empty()) return false;
  spoiled_ = names.front() + (names.size() > 1 ? " and " + std::to_string(names.size() - 1) + " more" : "");
  log_error("iteration " + std::to_string(iter_ + 1) + ": weights are no finite numbers (" + spoiled_ +
            "); " + file + " is not written");
  return true;
}

// At a place from which the run does not go on to a loss that would tell.
void Runner::require_unspoiled() const {
  if (spoiled_.empty()) return;
  throw Error(ErrorKind::nan, "iteration " + std::to_string(iter_) + ": weights are no finite numbers",
              spoiled_, "finite numbers",
              (view_.newest.empty() ? "" : "--resume " + view_.newest.string() + " with ") + std::string() +
                  "a lower lr, a longer warm-up, or optimizer_config.grad_clip");
}

// What stands between two updates: sums of gradients that no update has used yet, the loss scale.
void Runner::save_gradients(Checkpoint& checkpoint) const {
  if (plan_.gradients.scaler) checkpoint.hook_state[kScalerName] = plan_.gradients.scaler->state();
  // Between backward and step the sums are ahead of the position that is saved.
  const bool ahead = differentiated_ && !iteration_done_;
  if (accumulated_ == 0 || ahead) return;
  for (const auto& [name, gradient] : plan_.optimizers->named_gradients())
    checkpoint.tensors[kGradientPrefix + name] = gradient;
}

void Runner::load_gradients(const Checkpoint& checkpoint, const std::string& file) {
  const auto scaler = checkpoint.hook_state.find(kScalerName);
  if (plan_.gradients.scaler && scaler != checkpoint.hook_state.end())
    plan_.gradients.scaler->load_state(scaler->second, file);
  accumulated_ = checkpoint.position.iter % plan_.gradients.cumulative_iters;
  if (accumulated_ == 0) return;
  if (!plan_.optimizers->load_gradients(checkpoint.tensors, kGradientPrefix)) {
    accumulated_ = 0;
    log_warn(file + ": saved between two updates, without the gradients so far: the next update is smaller");
  }
}

void Runner::save_and_stop() {
  stop_ = true;
  const auto name = "iter_" + std::to_string(iter_) + ".safetensors";
  save({name, true, true, {}});
  writer_.wait();
  require_unspoiled();
  log_info("stopped by " + result_.stop_reason + " after iteration " + std::to_string(iter_) + "; saved " +
           name);
}

void Runner::meet_requests(const ph_hook_event& event) {
  if (!view_.published.empty()) {
    view_.publishing = true;
    view_.published.take([&](const ph_published& item) { plan_.hooks.publish(event, item); });
    view_.publishing = false;
  }
  if (view_.tensors.take_touched()) plan_.masters.round();
  meet_update_request();
  if (std::exchange(view_.rollback, false)) roll_back();
  for (const auto& request : std::exchange(view_.saves, {})) save(request);
  if (std::exchange(view_.evaluate, false)) evaluate_now();
}

void Runner::evaluate_now() {
  const EvalWeights shown(*plan_.optimizers);
  stage(PH_STAGE_BEFORE_EVALUATE);
  const PlaceScope here(nullptr, "evaluation");
  progress_.note("evaluating");
  view_.metrics = evaluate(plan_, &result_.predictions, [&](std::int64_t done) {
    ++place().beats;
    progress_.note("evaluating " + std::to_string(done) + "/" + std::to_string(plan_.val->dataset().size()));
  });
  view_.evaluated = true;
  evaluated_at_ = iter_ + (iteration_done_ ? 1 : 0);
  result_.metrics = view_.metrics;
  stage(PH_STAGE_AFTER_EVALUATE);
}

void Runner::resume(const std::filesystem::path& file) {
  const auto checkpoint = load_checkpoint(file);
  const auto where = file.string();
  if (checkpoint.config.empty()) {
    throw Error(ErrorKind::data, where + ": cannot be resumed from", "weights without the state of a run",
                "a checkpoint of posehost", "--load-from to start a new run from these weights");
  }
  const auto& p = checkpoint.position;
  if (p.iters_per_epoch != plan_.length.iters_per_epoch) {
    throw Error(ErrorKind::data, where + ": belongs to a run with other data or batch size",
                std::to_string(p.iters_per_epoch) + " iterations an epoch",
                std::to_string(plan_.length.iters_per_epoch),
                "the data and samples_per_gpu of that run, or --load-from");
  }
  if (p.seed != plan_.seed) {
    throw Error(ErrorKind::data, where + ": belongs to a run with another seed", std::to_string(p.seed),
                std::to_string(plan_.seed), "--seed " + std::to_string(p.seed));
  }
  if (p.flow >= static_cast<std::int64_t>(cycle_.size())) {
    throw Error(ErrorKind::data, where + ": belongs to a run with another workflow", {}, {},
                "the workflow of that run, or --load-from");
  }
  load_model_state(*plan_.model, checkpoint.tensors, where);
  plan_.masters.load(checkpoint.tensors);
  plan_.optimizers->load_state(checkpoint.tensors, where);
  accept_changes(Json::parse(checkpoint.config, nullptr, false), Json::parse(portable_config(plan_.config)),
                 where);
  plan_.hooks.make_slots(*plan_.model, plan_.masters);
  plan_.hooks.load_slots(checkpoint.tensors, where);
  plan_.hooks.load_state(checkpoint.hook_state);
  for (const auto& chain : plan_.schedules) chain->load_state(checkpoint.hook_state);
  load_gradients(checkpoint, where);
  resumed_log_ = !checkpoint.log.empty();
  if (resumed_log_) log_.load_state(checkpoint.log, where);
  epoch_ = p.epoch;
  iter_ = p.iter;
  inner_iter_ = p.inner_iter;
  opt_step_ = p.opt_step;
  flow_ = p.flow;
  resumed_from_ = file;
  note_checkpoint(file);
  if (!checkpoint.steered.empty()) load_steered(checkpoint.steered);
  log_info("resumed from " + where + ": epoch " + std::to_string(epoch_) + ", iteration " +
           std::to_string(iter_));
  if (plan_.optimizers->find_hyper("lr") != nullptr) log_info(next_value("lr"));
  for (const auto& chain : plan_.schedules)
    if (chain->hyper() != "lr") log_info(next_value(chain->hyper()));
}

}  // namespace ph
