#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <posehost/abi.h>

#include "train/log_buffer.hpp"
#include "train/run_plan.hpp"

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

  /// What hooks may see as "batch/…" and "output/…" during an iteration.
  std::map<std::string, at::Tensor> tensors;
  /// Results of the last evaluation.
  std::vector<std::pair<std::string, double>> metrics;
  bool evaluated = false;

  /// Requests since they were last met; the runner takes them.
  std::vector<SaveRequest> saves;
  bool evaluate = false;
  std::optional<std::string> stop;

 private:
  [[nodiscard]] at::Tensor find(std::string_view name) const;
  [[nodiscard]] std::int32_t request_save(const ph_save_request& request);
  void fill_table();
  RunPlan& plan_;
  LogBuffer& log_;
  std::string work_dir_, name_;
  ph_run table_{};
};

}  // namespace ph
