#pragma once
#include <posehost/abi.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "check/fake_host.hpp"

namespace ph {

/// What goes wrong on the host's side.
struct RunFaults {
  bool nothing_known = false;  ///< no values, metrics, hyper-parameters, tensors
  bool requests_fail = false;  ///< with PH_ERR_IO
  bool not_finite = false;     ///< every value is NaN or infinite
};

/// A made-up run that a hook sees: the counters move as mmcv's. What it asks for is kept, one line each.
class FakeRun {
 public:
  struct Length {
    std::int64_t epochs = 4, iters = 3;  ///< epochs 0: iteration-based, `iters` in all
  };
  FakeRun(CaseRun& run, Trial& hook, const std::string& work_dir, Length length, RunFaults faults = {});
  FakeRun(const FakeRun&) = delete;
  FakeRun& operator=(const FakeRun&) = delete;

  /// From before_run to after_run, or to the end of epoch `stop` without after_run. False once a stage has
  /// failed, which ends a run.
  bool go(std::int64_t first_epoch = 0, std::int64_t stop = -1);
  /// Requests in their order: "save epoch_1.safetensors 3 remove a b", "evaluate", "stop: why".
  [[nodiscard]] const std::vector<std::string>& requests() const noexcept { return requests_; }
  [[nodiscard]] std::int64_t stages_seen() const noexcept { return stages_seen_; }
  [[nodiscard]] const ph_hook_info& info() const noexcept { return info_; }

 private:
  struct Calls;
  struct Array {
    std::vector<float> data;
    std::vector<float> before;
    std::int64_t shape[2]{4, 3}, strides[2]{3, 1};
  };
  bool stage(std::int32_t stage);
  bool epoch();
  bool iteration();
  bool validation();
  void check_tensors(const std::string& during);
  double number(double value) const;

  CaseRun& run_;
  Trial& hook_;
  std::string work_dir_;
  Length length_;
  RunFaults faults_;
  ph_hook_info info_{};
  ph_run table_{};
  ph_hook_event event_{};
  std::map<std::string, Array> arrays_;
  std::vector<std::string> requests_;
  std::int64_t stages_seen_ = 0;
  bool evaluate_ = false, evaluated_ = false, stop_ = false;
};

}  // namespace ph
