#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "train/checkpoint.hpp"
#include "train/checkpoint_writer.hpp"
#include "train/log_buffer.hpp"
#include "train/progress_line.hpp"
#include "train/run_plan.hpp"
#include "train/run_view.hpp"
#include "train/stop_signal.hpp"

namespace ph {

class RunControl;
struct RunRequest;

/// How a run ended.
struct RunResult {
  bool finished = false;                                ///< false: stopped early and saved, to be resumed
  std::string stop_reason;                              ///< also where a hook ended the run before its length
  std::filesystem::path checkpoint;                     ///< the newest
  std::vector<std::pair<std::string, double>> metrics;  ///< of the last evaluation
  std::vector<Prediction> predictions;                  ///< likewise
};

/// Trains by a plan: the loops of mmcv's epoch- and iteration-based runners, whose stages go to the
/// plan's hooks. Main thread; one run at a time.
class Runner {
 public:
  Runner(RunPlan& plan, std::string run_name, double stop_after_s);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// From now on the run answers requests and tells its status. `control` outlives it.
  void attach(RunControl& control);
  /// Continues from a checkpoint: weights, optimizer, hooks, position. Throws Error(data).
  void resume(const std::filesystem::path& file);
  /// Throws Error when something fails; what was saved stays.
  [[nodiscard]] RunResult run();

 private:
  void run_epochs();
  void run_iterations();
  void train_epoch();
  [[nodiscard]] bool epoch_follows() const;
  void validate(std::int64_t batches);  // losses on the validation set, nothing else changes
  void train_iteration(const Batch& batch);
  [[nodiscard]] TrainOutput forward(const Batch& batch);
  void optimize();
  [[nodiscard]] double evaluate_again();
  void apply_schedule(const ScheduleChain& chain);
  void show_schedule(ScheduleChain& chain, std::int32_t stage);  // what the stage has measured
  void name_anomalous();
  void differentiate();
  [[nodiscard]] bool unscale_gradients();
  void clip_gradients();
  void guard_nan();
  [[nodiscard]] std::string batch_files() const;
  void require_trainable() const;
  void record(const TrainOutput& output, const Batch& batch);

  void stage(std::int32_t stage);
  void meet_requests(const ph_hook_event& event);
  void save(const SaveRequest& request);
  void write_checkpoint(const SaveRequest& request);
  [[nodiscard]] bool spoiled(const std::map<std::string, at::Tensor>& weights, const std::string& file);
  void require_unspoiled() const;
  void evaluate_now();
  // runner_rollback.cpp
  void note_checkpoint(const std::filesystem::path& file);
  [[nodiscard]] std::pair<std::filesystem::path, Checkpoint> last_good_checkpoint();
  void roll_back();
  void meet_update_request();
  void forget_iteration();
  [[nodiscard]] std::string batch_text() const;
  void save_gradients(Checkpoint& checkpoint) const;
  void load_gradients(const Checkpoint& checkpoint, const std::string& file);
  [[nodiscard]] RunPosition position() const;
  [[nodiscard]] bool stopping();
  void save_and_stop();
  void end_by_hook();
  // runner_control.cpp: what comes from outside.
  void answer(const RunRequest& request);
  void steer(const std::string& name, double value);
  void steer_base(const HyperInfo& known, double value);
  void steer_schedule(const ScheduleChain& chain, const HyperInfo& known, double value);
  void set_steered(const std::string& key, double factor, bool of_schedule);
  [[nodiscard]] const ScheduleChain* chain_of(const std::string& key) const;
  [[nodiscard]] double scheduled(const ScheduleChain& chain, std::size_t group, double base) const;
  [[nodiscard]] std::string next_value(const std::string& key) const;
  [[nodiscard]] double base_of(const Optimizer& optimizer, std::size_t group, int index) const;
  [[nodiscard]] std::string steered_state() const;
  void load_steered(const std::string& text);
  void load_one_steered(const HyperInfo& known, const std::string& text);
  void report();
  void fill_status();

  RunPlan& plan_;
  LogBuffer log_;
  RunView view_;
  ProgressLine progress_;
  StopSignals signals_;
  std::chrono::steady_clock::time_point started_;
  double stop_after_s_;
  RunResult result_;
  CheckpointWriter writer_;
  std::filesystem::path resumed_from_;
  std::vector<std::filesystem::path> saved_;  // of this run, resumable, oldest first; some may be gone
  std::string rule_name_;
  RunControl* control_ = nullptr;
  // Set from outside: by hyper-parameter, the share of the config's value, or of what its schedule gives where that
  // takes nothing from the config's.
  struct Steered {
    double factor = 1;
    bool of_schedule = false;
  };
  std::map<std::string, Steered> steered_;
  struct Reported {
    std::chrono::steady_clock::time_point at{};
    std::int64_t iter = 0, samples = 0;
  } reported_;
  std::int64_t samples_done_ = 0;  // since the last report

  // Where the run is. The flags tell what has already happened at the current stage, so that a
  // checkpoint asked for by a hook says exactly what is in its weights.
  std::int64_t epoch_ = 0, iter_ = 0, inner_iter_ = 0, opt_step_ = 0, flow_ = 0;
  bool iteration_done_ = false, epoch_done_ = false;
  const Batch* batch_ = nullptr;  // of the current iteration, where it is trained on
  std::int64_t iters_in_epoch_ = 0, samples_ = 0;
  std::int32_t mode_ = 0;
  at::Tensor loss_;               // of the current iteration, until it is differentiated
  bool differentiated_ = false;   // the gradients have this iteration's share
  std::int64_t accumulated_ = 0;  // iterations in the gradients that no update has used
  std::string spoiled_;           // weights that a checkpoint was not written for; "" if the last one was
  std::vector<std::string> anomalous_;
  std::vector<bool> cycle_;  // the workflow, one entry per unit
  bool stop_ = false, asked_to_stop_ = false, ended_by_hook_ = false;
  bool resumed_log_ = false;  // the log goes on in mid-epoch
  std::int64_t evaluated_at_ = -1;
};

}  // namespace ph
