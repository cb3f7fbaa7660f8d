#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <posehost/abi.h>

#include "config/node.hpp"
#include "plugin/catalog.hpp"
#include "plugin/instance.hpp"
#include "rule/rule_driver.hpp"
#include "rule/slot_layout.hpp"
#include "train/param_groups.hpp"

namespace ph {

/// A trainable tensor with the facts that rules for parameter groups ask for.
struct TrainableParam {
  ParamDescription facts;
  at::Tensor tensor;
  at::Tensor master = {};  ///< what is updated where `tensor` has 16 bits, which follows; else undefined
  /// The one that is updated.
  [[nodiscard]] const at::Tensor& trained() const noexcept { return master.defined() ? master : tensor; }
};

/// The arguments of the rule in config key `optimizer`: without what the host reads there.
[[nodiscard]] Node rule_arguments(const Node& optimizer_config);

/// An optimizer plugin on torch's tensors: owns its state, keeps the hyper-parameters of every group and
/// lets a RuleDriver run the rule. Main thread.
class Optimizer {
 public:
  /// Builds what config key `optimizer` describes. `params` are all parameters of the model in
  /// depth-first order; `compat` is the version of mmpose whose rules count. Throws Error.
  Optimizer(const PluginCatalog& catalog, const Node& config, std::vector<TrainableParam> params,
            const std::string& compat);
  ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  [[nodiscard]] const std::vector<ParamGroup>& groups() const noexcept { return groups_; }
  [[nodiscard]] const std::vector<HyperInfo>& hypers() const noexcept { return hypers_; }
  /// Index of the hyper-parameter that has `role` or `name`, or -1.
  [[nodiscard]] int hyper_index(std::int32_t role) const noexcept;
  [[nodiscard]] int hyper_index(std::string_view role_or_name) const noexcept;
  /// Current values; a schedule writes them.
  [[nodiscard]] double hyper(std::size_t group, int index) const {
    return values_[group][static_cast<std::size_t>(index)];
  }
  void set_hyper(std::size_t group, int index, double value) {
    values_[group][static_cast<std::size_t>(index)] = value;
  }

  /// Asks the rule whether a config could say so. Throws Error(config) where it could not.
  void check_hyper(int index, double value) const;

  /// Tensors that are updated, with their names: those that need a gradient.
  [[nodiscard]] const std::vector<TrainableParam>& params() const noexcept { return params_; }
  void zero_grad();
  /// Gradients of 16 bits become ones of 32, to which those of further batches are added.
  void widen_gradients();
  /// Whether the rule evaluates the loss again in a step.
  [[nodiscard]] bool needs_closure() const noexcept { return driver_->is(PH_OPT_CLOSURE); }
  /// One update from the gradients in place. A parameter without a gradient is left as it is. For a rule
  /// that needs it, `evaluate` computes loss and gradients anew; `loss` is that of the gradients given.
  void step(const RuleDriver::Evaluate& evaluate = {}, double loss = 0);
  /// Whether the weights to evaluate are others than those that are trained.
  [[nodiscard]] bool has_eval_weights() const noexcept { return driver_->is(PH_OPT_MODE); }
  /// Puts the weights to evaluate in place of the trained ones, or those back, byte for byte.
  void show_eval_weights(bool show);
  [[nodiscard]] bool shows_eval_weights() const noexcept { return !trained_.empty(); }
  /// Bytes of state kept for the rule.
  [[nodiscard]] std::int64_t state_bytes() const noexcept;
  [[nodiscard]] const PluginInstance& rule() const noexcept { return *rule_; }

  /// State by checkpoint name: "@opt/<slot>/<parameter>", "@opt/step/<parameter>".
  [[nodiscard]] std::map<std::string, at::Tensor> state() const;
  /// The state tensor of a parameter, for hooks; undefined when there is none.
  [[nodiscard]] at::Tensor slot(std::string_view slot, std::string_view param) const;
  /// Puts a saved state back. Throws Error(data) naming what is missing or has another shape.
  void load_state(const std::map<std::string, at::Tensor>& saved, const std::string& file);

 private:
  void make_state();
  void collect_gradients();
  void copy_back();
  template <class Visit>
  void each_state(const Visit& visit) const;

  std::unique_ptr<PluginInstance> rule_;
  std::unique_ptr<RuleDriver> driver_;
  std::vector<TrainableParam> params_;
  std::vector<std::size_t> group_of_;
  std::vector<ParamGroup> groups_;
  std::vector<HyperInfo> hypers_;
  RuleDriver::Hypers values_;  // per group

  std::vector<SlotTensor> slot_names_;          // of the first parameter, for the names alone
  std::vector<std::vector<at::Tensor>> slots_;  // per parameter; undefined where it has none
  std::vector<SlotTensor> global_names_;
  std::vector<at::Tensor> globals_;
  std::vector<at::Tensor> work_;       // what the rule updates: the parameter itself, or its CPU copy
  std::vector<at::Tensor> gradients_;  // in the parameter's memory layout; undefined = absent
  std::vector<at::Tensor> trained_;    // kept while the weights to evaluate are shown
};

}  // namespace ph
