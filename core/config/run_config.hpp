#pragma once
#include <string>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// Checks a whole config: the host's own sections against run_schema.json, then what a schema cannot
/// say (length of the run, workflow, keys that exclude each other). Returns it with the defaults of
/// `runtime`, `plugins`, `workflow`, `log_level` and `compat` filled in; sections of components
/// (model, data sets, optimizer, schedules, hooks) are left as they are for those to check. Absent
/// stays absent where it differs from null (checkpoint_config). Throws Error(config).
[[nodiscard]] Node check_run_config(const Node& config);

/// The same for who wants schedules only: a config without model and data will do.
[[nodiscard]] Node check_schedule_config(const Node& config);

/// The same for who wants the network only: `model` has to be there.
[[nodiscard]] Node check_model_config(const Node& config);

/// A key that configs carry and that means nothing here. "data.pin_memory" is a key within `data`.
struct IgnoredKey {
  std::string name, why;
};
/// Those keys. check_run_config() accepts them with any value and says so once, at debug level.
[[nodiscard]] const std::vector<IgnoredKey>& run_config_ignored();

/// The schema of the host's sections as JSON text, for editors and documentation.
[[nodiscard]] std::string run_schema_text();

}  // namespace ph
