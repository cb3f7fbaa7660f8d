#include "plugin/declared.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "plugin/config_table.hpp"
#include "plugin/negotiation.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

Error refuse(const LoadedComponent& component, const std::string& what, std::string found,
             std::string expected) {
  return Error(
      ErrorKind::plugin,
      component.file.string() + ": malformed " + what + " of " + component.plugin_id + "/" + component.name,
      std::move(found), std::move(expected));
}

/// A name within an instance: checked before it is shown or looked up.
std::string read_name(ph_str name, const LoadedComponent& component, const std::string& what,
                      std::size_t limit) {
  const bool sane = name.data != nullptr && name.len > 0 && name.len <= static_cast<std::int64_t>(limit);
  if (!sane || !is_component_name(from_ph(name))) {
    throw refuse(component, what, "a name that is NULL, empty, too long or has other characters",
                 "letters, digits and _, at most " + std::to_string(limit) + " bytes");
  }
  return std::string{from_ph(name)};
}

HyperInfo read_hyper(const ph_hyper* from, const LoadedComponent& component, const Node& args) {
  const std::string what = "hyper-parameter";
  if (from == nullptr) throw refuse(component, what, "a NULL pointer", "a ph_hyper");
  const auto own = copy_struct<ph_hyper>(from, "ph_hyper of " + component.name, component.file);
  HyperInfo hyper;
  hyper.name = read_name(own.name, component, what, 64);
  hyper.role = own.role;
  hyper.per_group = (own.flags & PH_HYPER_PER_GROUP) != 0;
  hyper.schedulable = (own.flags & PH_HYPER_SCHEDULABLE) != 0;
  if (own.role < PH_ROLE_NONE || own.role > PH_ROLE_WEIGHT_DECAY) {
    throw refuse(component, what, hyper.name + " with the role " + std::to_string(own.role),
                 "one of PH_ROLE_*");
  }
  if (own.pointer.data == nullptr || own.pointer.len <= 0 || own.pointer.len > 256) {
    throw refuse(component, what, hyper.name + " without a JSON pointer", "a pointer such as \"/lr\"");
  }
  hyper.pointer = printable(from_ph(own.pointer));
  const Json* value = at_pointer(args.json(), from_ph(own.pointer));
  if (value == nullptr || !value->is_number()) {
    throw refuse(component, what,
                 hyper.name + " at \"" + hyper.pointer + "\", where the arguments have no number",
                 "a pointer to a number in the arguments, defaults filled in");
  }
  hyper.initial = value->get<double>();
  return hyper;
}

/// Slot names are part of the names of tensors in checkpoints: "@opt/exp_avg/…".
std::string read_slot_name(ph_str text, const LoadedComponent& component) {
  auto name = read_name(text, component, "slot", 32);
  if (std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    throw refuse(component, "slot", name, "[a-z][a-z0-9_]*");
  }
  return name;
}

HookSlotInfo read_hook_slot(const ph_hook_slot* from, const LoadedComponent& component) {
  const std::string what = "slot";
  if (from == nullptr) throw refuse(component, what, "a NULL pointer", "a ph_hook_slot");
  const auto own = copy_struct<ph_hook_slot>(from, "ph_hook_slot of " + component.name, component.file);
  HookSlotInfo slot{read_slot_name(own.name, component), own.source, own.init};
  constexpr std::uint32_t sources = PH_SOURCE_PARAMETERS | PH_SOURCE_BUFFERS;
  if (slot.source == 0 || (slot.source & ~sources) != 0) {
    throw refuse(component, what, slot.name + " with the source " + std::to_string(slot.source),
                 "PH_SOURCE_PARAMETERS, PH_SOURCE_BUFFERS or both");
  }
  if (slot.init != PH_SLOT_ZEROS && slot.init != PH_SLOT_COPY) {
    throw refuse(component, what, slot.name + " with the first content " + std::to_string(slot.init),
                 "PH_SLOT_ZEROS or PH_SLOT_COPY");
  }
  return slot;
}

