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
#include "schedule/schedule_chain.hpp"
#include "train/param_groups.hpp"

namespace ph {

/// A trainable tensor with the facts that rules for parameter groups ask for.
struct TrainableParam {
  ParamDescription facts;
  at::Tensor tensor;
};

/// Drives an optimizer plugin: owns its state, keeps the hyper-parameters of every group, cuts the
/// parameters into spans and runs the rule over them on torch's threads. Main thread.
class Optimizer {
 public:
  /// Builds what config key `optimizer` describes. `params` are all parameters of the model in
  /// depth-first order. Throws Error.
  Optimizer(const PluginCatalog& catalog, const Node& config, std::vector<TrainableParam> params);
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

  /// Tensors that are updated, with their names: those that need a gradient.
  [[nodiscard]] const std::vector<TrainableParam>& params() const noexcept { return params_; }
  void zero_grad();
  /// One update from the gradients in place. A parameter without a gradient is left as it is.
  void step();
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
  void read_slots();
  void prepare();
  void collect_gradients();
  void run_range(const std::vector<double>& hyper, std::int64_t step,
                 const std::vector<std::size_t>& members);

  std::unique_ptr<PluginInstance> rule_;
  const ph_optimizer_api* api_ = nullptr;
  std::vector<TrainableParam> params_;
  std::vector<std::size_t> group_of_;
  std::vector<ParamGroup> groups_;
  std::vector<HyperInfo> hypers_;
  std::vector<std::vector<double>> values_;  // per group

  struct Slot {
    std::string name;
    std::vector<at::Tensor> tensors;  // per parameter
  };
  std::vector<Slot> slots_;
  std::vector<std::int64_t> steps_;    // updates of each parameter
  std::vector<at::Tensor> work_;       // what the rule updates: the parameter itself, or its CPU copy
  std::vector<at::Tensor> gradients_;  // in the parameter's memory layout; undefined = absent

  struct Chunk;  // a piece of a parameter that one thread works on
  std::vector<Chunk> chunks_;
  std::vector<std::pair<std::size_t, std::size_t>> chunks_of_;  // per parameter: first, end
  std::vector<void*> slot_pointers_;
  std::vector<ph_span> spans_;
  std::vector<double> scalars_;
  // Work space of step(), which allocates nothing.
  std::vector<bool> done_;
  std::vector<std::size_t> members_;
};

}  // namespace ph
