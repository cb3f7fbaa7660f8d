#pragma once
#include <posehost/abi.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "check/fake_host.hpp"
#include "check/fake_tensors.hpp"

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
  /// Parameters, buffers and the hook's tensors; to be set before go() where a run is resumed.
  [[nodiscard]] FakeTensors& tensors() noexcept { return tensors_; }
  [[nodiscard]] std::int64_t stages_seen() const noexcept { return stages_seen_; }
  [[nodiscard]] const ph_hook_info& info() const noexcept { return info_; }

 private:
  struct Calls;
  bool stage(std::int32_t stage);
  bool epoch();
  bool iteration();
  bool validation();
  void check_tensors(const std::string& during);
  void read_slots();
  bool call_hook(std::int32_t stage);
  bool hand_on();
  double number(double value) const;

  CaseRun& run_;
  Trial& hook_;
  std::string work_dir_;
  Length length_;
  RunFaults faults_;
  ph_hook_info info_{};
  ph_run table_{};
  ph_hook_event event_{};
  FakeTensors tensors_;
  std::map<std::string, double> hypers_;
  std::vector<ph_published> published_;  // names and texts in published_text_
  std::vector<std::string> published_text_;
  std::vector<std::string> requests_;
  std::int64_t stages_seen_ = 0;
  std::int64_t saves_ = 0, saved_ = 0;
  bool evaluate_ = false, evaluated_ = false, stop_ = false, around_ = false;
};

}  // namespace ph
