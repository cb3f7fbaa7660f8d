#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/declared.hpp"
#include "schedule/schedule_chain.hpp"

namespace ph {

/// Index of the hyper-parameter that has that role or name ("momentum" is beta1 of Adam), or -1.
[[nodiscard]] int find_hyper(const std::vector<HyperInfo>& hypers, std::string_view role_or_name) noexcept;

/// What schedules know a hyper-parameter by: "momentum" for a role, whatever the optimizer calls it, else its name.
[[nodiscard]] std::string key_of(const HyperInfo& hyper);

/// The hyper-parameters of several optimizers, each role and name once: as the first has it, under its role's name
/// where they call it differently.
[[nodiscard]] std::vector<HyperInfo> shared_hypers(const std::vector<std::vector<HyperInfo>>& of_each);

/// The schedules of a config: `lr_config`, `momentum_config`, and `schedules`, which has one for each
/// hyper-parameter that it names ({"weight_decay": {"policy": …}}). `optimizer` is its name, for messages.
/// Throws Error: no such hyper-parameter, one that may not change, two schedules for one, and what
/// ScheduleChain throws. They are not yet checked against the length of the run.
[[nodiscard]] std::vector<std::shared_ptr<ScheduleChain>> read_schedules(const PluginCatalog& catalog,
                                                                         const Node& config,
                                                                         const std::vector<HyperInfo>& hypers,
                                                                         const std::string& optimizer);

/// Whether the run measures what the schedules watch. Throws Error(config) naming the `monitor` that would
/// never come: a metric without an evaluation, "val/…" without a validation epoch in the workflow, "train/…"
/// in a run without epochs.
void check_monitors(const ScheduleChain& chain, const Node& config, bool by_epoch, bool evaluates);

}  // namespace ph
