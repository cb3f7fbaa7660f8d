#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rule/rule_driver.hpp"
#include "rule/slot_layout.hpp"

namespace ph {

/// A parameter of a RuleRun: contiguous, 32- or 64-bit floats.
struct RunParam {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> data;
  std::size_t group = 0;
};

/// An optimizer's rule over parameters and state in plain memory: what replays and checks drive.
class RuleRun {
 public:
  /// `bits`: 32 or 64, of all parameters. `rule` outlives the run. Throws what RuleDriver throws.
  RuleRun(const PluginInstance& rule, int bits, std::vector<RunParam> params, std::int64_t piece = 1 << 16);
  RuleRun(const RuleRun&) = delete;
  RuleRun& operator=(const RuleRun&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return params_.size(); }
  [[nodiscard]] const RunParam& param(std::size_t i) const noexcept { return params_[i]; }
  template <class Real>
  [[nodiscard]] Real* data(std::size_t i) noexcept {
    return reinterpret_cast<Real*>(params_[i].data.data());
  }
  /// Borrowed until the next update; nullptr: absent.
  void set_grad(std::size_t i, const void* grad) noexcept { driver_.params()[i].grad = grad; }
  [[nodiscard]] RuleDriver& driver() noexcept { return driver_; }

  /// A tensor of the rule's state: "exp_avg" of parameter i.
  struct State {
    std::string name;
    std::size_t param;
    SlotTensor what;
    std::vector<std::byte> data;
  };
  [[nodiscard]] std::vector<State>& state() noexcept { return state_; }
  [[nodiscard]] std::vector<State>& globals() noexcept { return globals_; }

 private:
  RuleDriver driver_;
  std::vector<RunParam> params_;
  std::vector<State> state_, globals_;
};

}  // namespace ph
