#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <posehost/abi.h>

#include "config/node.hpp"
#include "plugin/catalog.hpp"
#include "plugin/instance.hpp"

namespace ph {

/// How long a run is; what schedules count against.
struct RunLength {
  bool by_epoch = true;
  std::int64_t iters_per_epoch = 0;
  std::int64_t max_epochs = 0;  ///< 0 when iteration-based
  std::int64_t max_iters = 0;
};

/// Where a run is.
struct Progress {
  std::int64_t epoch = 0, iter = 0, opt_step = 0;
};

/// The schedule of one hyper-parameter: plugin instances chained through `prev`, for example a step
/// policy and then a warm-up. Pure: value() depends on its arguments alone.
class ScheduleChain {
 public:
  /// Reads `lr_config` or `momentum_config`: {"policy": name, arguments of it, "warmup": null |
  /// constant | linear | exp, "warmup_iters", "warmup_ratio", "warmup_by_epoch"}. Throws Error.
  ScheduleChain(const PluginCatalog& catalog, const Node& config, std::int32_t role, bool iter_based);

  /// Asks every instance whether it suits a run of this length. Throws Error(config).
  void check(const RunLength& length) const;
  [[nodiscard]] double value(const RunLength& length, const Progress& at, std::int64_t group,
                             double base) const;
  [[nodiscard]] std::int32_t role() const noexcept { return role_; }
  /// "org.posehost.schedules/Step, org.posehost.schedules/Warmup"
  [[nodiscard]] std::string description() const;

 private:
  struct Link {
    std::unique_ptr<PluginInstance> instance;
    const ph_schedule_api* api;
  };
  void add(const PluginCatalog& catalog, const ComponentRef& ref, const Node& args);
  std::int32_t role_;
  std::vector<Link> links_;
};

/// "lr", "momentum", "weight_decay".
[[nodiscard]] const char* role_name(std::int32_t role) noexcept;

}  // namespace ph
