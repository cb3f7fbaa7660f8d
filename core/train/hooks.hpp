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
#include "plugin/stage_names.hpp"
#include "train/hook_slots.hpp"

namespace ph {

/// What becomes of a hook that returned a failure: the run ends; it is left out from then on; it is called
/// again at the next stage, as if nothing had happened.
enum class OnError { abort, disable, ignore };

/// What the config says of a hook beside its arguments.
struct HookOptions {
  int priority = -1;  ///< < 0: as the plugin says
  OnError on_error = OnError::abort;
};

/// 0..100 from a number or mmcv's name. Throws Error(config).
[[nodiscard]] int priority_of(const Node& value);
[[nodiscard]] std::string priority_name(int priority);

/// Everything that runs at stages, in order: hook plugins and the host's own entries (schedules,
/// optimizer), which stand in the same list so that the printed order is the whole truth.
class HookList {
 public:
  using Builtin = std::function<void(std::int32_t stage)>;

  /// A hook plugin with its arguments. Throws Error.
  void add(const PluginCatalog& catalog, const ComponentRef& ref, const Node& args, HookOptions options = {});
  /// An entry of the host.
  void add(std::string name, std::uint64_t stages, int priority, Builtin run);

  /// Once all are there: allocates what the hooks own.
  void make_slots(const torch::nn::Module& model, const MasterWeights& masters);

  /// Calls all that want `stage`, each followed by `after` (which meets what it asked for). `event`
  /// is for the plugins. Throws Error(plugin) naming hook and stage when one fails, unless the config
  /// says to go on without it.
  void run(const ph_hook_event& event, const std::function<void()>& after);
  /// Hands something published to all hooks that take such.
  void publish(const ph_hook_event& event, const ph_published& item);
  [[nodiscard]] bool wants(std::int32_t stage) const noexcept { return (stages_ & PH_STAGE_BIT(stage)) != 0; }

  /// mmcv's listing: per stage the entries in order. Lines without line breaks.
  [[nodiscard]] std::vector<std::string> listing() const;

  /// State of hooks that keep some, by checkpoint name "@hook/<qualified name>[#n]/state".
  [[nodiscard]] std::map<std::string, std::string> state() const;
  /// Hands saved state back; hooks without a saved state, and the one at work, go on as they are.
  void load_state(const std::map<std::string, std::string>& saved);
  /// Their tensors, by checkpoint name "@hook/<qualified name>[#n]/<slot>/<name>".
  void save_slots(std::map<std::string, at::Tensor>& into) const;
  void load_slots(const std::map<std::string, at::Tensor>& saved, const std::string& file);

  /// Qualified name of the hook at work; "" outside.
  [[nodiscard]] std::string running() const;
  /// Whether it may change what is not its own.
  [[nodiscard]] bool may_mutate() const noexcept;
  /// One of its slots; nullptr when it has no such slot, or outside.
  [[nodiscard]] const NamedTensors* slot(std::string_view name) const noexcept;

 private:
  struct Entry {
    std::string name, qualified, key;  // key: "@hook/<qualified name>[#n]/"
    std::uint64_t stages;
    Builtin builtin;
    HookOptions options;
    std::shared_ptr<PluginInstance> plugin;
    const ph_hook_api* api = nullptr;
    std::uint32_t flags = 0;
    std::shared_ptr<HookSlots> slots;
    bool disabled = false;
    std::int64_t failures = 0;  // that were ignored
  };
  void insert(Entry entry);
  void call(Entry& entry, const char* what, const std::function<std::int32_t(const Entry&)>& function);
  std::vector<Entry> entries_;  // by priority, then as added
  std::uint64_t stages_ = 0;
  const Entry* running_ = nullptr;
};

}  // namespace ph
