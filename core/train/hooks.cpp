#include "train/hooks.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "plugin/declared.hpp"
#include "plugin/sink.hpp"

namespace ph {
namespace {

constexpr std::array<const char*, PH_STAGE_COUNT> kStages{"before_run",
                                                          "before_epoch",
                                                          "before_train_epoch",
                                                          "before_train_iter",
                                                          "after_train_iter",
                                                          "after_train_epoch",
                                                          "before_val_epoch",
                                                          "before_val_iter",
                                                          "after_val_iter",
                                                          "after_val_epoch",
                                                          "after_epoch",
                                                          "after_run",
                                                          "before_optimizer_step",
                                                          "after_optimizer_step",
                                                          "after_evaluate"};

// In the order in which a run goes through them.
constexpr std::array<std::int32_t, PH_STAGE_COUNT> kRunOrder{
    PH_STAGE_BEFORE_RUN,        PH_STAGE_BEFORE_EPOCH,          PH_STAGE_BEFORE_TRAIN_EPOCH,
    PH_STAGE_BEFORE_TRAIN_ITER, PH_STAGE_BEFORE_OPTIMIZER_STEP, PH_STAGE_AFTER_OPTIMIZER_STEP,
    PH_STAGE_AFTER_TRAIN_ITER,  PH_STAGE_AFTER_TRAIN_EPOCH,     PH_STAGE_AFTER_EVALUATE,
    PH_STAGE_BEFORE_VAL_EPOCH,  PH_STAGE_BEFORE_VAL_ITER,       PH_STAGE_AFTER_VAL_ITER,
    PH_STAGE_AFTER_VAL_EPOCH,   PH_STAGE_AFTER_EPOCH,           PH_STAGE_AFTER_RUN};

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

const char* stage_name(std::int32_t stage) noexcept {
  return stage >= 0 && stage < PH_STAGE_COUNT ? kStages[static_cast<std::size_t>(stage)] : "unknown stage";
}

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
  const auto at = std::find_if(entries_.begin(), entries_.end(),
                               [&](const Entry& other) { return other.priority > entry.priority; });
  entries_.insert(at, std::move(entry));
}

void HookList::add(std::string name, std::uint64_t stages, int priority, Builtin run) {
  insert({std::move(name), {}, stages, priority, std::move(run), nullptr, nullptr});
}

void HookList::add(const PluginCatalog& catalog, const ComponentRef& ref, const Node& args, int priority) {
  const auto& loaded = catalog.load(ref);
  Entry entry;
  entry.plugin = std::make_shared<PluginInstance>(loaded, args);
  entry.api = &entry.plugin->api<ph_hook_api>();
  const auto info = hook_info_of(*entry.plugin);
  entry.name = loaded.name;
  entry.stages = info.stages;
  entry.priority = priority >= 0 ? priority : info.priority;
  // The second hook of one type keeps its own state.
  const auto same = std::count_if(entries_.begin(), entries_.end(), [&](const Entry& other) {
    return other.plugin && other.plugin->qualified_name() == entry.plugin->qualified_name();
  });
  entry.state_key =
      "@hook/" + entry.plugin->qualified_name() + (same ? "#" + std::to_string(same + 1) : "") + "/state";
  insert(std::move(entry));
}

void HookList::run(const ph_hook_event& event, const std::function<void()>& after) {
  if (!wants(event.stage)) return;
  for (auto& entry : entries_) {
    if (!(entry.stages & PH_STAGE_BIT(event.stage))) continue;
    if (entry.builtin) {
      entry.builtin(event.stage);
      continue;
    }
    const auto outer = running_;
    running_ = entry.plugin->qualified_name();
    entry.plugin->check(entry.api->on_stage(entry.plugin->self(), &event), stage_name(event.stage));
    after();
    running_ = outer;
  }
}

std::vector<std::string> HookList::listing() const {
  std::vector<std::string> lines{"Hooks will be executed in the following order:"};
  for (const auto stage : kRunOrder) {
    if (!wants(stage)) continue;
    lines.push_back(std::string(stage_name(stage)) + ":");
    for (const auto& entry : entries_) {
      if (!(entry.stages & PH_STAGE_BIT(stage))) continue;
      char line[128];
      std::snprintf(line, sizeof line, "(%-12s) %s", priority_name(entry.priority).c_str(),
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
    if (!entry.api || !entry.api->save_state) continue;
    StringSink sink;
    const auto table = sink.table();
    entry.plugin->check(entry.api->save_state(entry.plugin->self(), &table), "save_state");
    all[entry.state_key] = std::move(sink.text);
  }
  return all;
}

void HookList::load_state(const std::map<std::string, std::string>& saved) {
  for (const auto& entry : entries_) {
    const auto found = saved.find(entry.state_key);
    if (found == saved.end() || !entry.api || !entry.api->load_state) continue;
    entry.plugin->check(entry.api->load_state(entry.plugin->self(), to_ph(found->second)), "load_state");
  }
}

}  // namespace ph
