#include "train/hooks.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "log/log.hpp"
#include "plugin/declared.hpp"
#include "plugin/sink.hpp"
#include "run/place.hpp"

namespace ph {
namespace {

// In the order in which a run goes through them.
constexpr std::array<std::int32_t, PH_STAGE_COUNT> kRunOrder{
    PH_STAGE_BEFORE_RUN,        PH_STAGE_BEFORE_EPOCH,          PH_STAGE_BEFORE_TRAIN_EPOCH,
    PH_STAGE_BEFORE_TRAIN_ITER, PH_STAGE_BEFORE_OPTIMIZER_STEP, PH_STAGE_AFTER_OPTIMIZER_STEP,
    PH_STAGE_AFTER_TRAIN_ITER,  PH_STAGE_AFTER_TRAIN_EPOCH,     PH_STAGE_BEFORE_SAVE,
    PH_STAGE_AFTER_SAVE,        PH_STAGE_BEFORE_EVALUATE,       PH_STAGE_AFTER_EVALUATE,
    PH_STAGE_BEFORE_VAL_EPOCH,  PH_STAGE_BEFORE_VAL_ITER,       PH_STAGE_AFTER_VAL_ITER,
    PH_STAGE_AFTER_VAL_EPOCH,   PH_STAGE_AFTER_EPOCH,           PH_STAGE_AFTER_RUN};

constexpr std::int64_t kFailuresShown = 10;  // of one hook whose failures are ignored

struct PriorityName {
  const char* name;
  int value;
};
constexpr std::array<PriorityName, 9> kPriorities{{{"HIGHEST", 0},
                                                   {"VERY_HIGH", 10},
                                                   {"HIGH", 30},
                                                   {"ABOVE_NORMAL", 40},
                                                   {"NORMAL", 50},
                                                   {"BELOW_NORMAL", 60},
                                                   {"LOW", 70},
                                                   {"VERY_LOW", 90},
                                                   {"LOWEST", 100}}};

}  // namespace

int priority_of(const Node& value) {
  if (value.is_integer()) {
    const auto number = value.i64();
    if (number < 0 || number > 100)
      throw value.error("no such priority", "0 (first) to 100, or a name such as NORMAL");
    return static_cast<int>(number);
  }
  const auto name = value.string();
  std::vector<std::string> known;
  for (const auto& priority : kPriorities) {
    if (name == priority.name) return priority.value;
    known.emplace_back(priority.name);
  }
  throw value.error("no such priority \"" + name + "\"", "0 to 100, or a name such as NORMAL",
                    did_you_mean(name, known));
}

std::string priority_name(int priority) {
  for (const auto& known : kPriorities) {
    if (known.value == priority) return known.name;
  }
  return std::to_string(priority);
}

void HookList::insert(Entry entry) {
  stages_ |= entry.stages;
  // Stable: equal priorities run as they were added.
  const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& other) {
    return other.options.priority > entry.options.priority;
  });
  entries_.insert(at, std::move(entry));
}

void HookList::add(std::string name, std::uint64_t stages, int priority, Builtin run) {
  Entry entry{};
  entry.name = std::move(name);
  entry.stages = stages;
  entry.options.priority = priority;
  entry.builtin = std::move(run);
  insert(std::move(entry));
}

void HookList::add(const PluginCatalog& catalog, const ComponentRef& ref, const Node& args,
                   HookOptions options) {
  const auto& loaded = catalog.load(ref);
  Entry entry;
  entry.plugin = std::make_shared<PluginInstance>(loaded, args);
  entry.api = &entry.plugin->api<ph_hook_api>();
  const auto info = hook_info_of(*entry.plugin);
  entry.name = loaded.name;
  entry.qualified = entry.plugin->qualified_name();
  entry.stages = info.stages;
  entry.flags = info.flags;
  entry.slots = std::make_shared<HookSlots>(hook_slots_of(*entry.plugin));
  entry.options = options;
  if (options.priority < 0) entry.options.priority = info.priority;
  // The second hook of one type keeps its own state.
  const auto same = std::count_if(entries_.begin(), entries_.end(), [&](const Entry& other) {
    return other.plugin && other.plugin->qualified_name() == entry.plugin->qualified_name();
  });
  entry.key = "@hook/" + entry.plugin->qualified_name() + (same ? "#" + std::to_string(same + 1) : "") + "/";
  insert(std::move(entry));
}

