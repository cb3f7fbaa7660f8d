// SPDX-License-Identifier: MIT
//
// Base class of hooks. A hook overrides the stages that it wants; it is called for those and no
// others. Besides `info` and `args` the derived class may have
//
//   static constexpr int priority = PH_PRIORITY_LOW;  // PH_PRIORITY_NORMAL if it does not
//   static constexpr bool mutates = true;             // it changes parameters, hyper-parameters, …
//
// Stages, and what they are told, are described in abi.h. Everything is called on the main thread.
// A throw ends the run and names the hook.
#pragma once
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <posehost/plugin.hpp>
#include <posehost/run_view.hpp>

namespace ph {

using HookInfo = ph_hook_info;
struct HookKind;

// Tensors that a hook owns, one for each parameter or buffer: "hook/<name>/<n>" of RunView. The host
// allocates, saves and loads them.
struct HookSlot {
  std::string name;                             // [a-z][a-z0-9_]*, at most 32 bytes
  std::uint32_t source = PH_SOURCE_PARAMETERS;  // or PH_SOURCE_BUFFERS, or both with |
  std::int32_t init = PH_SLOT_COPY;             // or PH_SLOT_ZEROS
};

// What a hook published, as loggers get it. Valid for the call.
class Published {
 public:
  explicit Published(const ph_published* item) : item_(detail::read_struct(item)) {}
  bool is_text() const noexcept { return item_.kind == PH_PUBLISHED_TEXT; }
  // The picture, or NULL where it is none.
  const ph_picture* picture() const noexcept {
    return item_.kind == PH_PUBLISHED_PICTURE ? item_.picture : nullptr;
  }
  std::string_view name() const noexcept { return detail::from_ph(item_.name); }
  std::string_view text() const noexcept { return detail::from_ph(item_.text); }
  std::string_view from() const noexcept { return detail::from_ph(item_.from); }  // the component

 private:
  ph_published item_;
};

class Hook {
 public:
  using PluginKind = HookKind;
  virtual ~Hook() = default;

  virtual void before_run(RunView&) {}
  virtual void before_epoch(RunView&) {}  // these two: iteration-based runs only, once around the run
  virtual void after_epoch(RunView&) {}
  virtual void before_train_epoch(RunView&) {}
  virtual void before_train_iter(RunView&) {}
  virtual void before_optimizer_step(RunView&) {}  // gradients unscaled, not yet clipped
  virtual void after_optimizer_step(RunView&) {}
  virtual void after_train_iter(RunView&) {}
  virtual void after_train_epoch(RunView&) {}
  virtual void before_val_epoch(RunView&) {}
  virtual void before_val_iter(RunView&) {}
  virtual void after_val_iter(RunView&) {}
  virtual void after_val_epoch(RunView&) {}
  virtual void before_evaluate(RunView&) {}  // what the parameters then hold is evaluated
  virtual void after_evaluate(RunView&) {}   // metrics() can be read
  virtual void before_save(RunView&) {}      // what the parameters then hold is saved under their names
  virtual void after_save(RunView&) {}
  virtual void after_run(RunView&) {}

  // Last word on stages and priority, where the arguments decide; `info` holds what was found from
  // the overridden stages, `priority` and `mutates`. Called once, after the constructor.
  virtual void configure(HookInfo& info) const { static_cast<void>(info); }

  // Tensors to be kept for the hook. Called once, after the constructor.
  virtual std::vector<HookSlot> slots() const { return {}; }

  // For loggers: a text or picture that some hook published.
  virtual void on_publish(RunView& run, const Published& item) {
    static_cast<void>(run);
    static_cast<void>(item);
  }

