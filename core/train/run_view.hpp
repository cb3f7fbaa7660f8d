#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <posehost/abi.h>

#include "train/log_buffer.hpp"
#include "train/published.hpp"
#include "train/run_plan.hpp"
#include "train/run_tensors.hpp"

namespace ph {

struct SaveRequest {
  std::string filename;
  bool optimizer = true, last = false;
  std::vector<std::string> remove;
};

/// The host's side of ph_run: what hooks read, publish and ask for. The runner meets the requests
/// after each hook. Main thread.
class RunView {
 public:
  RunView(RunPlan& plan, LogBuffer& log, std::string run_name);

  [[nodiscard]] const ph_run* table() const noexcept { return &table_; }
  void set_start(std::int64_t epoch, std::int64_t iter) {
    table_.start_epoch = epoch;
    table_.start_iter = iter;
  }

  RunTensors tensors;
  /// The stage that hooks are called for; says what can be asked for. -1 outside.
  std::int32_t stage = -1;
  /// Results of the last evaluation.
  std::vector<std::pair<std::string, double>> metrics;
  bool evaluated = false;

  /// Requests since they were last met; the runner takes them.
  std::vector<SaveRequest> saves;
  bool evaluate = false;
  std::optional<std::string> stop;
  bool rollback = false;
  PublishedItems published;
  bool publishing = false;       ///< published items are being handed on
  std::filesystem::path newest;  ///< the newest checkpoint that the run can be resumed from

 private:
  [[nodiscard]] std::int32_t set_hyper(std::int64_t group, std::string_view name, double value);
  [[nodiscard]] std::int32_t request_save(const ph_save_request& request);
  void fill_table();
  void fill_changes();
  RunPlan& plan_;
  LogBuffer& log_;
  std::string work_dir_, name_;
  ph_run table_{};
};

}  // namespace ph
