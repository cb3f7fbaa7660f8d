#pragma once
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
#include "schedule/run_length.hpp"

namespace ph {

/// The schedule of one hyper-parameter: plugin instances chained through `prev`, for example a step
/// policy and then a warm-up. value() depends on its arguments alone, and on what was observed where a
/// schedule follows a metric.
class ScheduleChain {
 public:
  /// Reads `lr_config` or `momentum_config`: {"policy": name, arguments of it, "warmup": null |
  /// constant | linear | exp, "warmup_iters", "warmup_ratio", "warmup_by_epoch"}. `hyper` is the name of
  /// the hyper-parameter where it has no role. Throws Error.
  ScheduleChain(const PluginCatalog& catalog, const Node& config, std::int32_t role, bool iter_based,
                std::string hyper = {});

  /// Asks every instance whether it suits a run of this length. Throws Error(config).
  void check(const RunLength& length) const;
  [[nodiscard]] double value(const RunLength& length, const Progress& at, std::int64_t group,
                             double base) const;
  [[nodiscard]] std::int32_t role() const noexcept { return role_; }
  /// The hyper-parameter: "lr", "momentum", "weight_decay" for a role, else its own name.
  [[nodiscard]] const std::string& hyper() const noexcept { return hyper_; }
  /// Where it stands in the config: "lr_config", "schedules.weight_decay"; with file and line.
  [[nodiscard]] std::string key() const;
  [[nodiscard]] std::string where() const { return config_.where(); }
  /// That place as JSON: what it was made of.
  [[nodiscard]] std::string text() const { return config_.text(); }
  /// "org.posehost.schedules/Step, org.posehost.schedules/Warmup"
  [[nodiscard]] std::string description() const;

  /// What the schedules of the chain watch, each with the place that says so: {"AP", "val/loss"}. Empty:
  /// they follow no metric, and observe() need not be called.
  [[nodiscard]] std::vector<std::pair<std::string, Node>> monitors() const;
  [[nodiscard]] bool observes() const noexcept;
  /// Shows them values that were measured; `source` is PH_OBSERVED_*. Throws Error.
  void observe(std::int32_t source, const std::vector<std::pair<std::string, double>>& values);
  /// What was observed, by checkpoint name "@schedule/<hyper-parameter>/<qualified name>/state".
  [[nodiscard]] std::map<std::string, std::string> state() const;
  /// Hands it back; a schedule without a saved state starts afresh. Throws Error.
  void load_state(const std::map<std::string, std::string>& saved);

 private:
  struct Link {
    std::unique_ptr<PluginInstance> instance;
    const ph_schedule_api* api;
  };
  void add(const PluginCatalog& catalog, const ComponentRef& ref, const Node& args);
  [[nodiscard]] std::string state_name(const Link& link) const;
  void add_warmup(const PluginCatalog& catalog, const Node& mode);
  Node config_;
  std::int32_t role_;
  std::string hyper_;
  std::vector<Link> links_;
};

/// "lr", "momentum", "weight_decay".
[[nodiscard]] const char* role_name(std::int32_t role) noexcept;

}  // namespace ph
