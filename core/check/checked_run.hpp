#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "check/case.hpp"
#include "plugin/instance.hpp"
#include "rule/rule_driver.hpp"
#include "rule/slot_layout.hpp"

namespace ph {

/// Memory that ends where nobody may read, and begins after bytes that nobody may change.
class GuardedBytes {
 public:
  GuardedBytes(std::size_t bytes, std::size_t alignment);
  ~GuardedBytes();
  GuardedBytes(GuardedBytes&& other) noexcept;
  GuardedBytes& operator=(GuardedBytes&&) = delete;
  [[nodiscard]] char* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Whether the bytes in front are as they were.
  [[nodiscard]] bool intact() const noexcept;

 private:
  char* map_ = nullptr;
  std::size_t mapped_ = 0, size_ = 0;
  char* data_ = nullptr;
};

/// Parameters, gradients and state of a made-up network, updated by a rule. All numbers follow from
/// position and step: equal runs give equal bytes.
class CheckedRun {
 public:
  struct Setup {
    std::vector<std::vector<std::int64_t>> shapes;
    std::vector<std::size_t> numbers{};  ///< per shape the parameter whose numbers it has; empty: its own
    std::size_t first_element = 0;       ///< of those numbers
    std::int64_t piece = 1 << 16;
    int bits = 32;
    double scale = 1;  ///< of gradients
  };
  /// Throws Error where the rule refuses.
  CheckedRun(CaseRun& run, const Json& args, Setup setup);
  CheckedRun(const CheckedRun&) = delete;
  CheckedRun& operator=(const CheckedRun&) = delete;

  /// One update with the gradients number `k`; `absent` are parameters without one.
  void step(std::int64_t k, const std::vector<std::size_t>& absent = {});
  /// The same with the gradients as they are: for measuring.
  void step_again(std::int64_t k);
  /// Sets one element of every gradient of the next step.
  void poison(float value) {
    poison_ = value;
    poisoned_ = true;
  }
  void write_eval();

  /// Everything that a checkpoint has, and from there into another run of the same setup.
  struct State {
    std::vector<std::string> tensors;  ///< per parameter data, then slots; globals last
    std::vector<std::string> names;
    std::vector<ph_dtype> dtypes;
    std::vector<std::int64_t> steps;
    std::int64_t closure_steps = 0;
  };
  [[nodiscard]] State state() const;
  void load(const State& state);
  /// Findings: memory outside the spans that changed, gradients that were written to.
  void check_bounds(const std::string& during);

  [[nodiscard]] RuleDriver& driver() noexcept { return *driver_; }
  [[nodiscard]] const PluginInstance& rule() const noexcept { return *rule_; }
  [[nodiscard]] std::int64_t elements() const noexcept;
  /// Bytes of state for `args`, before anything is allocated.
  [[nodiscard]] static std::int64_t state_bytes(const PluginInstance& rule, const Setup& setup);

 private:
  struct Memory;
  void fill_gradients(std::int64_t k, const std::vector<std::size_t>& absent);
  double evaluate();
  void update(std::int64_t k);
  CaseRun& run_;
  Setup setup_;
  std::unique_ptr<PluginInstance> rule_;
  std::unique_ptr<RuleDriver> driver_;
  std::vector<GuardedBytes> data_, grads_, slots_, globals_;
  std::vector<std::string> given_;  // gradients as they were given
  std::vector<std::string> names_;
  std::vector<ph_dtype> dtypes_;
  RuleDriver::Hypers hypers_;
  float poison_ = 0;
  bool poisoned_ = false;
};

/// Nothing where both hold the same numbers (every NaN is like every other); else what differs first.
[[nodiscard]] std::string difference(const CheckedRun::State& a, const CheckedRun::State& b);

}  // namespace ph