/// Which shapes a way of driving the rule allows.
bool shape_fits(std::uint32_t capabilities, std::int32_t shape) {
  switch (shape) {
    case PH_SLOT_SHAPE_PARAM:
      return true;
    case PH_SLOT_SHAPE_SCALAR:
      return (capabilities & (PH_OPT_PASSES | PH_OPT_MATRIX)) != 0;
    case PH_SLOT_SHAPE_REDUCED:
      return (capabilities & PH_OPT_MATRIX) != 0;
    case PH_SLOT_SHAPE_GLOBAL:
      return (capabilities & PH_OPT_CLOSURE) != 0;
    default:
      return false;
  }
}

/// The fields beyond name, type and content. Throws Error(plugin).
void check_extent(const SlotInfo& slot, std::uint32_t capabilities, const LoadedComponent& component) {
  const bool whole = (capabilities & (PH_OPT_MATRIX | PH_OPT_CLOSURE)) != 0;
  const auto wrong = [&](const std::string& found, std::string expected) {
    throw refuse(component, "slot", slot.name + " with " + found, std::move(expected));
  };
  if (!shape_fits(capabilities, slot.shape)) {
    wrong("the shape " + std::to_string(slot.shape), "a shape that goes with the rule's capabilities");
  }
  if (slot.init == PH_SLOT_COPY && slot.shape != PH_SLOT_SHAPE_PARAM) {
    wrong("a copy of the parameter as first content", "that of a slot with the parameter's shape only");
  }
  if (slot.shape == PH_SLOT_SHAPE_GLOBAL && slot.dtype == PH_SLOT_AS_PARAM) {
    wrong("the type of a parameter", "a type of its own, as it belongs to no parameter");
  }
  if (slot.count < 1 || slot.count > 65536 || (slot.count > 1 && !whole)) {
    wrong("count " + std::to_string(slot.count), whole ? "1 to 65536" : "1, unless MATRIX or CLOSURE");
  }
  const bool limited = slot.min_ndim != 0 || slot.max_ndim != 0;
  if (slot.min_ndim < 0 || slot.max_ndim < 0 || (limited && (capabilities & PH_OPT_MATRIX) == 0)) {
    wrong("limits of dimensions", "none, unless MATRIX");
  }
  if (slot.shape == PH_SLOT_SHAPE_REDUCED && (slot.axis > -1 || -slot.axis > slot.min_ndim)) {
    wrong("axis " + std::to_string(slot.axis), "-1 to -min_ndim: each parameter that has it has that axis");
  }
}

SlotInfo read_slot(const ph_slot* from, std::uint32_t capabilities, const LoadedComponent& component) {
  const std::string what = "slot";
  if (from == nullptr) throw refuse(component, what, "a NULL pointer", "a ph_slot");
  const auto own = copy_struct<ph_slot>(from, "ph_slot of " + component.name, component.file);
  const SlotInfo slot{read_slot_name(own.name, component), own.dtype, own.shape,    own.init,
                      own.count == 0 ? 1 : own.count,      own.axis,  own.min_ndim, own.max_ndim};
  if (own.dtype < PH_SLOT_AS_PARAM || own.dtype > PH_SLOT_I64) {
    throw refuse(component, what, slot.name + " with the element type " + std::to_string(own.dtype),
                 "one of PH_SLOT_*");
  }
  if (own.init < PH_SLOT_ZEROS || own.init > PH_SLOT_COPY) {
    throw refuse(component, what, slot.name + " with the first content " + std::to_string(own.init),
                 "PH_SLOT_ZEROS, _ONES or _COPY");
  }
  check_extent(slot, capabilities, component);
  return slot;
}

}  // namespace

