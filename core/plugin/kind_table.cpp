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

ph_optimizer_api optimizer(const TableCheck& check) {
  const auto api = check.copy<ph_optimizer_api>("ph_optimizer_api");
  if ((api.capabilities & PH_OPT_ELEMENTWISE) == 0) {
    throw check.refuse(
        "capabilities " + std::to_string(api.capabilities) + ", none of which this host can drive",
        "ELEMENTWISE", "a newer posehost");
  }
  check.needs(api.destroy, "destroy");
  check.needs(api.slots, "slots");
  check.needs(api.scalars, "scalars");
  check.needs(api.range, "range");
  check.count(api.n_hypers, 1, 64, "n_hypers");
  check.count(api.n_scalars, 0, 64, "n_scalars");
  if (api.hypers == nullptr) throw check.refuse("hypers is NULL", "an array of hyper-parameters");
  return api;
}

ph_schedule_api schedule(const TableCheck& check) {
  const auto api = check.copy<ph_schedule_api>("ph_schedule_api");
  check.needs(api.destroy, "destroy");
  check.needs(api.value, "value");
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

}  // namespace

KindTable copy_kind_table(const LoadedComponent& component) {
  const TableCheck check{component};
  if (component.kind == PH_KIND_OPTIMIZER) return optimizer(check);
  if (component.kind == PH_KIND_SCHEDULE) return schedule(check);
  if (component.kind == PH_KIND_PARAM_GROUPS) return param_groups(check);
  if (component.kind == PH_KIND_HOOK) return hook(check);
  throw Error(ErrorKind::plugin,
              component.file.string() + ": this host does not know what " + component.plugin_id + "/" +
                  component.name + " is",
              "kind " + component.kind, "a kind of this host's ABI", "a newer posehost");
}

}  // namespace ph
