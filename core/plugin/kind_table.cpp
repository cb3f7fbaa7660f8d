#include "plugin/kind_table.hpp"

#include "config/error.hpp"
#include "plugin/negotiation.hpp"

namespace ph {
namespace {

class TableCheck {
 public:
  explicit TableCheck(const LoadedComponent& component) : component_{component} {}

  [[nodiscard]] Error refuse(std::string found, std::string expected, std::string advice = {}) const {
    return Error(
        ErrorKind::plugin,
        component_.file.string() + ": malformed table of " + component_.plugin_id + "/" + component_.name,
        std::move(found), std::move(expected), std::move(advice));
  }
  template <class F>
  void needs(F* function, const char* name) const {
    if (function == nullptr) throw refuse(std::string{name} + " is NULL", "a function");
  }
  void count(std::int64_t value, std::int64_t least, std::int64_t most, const char* name) const {
    if (value >= least && value <= most) return;
    throw refuse(std::string{name} + " is " + std::to_string(value),
                 std::to_string(least) + " to " + std::to_string(most));
  }
  template <class T>
  [[nodiscard]] T copy(const char* name) const {
    return copy_struct<T>(component_.component.api, std::string{name} + " of " + component_.name,
                          component_.file);
  }

 private:
  const LoadedComponent& component_;
};

/// Exactly one way of driving the rule, and the functions that it needs.
void check_capabilities(const TableCheck& check, const ph_optimizer_api& api) {
  constexpr std::uint32_t ways = PH_OPT_ELEMENTWISE | PH_OPT_PASSES | PH_OPT_MATRIX | PH_OPT_CLOSURE;
  const auto found = "capabilities " + std::to_string(api.capabilities);
  if ((api.capabilities & ~(ways | PH_OPT_MODE)) != 0) {
    throw check.refuse(found + ", with a bit that this host does not know", "bits of this host's ABI",
                       "a newer posehost");
  }
  const auto way = api.capabilities & ways;
  if (way == 0 || (way & (way - 1)) != 0) {
    throw check.refuse(found, "exactly one of ELEMENTWISE, PASSES, MATRIX, CLOSURE");
  }
  const bool ranges = (way & (PH_OPT_ELEMENTWISE | PH_OPT_PASSES)) != 0;
  if ((api.capabilities & PH_OPT_MODE) != 0 && !ranges) {
    throw check.refuse(found, "MODE only with ELEMENTWISE or PASSES");
  }
  if (way != PH_OPT_CLOSURE) check.needs(api.scalars, "scalars");
  if (ranges) check.needs(api.range, "range");
  if (way == PH_OPT_MATRIX) check.needs(api.update, "update");
  if (way == PH_OPT_CLOSURE) check.needs(api.step_all, "step_all");
  if (way == PH_OPT_PASSES) {
    check.count(api.n_passes, 1, 8, "n_passes");
    check.count(api.n_sums, 0, 16, "n_sums");
  }
}

ph_optimizer_api optimizer(const TableCheck& check) {
  auto api = check.copy<ph_optimizer_api>("ph_optimizer_api");
  check_capabilities(check, api);
  check.needs(api.destroy, "destroy");
  check.needs(api.slots, "slots");
  check.count(api.n_hypers, 1, 64, "n_hypers");
  check.count(api.n_scalars, 0, 64, "n_scalars");
  if (api.hypers == nullptr) throw check.refuse("hypers is NULL", "an array of hyper-parameters");
  if ((api.capabilities & PH_OPT_PASSES) == 0) {
    api.n_passes = 1;
    api.n_sums = 0;
  }
  return api;
}

ph_schedule_api schedule(const TableCheck& check) {
  const auto api = check.copy<ph_schedule_api>("ph_schedule_api");
  check.needs(api.destroy, "destroy");
  check.needs(api.value, "value");
  const int functions = (api.observe != nullptr) + (api.save_state != nullptr) + (api.load_state != nullptr);
  if (functions != 0 && functions != 3)
    throw check.refuse("only some of observe, save_state and load_state", "all or none of them");
  return api;
}

ph_param_groups_api param_groups(const TableCheck& check) {
  const auto api = check.copy<ph_param_groups_api>("ph_param_groups_api");
  check.needs(api.destroy, "destroy");
  check.needs(api.build, "build");
  return api;
}

ph_hook_api hook(const TableCheck& check) {
  const auto api = check.copy<ph_hook_api>("ph_hook_api");
  check.needs(api.destroy, "destroy");
  check.needs(api.info, "info");
  check.needs(api.on_stage, "on_stage");
  if ((api.save_state == nullptr) != (api.load_state == nullptr)) {
    throw check.refuse("only one of save_state and load_state", "both or neither");
  }
  return api;
}

ph_metric_api metric(const TableCheck& check) {
  const auto api = check.copy<ph_metric_api>("ph_metric_api");
  check.needs(api.destroy, "destroy");
  check.needs(api.evaluate, "evaluate");
  return api;
}

ph_transform_api transform(const TableCheck& check) {
  const auto api = check.copy<ph_transform_api>("ph_transform_api");
  check.needs(api.destroy, "destroy");
  check.needs(api.apply, "apply");
  return api;
}

}  // namespace

KindTable copy_kind_table(const LoadedComponent& component) {
  const TableCheck check{component};
  if (component.kind == PH_KIND_OPTIMIZER) return optimizer(check);
  if (component.kind == PH_KIND_SCHEDULE) return schedule(check);
  if (component.kind == PH_KIND_PARAM_GROUPS) return param_groups(check);
  if (component.kind == PH_KIND_HOOK) return hook(check);
  if (component.kind == PH_KIND_METRIC) return metric(check);
  if (component.kind == PH_KIND_TRANSFORM) return transform(check);
  throw Error(ErrorKind::plugin,
              component.file.string() + ": this host does not know what " + component.plugin_id + "/" +
                  component.name + " is",
              "kind " + component.kind, "a kind of this host's ABI", "a newer posehost");
}

}  // namespace ph