  // State to be kept in checkpoints: override both. The bytes may come from an older version of the
  // plugin.
  virtual std::string save_state() const { return {}; }
  virtual void load_state(std::string_view bytes) { static_cast<void>(bytes); }
};

namespace detail {

template <class T, class = void>
struct PriorityOf {
  static constexpr std::int32_t value = PH_PRIORITY_NORMAL;
};
template <class T>
struct PriorityOf<T, std::void_t<decltype(T::priority)>> {
  static constexpr std::int32_t value = T::priority;
  static_assert(value >= PH_PRIORITY_HIGHEST && value <= PH_PRIORITY_LOWEST, "priority of a hook: 0 to 100");
};
template <class T, class = void>
struct FlagsOf {
  static constexpr std::uint32_t value = 0;
};
template <class T>
struct FlagsOf<T, std::void_t<decltype(T::mutates)>> {
  static constexpr std::uint32_t value = T::mutates ? PH_HOOK_MUTATES : 0;
};

// The pointer to a member function has the class that last overrode it in its type.
template <class Found, class Base>
constexpr std::uint64_t stage_bit(Found, Base, std::int32_t stage) {
  return std::is_same_v<Found, Base> ? 0 : PH_STAGE_BIT(stage);
}
template <class T>
constexpr std::uint64_t overridden_stages() {
  return stage_bit(&T::before_run, &Hook::before_run, PH_STAGE_BEFORE_RUN) |
         stage_bit(&T::before_epoch, &Hook::before_epoch, PH_STAGE_BEFORE_EPOCH) |
         stage_bit(&T::before_train_epoch, &Hook::before_train_epoch, PH_STAGE_BEFORE_TRAIN_EPOCH) |
         stage_bit(&T::before_train_iter, &Hook::before_train_iter, PH_STAGE_BEFORE_TRAIN_ITER) |
         stage_bit(&T::after_train_iter, &Hook::after_train_iter, PH_STAGE_AFTER_TRAIN_ITER) |
         stage_bit(&T::after_train_epoch, &Hook::after_train_epoch, PH_STAGE_AFTER_TRAIN_EPOCH) |
         stage_bit(&T::before_val_epoch, &Hook::before_val_epoch, PH_STAGE_BEFORE_VAL_EPOCH) |
         stage_bit(&T::before_val_iter, &Hook::before_val_iter, PH_STAGE_BEFORE_VAL_ITER) |
         stage_bit(&T::after_val_iter, &Hook::after_val_iter, PH_STAGE_AFTER_VAL_ITER) |
         stage_bit(&T::after_val_epoch, &Hook::after_val_epoch, PH_STAGE_AFTER_VAL_EPOCH) |
         stage_bit(&T::after_epoch, &Hook::after_epoch, PH_STAGE_AFTER_EPOCH) |
         stage_bit(&T::after_run, &Hook::after_run, PH_STAGE_AFTER_RUN) |
         stage_bit(&T::before_optimizer_step, &Hook::before_optimizer_step, PH_STAGE_BEFORE_OPTIMIZER_STEP) |
         stage_bit(&T::after_optimizer_step, &Hook::after_optimizer_step, PH_STAGE_AFTER_OPTIMIZER_STEP) |
         stage_bit(&T::before_evaluate, &Hook::before_evaluate, PH_STAGE_BEFORE_EVALUATE) |
         stage_bit(&T::after_evaluate, &Hook::after_evaluate, PH_STAGE_AFTER_EVALUATE) |
         stage_bit(&T::before_save, &Hook::before_save, PH_STAGE_BEFORE_SAVE) |
         stage_bit(&T::after_save, &Hook::after_save, PH_STAGE_AFTER_SAVE);
}

inline void call_stage(Hook& hook, std::int32_t stage, RunView& run) {
  switch (stage) {
    case PH_STAGE_BEFORE_RUN:
      return hook.before_run(run);
    case PH_STAGE_BEFORE_EPOCH:
      return hook.before_epoch(run);
    case PH_STAGE_BEFORE_TRAIN_EPOCH:
      return hook.before_train_epoch(run);
    case PH_STAGE_BEFORE_TRAIN_ITER:
      return hook.before_train_iter(run);
    case PH_STAGE_AFTER_TRAIN_ITER:
      return hook.after_train_iter(run);
    case PH_STAGE_AFTER_TRAIN_EPOCH:
      return hook.after_train_epoch(run);
    case PH_STAGE_BEFORE_VAL_EPOCH:
      return hook.before_val_epoch(run);
    case PH_STAGE_BEFORE_VAL_ITER:
      return hook.before_val_iter(run);
    case PH_STAGE_AFTER_VAL_ITER:
      return hook.after_val_iter(run);
    case PH_STAGE_AFTER_VAL_EPOCH:
      return hook.after_val_epoch(run);
    case PH_STAGE_AFTER_EPOCH:
      return hook.after_epoch(run);
    case PH_STAGE_AFTER_RUN:
      return hook.after_run(run);
    case PH_STAGE_BEFORE_OPTIMIZER_STEP:
      return hook.before_optimizer_step(run);
    case PH_STAGE_AFTER_OPTIMIZER_STEP:
      return hook.after_optimizer_step(run);
    case PH_STAGE_BEFORE_EVALUATE:
      return hook.before_evaluate(run);
    case PH_STAGE_AFTER_EVALUATE:
      return hook.after_evaluate(run);
    case PH_STAGE_BEFORE_SAVE:
      return hook.before_save(run);
    case PH_STAGE_AFTER_SAVE:
      return hook.after_save(run);
    default:
      return;  // a stage of a newer host, which this hook did not ask for
  }
}

// An instance with its list of slots as the host reads it.
template <class T>
struct HookInstance : Instance<T> {
  HookInstance(const ph_host* table, const Config& config)
      : Instance<T>(table, config), slots(this->object->slots()) {
    for (const HookSlot& slot : slots)
      tables.push_back({sizeof(ph_hook_slot), 0, to_ph(slot.name), slot.source, slot.init});
    for (const ph_hook_slot& table_of_slot : tables) list.push_back(&table_of_slot);
  }
  std::vector<HookSlot> slots;
  std::vector<ph_hook_slot> tables;
  std::vector<const ph_hook_slot*> list;
};

}  // namespace detail

struct HookKind {
  static constexpr std::string_view id = PH_KIND_HOOK;
  template <class T>
  using Instance = detail::HookInstance<T>;