void HookList::make_slots(const torch::nn::Module& model, const MasterWeights& masters) {
  for (auto& entry : entries_) {
    if (entry.slots) entry.slots->make(model, masters);
  }
}

// A hook's failure ends the run, or the hook's part in it, or is only said.
void HookList::call(Entry& entry, const char* what,
                    const std::function<std::int32_t(const Entry&)>& function) {
  running_ = &entry;
  const PlaceScope here(entry.qualified.c_str(), what);
  const auto status = function(entry);
  if (status == PH_OK) return;
  if (entry.options.on_error == OnError::abort) entry.plugin->check(status, what);
  try {
    entry.plugin->check(status, what);
  } catch (const Error& error) {
    if (entry.options.on_error == OnError::disable) {
      entry.disabled = true;
      log_warn(std::string(error.what()) + "\n  as on_error says, the run goes on without this hook");
    } else if (++entry.failures <= kFailuresShown) {
      log_warn(std::string(error.what()) + "\n  as on_error says, the run goes on, and with this hook" +
               (entry.failures == kFailuresShown ? "; it is not said again" : ""));
    }
  }
}

void HookList::run(const ph_hook_event& event, const std::function<void()>& after) {
  if (!wants(event.stage)) return;
  for (auto& entry : entries_) {
    if (!(entry.stages & PH_STAGE_BIT(event.stage)) || entry.disabled) continue;
    const auto* outer = running_;
    if (entry.builtin) {
      running_ = nullptr;
      const PlaceScope here(nullptr, entry.name.c_str());
      entry.builtin(event.stage);
    } else {
      call(entry, stage_name(event.stage),
           [&](const Entry& called) { return called.api->on_stage(called.plugin->self(), &event); });
      after();
    }
    running_ = outer;
  }
}

void HookList::publish(const ph_hook_event& event, const ph_published& item) {
  const auto* outer = running_;
  for (auto& entry : entries_) {
    if (!entry.api || !entry.api->on_publish || entry.disabled) continue;
    call(entry, "on_publish",
         [&](const Entry& called) { return called.api->on_publish(called.plugin->self(), &event, &item); });
  }
  running_ = outer;
}

std::string HookList::running() const { return running_ ? running_->qualified : ""; }

bool HookList::may_mutate() const noexcept { return running_ && (running_->flags & PH_HOOK_MUTATES) != 0; }

const NamedTensors* HookList::slot(std::string_view name) const noexcept {
  return running_ && running_->slots ? running_->slots->slot(name) : nullptr;
}

std::vector<std::string> HookList::listing() const {
  std::vector<std::string> lines{"Hooks will be executed in the following order:"};
  for (const auto stage : kRunOrder) {
    if (!wants(stage)) continue;
    lines.push_back(std::string(stage_name(stage)) + ":");
    for (const auto& entry : entries_) {
      if (!(entry.stages & PH_STAGE_BIT(stage))) continue;
      char line[128];
      std::snprintf(line, sizeof line, "(%-12s) %s", priority_name(entry.options.priority).c_str(),
                    entry.name.c_str());
      lines.emplace_back(line);
    }
    lines.emplace_back(" -------------------- ");
  }
  return lines;
}

std::map<std::string, std::string> HookList::state() const {
  std::map<std::string, std::string> all;
  for (const auto& entry : entries_) {
    if (!entry.api || !entry.api->save_state || entry.disabled) continue;
    StringSink sink;
    const auto table = sink.table();
    entry.plugin->check(entry.api->save_state(entry.plugin->self(), &table), "save_state");
    all[entry.key + "state"] = std::move(sink.text);
  }
  return all;
}

void HookList::load_state(const std::map<std::string, std::string>& saved) {
  for (const auto& entry : entries_) {
    if (!entry.api || !entry.api->load_state || &entry == running_ || entry.disabled) continue;
    const auto found = saved.find(entry.key + "state");
    if (found == saved.end()) continue;
    entry.plugin->check(entry.api->load_state(entry.plugin->self(), to_ph(found->second)), "load_state");
  }
}

void HookList::save_slots(std::map<std::string, at::Tensor>& into) const {
  for (const auto& entry : entries_) {
    if (entry.slots) entry.slots->save(entry.key, into);
  }
}

void HookList::load_slots(const std::map<std::string, at::Tensor>& saved, const std::string& file) {
  for (const auto& entry : entries_) {
    if (entry.slots) entry.slots->load(entry.key, saved, file);
  }
}

}  // namespace ph
