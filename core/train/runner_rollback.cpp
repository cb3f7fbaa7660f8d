// What becomes of an iteration that is not to reach the weights: its update is left out, or the run goes back
// to its last good checkpoint, or ends.
#include <algorithm>

#include "log/log.hpp"
#include "service/run_services.hpp"
#include "train/runner.hpp"

namespace ph {
void Runner::note_checkpoint(const std::filesystem::path& file) {
  result_.checkpoint = view_.newest = file;
  saved_.erase(std::remove(saved_.begin(), saved_.end(), file), saved_.end());
  saved_.push_back(file);
}

// The newest of this run that can be read. All hold numbers: others are not written (Runner::spoiled).
std::pair<std::filesystem::path, Checkpoint> Runner::last_good_checkpoint() {
  for (; !saved_.empty(); saved_.pop_back()) {
    const auto& file = saved_.back();
    std::error_code none;
    if (!std::filesystem::exists(file, none)) continue;  // removed since, as max_keep_ckpts wants it
    try {
      return {file, load_checkpoint(file)};
    } catch (const Error& error) {
      log_warn("rollback: " + error.summary() + "; passed over");
    }
  }
  throw Error(ErrorKind::nan,
              "iteration " + std::to_string(iter_ + 1) + ": no good checkpoint to roll back to",
              "those of this run are damaged; " + batch_text(), "one that is whole",
              "--resume=FILE with an older one, a lower lr, or optimizer_config.grad_clip");
}

// Everything but the counters and the hook that asked. A loss that was not differentiated yet belongs to
// weights that are gone.
void Runner::roll_back() {
  writer_.wait();
  const auto [file, checkpoint] = last_good_checkpoint();
  const auto where = file.string();
  load_model_state(*plan_.model, checkpoint.tensors, where);
  plan_.masters.load(checkpoint.tensors);
  plan_.optimizers->load_state(checkpoint.tensors, where);
  plan_.hooks.load_slots(checkpoint.tensors, where);
  plan_.hooks.load_state(checkpoint.hook_state);
  for (const auto& chain : plan_.schedules) chain->load_state(checkpoint.hook_state);
  result_.checkpoint = view_.newest = file;
  forget_iteration();
  spoiled_.clear();
  log_warn(plan_.hooks.running() +
           " asked to roll back: weights, optimizer and hooks are as they were after iteration " +
           std::to_string(checkpoint.position.iter) + " (" + where + ")");
  if (batch_ != nullptr) log_warn(batch_text());
}

void Runner::meet_update_request() {
  const auto request = take_update_request();
  if (request.fail) {
    throw Error(ErrorKind::nan, *request.fail, plan_.hooks.running() + " ends the run; " + batch_text(),
                "a finite loss within its bounds",
                "a lower lr, a longer warm-up, or optimizer_config.grad_clip; checkpoints in " +
                    plan_.work_dir.string() + " are intact");
  }
  if (!request.skip) return;
  if (!loss_.defined() || iteration_done_ || !plan_.hooks.may_mutate()) {
    log_warn(plan_.hooks.running() + " asked to leave out an update " +
             (plan_.hooks.may_mutate() ? "where none is to come" : "without the right to change anything") +
             "; nothing was done");
    return;
  }
  forget_iteration();
  log_warn(batch_text());
}

void Runner::forget_iteration() {
  loss_ = at::Tensor();
  accumulated_ = 0;
  log_.leave_out();
}

// So that somebody can look at them.
std::string Runner::batch_text() const {
  return "epoch " + std::to_string(epoch_ + 1) + ", batch " + std::to_string(inner_iter_ + 1) + ": " +
         batch_files();
}

}  // namespace ph