  template <class T>
  static std::int32_t info(const void* self, ph_hook_info* out) noexcept {
    const auto& instance = *static_cast<const Instance<T>*>(self);
    return detail::guarded(instance.host, [&] {
      HookInfo info{sizeof(HookInfo), 0, detail::overridden_stages<T>(), detail::PriorityOf<T>::value,
                    detail::FlagsOf<T>::value};
      instance.object->configure(info);
      detail::write_struct(out, info);
    });
  }
  template <class T>
  static std::int32_t on_stage(void* self, const ph_hook_event* event) noexcept {
    auto& instance = *static_cast<Instance<T>*>(self);
    return detail::guarded(instance.host, [&] {
      RunView run(event);
      detail::call_stage(*instance.object, event->stage, run);
    });
  }
  template <class T>
  static std::int32_t slots(const void* self, ph_hook_slots* out) noexcept {
    const auto& list = static_cast<const Instance<T>*>(self)->list;
    detail::write_struct(out, ph_hook_slots{0, 0, list.data(), static_cast<std::int64_t>(list.size())});
    return PH_OK;
  }
  template <class T>
  static std::int32_t on_publish(void* self, const ph_hook_event* event, const ph_published* item) noexcept {
    auto& instance = *static_cast<Instance<T>*>(self);
    return detail::guarded(instance.host, [&] {
      RunView run(event);
      instance.object->on_publish(run, Published(item));
    });
  }

  template <class T>
  static constexpr bool has_slots() {
    return !std::is_same_v<decltype(&T::slots), decltype(&Hook::slots)>;
  }
  template <class T>
  static constexpr bool takes_published() {
    return !std::is_same_v<decltype(&T::on_publish), decltype(&Hook::on_publish)>;
  }
  template <class T>
  static constexpr bool has_state() {
    constexpr bool saves = !std::is_same_v<decltype(&T::save_state), decltype(&Hook::save_state)>;
    constexpr bool loads = !std::is_same_v<decltype(&T::load_state), decltype(&Hook::load_state)>;
    static_assert(saves == loads, "a hook with state overrides save_state and load_state");
    return saves;
  }
  template <class T>
  static constexpr ph_hook_api table{sizeof(ph_hook_api),
                                     0,
                                     &detail::destroy<T>,
                                     &info<T>,
                                     &on_stage<T>,
                                     has_state<T>() ? &detail::save_state<T> : nullptr,
                                     has_state<T>() ? &detail::load_state<T> : nullptr,
                                     has_slots<T>() ? &slots<T> : nullptr,
                                     takes_published<T>() ? &on_publish<T> : nullptr};
};

}  // namespace ph
