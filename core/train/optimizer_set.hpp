#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "train/optimizer.hpp"

namespace ph {

/// The optimizers of a run: one for the whole network, one for each named part of it, as in mmcv's dict of
/// optimizers, or several for one part where the first does not take every parameter. Their parameter groups
/// count through, in the order of the config. Main thread.
class OptimizerSet {
 public:
  struct Member {
    std::string part;  ///< "backbone"; "" for the whole network; "Muon" and "others" where it is shared
    std::unique_ptr<Optimizer> optimizer;
    std::size_t first_group;  ///< the number of its group 0
  };

  /// Builds what config key `optimizer` describes: {"type": …} or {"<part>": {"type": …}, …}, where the
  /// longest part that a parameter's name begins with counts. Key `others` of one, {"type": …}, is the
  /// optimizer of the parameters that it does not take (Muon: vectors); without groups of its own
  /// (paramwise_cfg, constructor) it has the same. `params` are all parameters of the model in depth-first
  /// order. Throws Error.
  OptimizerSet(const PluginCatalog& catalog, const Node& config, std::vector<TrainableParam> params,
               const std::string& compat);

  [[nodiscard]] const std::vector<Member>& members() const noexcept { return members_; }
  /// "org.posehost.optimizers/Adam", or with parts before them.
  [[nodiscard]] std::string description() const;
  [[nodiscard]] std::size_t n_groups() const noexcept;
  /// Current value of a hyper-parameter of group `group` of all, by role or name.
  [[nodiscard]] std::optional<double> hyper(std::size_t group, std::string_view role_or_name) const;
  /// What the first of them that has such a hyper-parameter declares; null if none has.
  [[nodiscard]] const HyperInfo* find_hyper(std::string_view role_or_name) const noexcept;
  /// Sets it, in all groups that have it where none is named; false if there is none.
  bool set_hyper(std::optional<std::size_t> group, std::string_view role_or_name, double value);
  /// The hyper-parameters of all, as shared_hypers() has them.
  [[nodiscard]] std::vector<HyperInfo> hypers() const;

  void zero_grad();
  void widen_gradients();  ///< as of Optimizer
  /// As of Optimizer. A rule that evaluates the loss again has to be alone.
  [[nodiscard]] bool needs_closure() const noexcept;
  void step(const RuleDriver::Evaluate& evaluate = {}, double loss = 0);
  void show_eval_weights(bool show);
  [[nodiscard]] bool shows_eval_weights() const noexcept;
  /// The gradients there are, of all parameters that are trained.
  [[nodiscard]] std::vector<at::Tensor> gradients() const;
  [[nodiscard]] std::map<std::string, at::Tensor> named_gradients() const;
  /// Puts back what stands under `prefix` + name; false if there is none of it. Throws Error(data) for
  /// another shape.
  bool load_gradients(const std::map<std::string, at::Tensor>& saved, const std::string& prefix);

  /// Parameters that rules for parameter groups have frozen.
  [[nodiscard]] const std::set<std::string>& frozen() const noexcept { return frozen_; }
  /// Parameters that need a gradient and that no part of the config contains: they stay as they are.
  [[nodiscard]] const std::vector<std::string>& left_out() const noexcept { return left_out_; }

  // As of Optimizer; each parameter has one. What a rule keeps for all its parameters together has the
  // name of the part behind it: "@opt/<slot>@<part>".
  [[nodiscard]] std::int64_t state_bytes() const noexcept;
  [[nodiscard]] std::map<std::string, at::Tensor> state() const;
  [[nodiscard]] at::Tensor slot(std::string_view slot, std::string_view param) const;
  void load_state(const std::map<std::string, at::Tensor>& saved, const std::string& file);

 private:
  void add(const PluginCatalog& catalog, const std::string& part, const Node& config,
           const std::vector<TrainableParam>& params, const std::string& compat);
  void add_with_others(const PluginCatalog& catalog, const std::string& part, const Node& config,
                       const std::vector<TrainableParam>& params, const std::string& compat);
  void check_alone(const Node& config) const;
  std::vector<Member> members_;
  std::set<std::string> frozen_;
  std::vector<std::string> left_out_;
};

/// Shows the weights to evaluate while it lives; within another one it changes nothing.
class EvalWeights {
 public:
  explicit EvalWeights(OptimizerSet& optimizers)
      : optimizers_{optimizers}, mine_{!optimizers.shows_eval_weights()} {
    if (mine_) optimizers_.show_eval_weights(true);
  }
  ~EvalWeights() {
    if (mine_) optimizers_.show_eval_weights(false);
  }
  EvalWeights(const EvalWeights&) = delete;
  EvalWeights& operator=(const EvalWeights&) = delete;

 private:
  OptimizerSet& optimizers_;
  bool mine_;
};

}  // namespace ph