std::vector<HyperInfo> read_hypers(const ph_optimizer_api& table, const LoadedComponent& component,
                                   const Node& args) {
  std::vector<HyperInfo> hypers;
  std::set<std::string> names;
  std::set<std::int32_t> roles;
  for (std::int64_t i = 0; i < table.n_hypers; ++i) {
    hypers.push_back(read_hyper(table.hypers[i], component, args));
    const auto& last = hypers.back();
    if (!names.insert(last.name).second) {
      throw refuse(component, "hyper-parameter", "the name " + last.name + " twice", "each name once");
    }
    if (last.role != PH_ROLE_NONE && !roles.insert(last.role).second) {
      throw refuse(component, "hyper-parameter", last.name + " with a role that another one has",
                   "at most one hyper-parameter a role");
    }
  }
  return hypers;
}

std::vector<HyperInfo> hypers_of(const PluginInstance& optimizer) {
  return read_hypers(optimizer.api<ph_optimizer_api>(), optimizer.component(), optimizer.args());
}

std::vector<SlotInfo> slots_of(const PluginInstance& optimizer) {
  const auto& component = optimizer.component();
  ph_slots out{};
  out.size = sizeof out;
  optimizer.check(optimizer.api<ph_optimizer_api>().slots(optimizer.self(), &out), "slots");
  check_struct_size(out.size, floor_of<ph_slots>, "ph_slots of " + component.name, component.file);
  if (out.n_slots < 0 || out.n_slots > 64 || (out.n_slots > 0 && out.slots == nullptr)) {
    throw refuse(component, "list of slots",
                 std::to_string(out.n_slots) + " slots" + (out.slots == nullptr ? ", NULL" : ""), "0 to 64");
  }
  std::vector<SlotInfo> slots;
  std::set<std::string> names;
  for (std::int64_t i = 0; i < out.n_slots; ++i) {
    slots.push_back(read_slot(out.slots[i], optimizer.api<ph_optimizer_api>().capabilities, component));
    if (!names.insert(slots.back().name).second) {
      throw refuse(component, "slot", "the name " + slots.back().name + " twice", "each name once");
    }
  }
  return slots;
}

ph_hook_info hook_info_of(const PluginInstance& hook) {
  const auto& component = hook.component();
  ph_hook_info out{};
  out.size = sizeof out;
  out.priority = PH_PRIORITY_NORMAL;
  hook.check(hook.api<ph_hook_api>().info(hook.self(), &out), "info");
  check_struct_size(out.size, floor_of<ph_hook_info>, "ph_hook_info of " + component.name, component.file);
  if ((out.stages & ~(PH_STAGE_BIT(PH_STAGE_COUNT) - 1)) != 0) {
    throw refuse(component, "stages", "a stage that this host does not have",
                 "stages below " + std::to_string(PH_STAGE_COUNT));
  }
  if (out.priority < PH_PRIORITY_HIGHEST || out.priority > PH_PRIORITY_LOWEST) {
    throw refuse(component, "priority", std::to_string(out.priority), "0 to 100");
  }
  return out;
}

std::vector<HookSlotInfo> hook_slots_of(const PluginInstance& hook) {
  const auto& component = hook.component();
  const auto& api = hook.api<ph_hook_api>();
  if (api.slots == nullptr) return {};
  ph_hook_slots out{};
  out.size = sizeof out;
  hook.check(api.slots(hook.self(), &out), "slots");
  check_struct_size(out.size, floor_of<ph_hook_slots>, "ph_hook_slots of " + component.name, component.file);
  if (out.n_slots < 0 || out.n_slots > 16 || (out.n_slots > 0 && out.slots == nullptr)) {
    throw refuse(component, "list of slots",
                 std::to_string(out.n_slots) + " slots" + (out.slots == nullptr ? ", NULL" : ""), "0 to 16");
  }
  std::vector<HookSlotInfo> slots;
  std::set<std::string> names;
  for (std::int64_t i = 0; i < out.n_slots; ++i) {
    slots.push_back(read_hook_slot(out.slots[i], component));
    if (!names.insert(slots.back().name).second) {
      throw refuse(component, "slot", "the name " + slots.back().name + " twice", "each name once");
    }
  }
  return slots;
}

}  // namespace ph
