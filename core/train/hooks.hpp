#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <posehost/abi.h>

#include "config/node.hpp"
#include "plugin/catalog.hpp"
#include "plugin/instance.hpp"

namespace ph {

/// "before_train_iter" for PH_STAGE_BEFORE_TRAIN_ITER.
[[nodiscard]] const char* stage_name(std::int32_t stage) noexcept;
/// 0..100 from a number or mmcv's name. Throws Error(config).
[[nodiscard]] int priority_of(const Node& value);
[[nodiscard]] std::string priority_name(int priority);

/// Everything that runs at stages, in order: hook plugins and the host's own entries (schedules,
/// optimizer), which stand in the same list so that the printed order is the whole truth.
class HookList {
 public:
  using Builtin = std::function<void(std::int32_t stage)>;

  /// A hook plugin with its arguments. `priority` < 0: as the plugin says. Throws Error.
  void add(const PluginCatalog& catalog, const ComponentRef& ref, const Node& args, int priority = -1);
  /// An entry of the host.
  void add(std::string name, std::uint64_t stages, int priority, Builtin run);

  /// Calls all that want `stage`, each followed by `after` (which meets what it asked for). `event`
  /// is for the plugins. Throws Error(plugin) naming hook and stage when one fails.
  void run(const ph_hook_event& event, const std::function<void()>& after);
  [[nodiscard]] bool wants(std::int32_t stage) const noexcept { return (stages_ & PH_STAGE_BIT(stage)) != 0; }

  /// mmcv's listing: per stage the entries in order. Lines without line breaks.
  [[nodiscard]] std::vector<std::string> listing() const;

  /// State of hooks that keep some, by checkpoint name "@hook/<qualified name>[#n]/state".
  [[nodiscard]] std::map<std::string, std::string> state() const;
  /// Hands saved state back; hooks without a saved state start afresh.
  void load_state(const std::map<std::string, std::string>& saved);

  /// Name of the hook that is running, for messages; "" outside.
  [[nodiscard]] const std::string& running() const noexcept { return running_; }

 private:
  struct Entry {
    std::string name, state_key;
    std::uint64_t stages;
    int priority;
    Builtin builtin;
    std::shared_ptr<PluginInstance> plugin;
    const ph_hook_api* api = nullptr;
  };
  void insert(Entry entry);
  std::vector<Entry> entries_;  // by priority, then as added
  std::uint64_t stages_ = 0;
  std::string running_;
};

}  // namespace ph
