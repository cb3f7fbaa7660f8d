#pragma once
#include <posehost/abi.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugin/declared.hpp"
#include "plugin/instance.hpp"
#include "rule/merge.hpp"

namespace ph {

/// A parameter as an optimizer's rule sees it. The memory is the caller's; data and slots are dense, in
/// the order of the strides.
struct RuleParam {
  std::string name;
  ph_dtype dtype{};
  std::vector<std::int64_t> shape, strides;
  std::int64_t numel = 0;
  void* data = nullptr;
  const void* grad = nullptr;  ///< in the parameter's layout; nullptr: absent
  std::vector<void*> slots;    ///< in the order of slot_tensors(); nullptr where it has none
  std::int64_t step = 0;       ///< updates so far
  std::size_t group = 0;       ///< row of the hyper-parameters
};

/// Drives the rule of an optimizer plugin over parameters in CPU memory: merges what has equal numbers,
/// cuts parameters into pieces and shares them among the threads of the posehost.parallel service, adds
/// sums in a fixed order. After the first update it allocates nothing. Main thread.
class RuleDriver {
 public:
  /// Values of the hyper-parameters of each group.
  using Hypers = std::vector<std::vector<double>>;
  /// Computes the loss and its gradients anew, and puts those into params(). For CLOSURE rules.
  using Evaluate = std::function<double()>;

  /// `piece`: elements of the pieces that parameters are cut into; sums depend on it. `rule` outlives
  /// the driver.
  explicit RuleDriver(const PluginInstance& rule, std::int64_t piece = 1 << 16);
  ~RuleDriver();
  RuleDriver(const RuleDriver&) = delete;
  RuleDriver& operator=(const RuleDriver&) = delete;

  [[nodiscard]] const std::vector<SlotInfo>& slots() const noexcept { return slots_; }
  [[nodiscard]] bool is(std::uint32_t capability) const noexcept {
    return (api_.capabilities & capability) != 0;
  }
  /// Says what there is to update; calls the rule's prepare(). `globals` in the order of
  /// global_tensors(). Throws Error(plugin) when the rule refuses.
  void set_params(std::vector<RuleParam> params, std::vector<void*> globals);
  /// The caller sets data and grad before each update. The number of parameters, their sizes and slots stay.
  [[nodiscard]] std::vector<RuleParam>& params() noexcept { return params_; }

  /// One update from the gradients in params(), which have a CLOSURE rule's first `loss`. Throws what the
  /// rule reports as Error, and whatever `evaluate` throws.
  void update(const Hypers& hypers, const Evaluate& evaluate = {}, double loss = 0);
  /// MODE: writes the weights to evaluate over the parameters. The caller keeps the others.
  void write_eval(const Hypers& hypers);
  /// Calls of a CLOSURE rule so far; part of the state.
  std::int64_t closure_steps = 0;

 private:
  struct Scratch;
  void prepare();
  void cut();
  std::size_t place(std::size_t param, bool with_grad, std::size_t at);
  void scalars_of(const std::vector<double>& hyper, std::int64_t step, std::int32_t purpose, double* out);
  void scalars_of(std::size_t param, const std::vector<double>& hyper, std::int32_t purpose,
                  std::int32_t pass, double* out);
  void update_elementwise(const Hypers& hypers);
  void sort_into_buckets(const Hypers& hypers);
  void range_of_bucket(std::size_t bucket, const Hypers& hypers);
  void update_passes(const Hypers& hypers);
  void run_pass(const Hypers& hypers, std::int32_t pass, std::int32_t purpose);
  void add_sums(std::int32_t pass, std::size_t n_spans);
  void update_matrices(const Hypers& hypers);
  void update_closure(const Hypers& hypers, const Evaluate& evaluate, double loss);

  const PluginInstance& rule_;
  const ph_optimizer_api& api_;
  std::int64_t piece_;
  std::vector<SlotInfo> slots_;
  std::vector<RuleParam> params_;
  std::vector<void*> globals_;
  std::vector<ph_param> facts_;
  std::vector<const ph_param*> fact_pointers_;

  struct Piece {
    std::size_t param;
    std::int64_t begin;
  };
  std::vector<Piece> pieces_;
  std::vector<std::size_t> first_piece_;  // per parameter; the last is the end
  std::vector<void*> slot_pointers_;      // per piece
  std::vector<std::size_t> slot_at_;      // per piece: its place in slot_pointers_
  // Work space of update(), which allocates nothing.
  std::vector<ph_span> spans_;
  std::vector<std::size_t> active_;  // parameters with a gradient
  MergeTable groups_, buckets_;      // equal hyper-parameters; and equal step and type
  std::vector<std::size_t> class_of_, bucket_of_, members_, bucket_end_;
  std::vector<double> scalars_, sums_, totals_, piece_sums_;
  std::vector<const double*> hyper_rows_;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace ph
