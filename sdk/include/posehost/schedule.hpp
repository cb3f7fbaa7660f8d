// SPDX-License-Identifier: MIT
//
// Base class of schedules. A schedule gives the value of one hyper-parameter from the progress of
// the run; several on the same one form a chain (`prev`).
#pragma once
#include <string>
#include <string_view>
#include <type_traits>

#include <posehost/plugin.hpp>

namespace ph {

inline constexpr double pi = 3.14159265358979323846;

using SchedulePoint = ph_schedule_point;  // fields: see abi.h

struct ScheduleKind;

// What the run has just measured; see ph_observation. Valid during the call that gets it.
class Observation {
 public:
  explicit Observation(const ph_observation* seen) noexcept : seen_(detail::read_struct(seen)) {}

  std::int32_t source() const noexcept { return seen_.source; }  // PH_OBSERVED_*
  // The value of that name, or null.
  const double* find(std::string_view name) const noexcept {
    for (std::int64_t i = 0; i < seen_.n; ++i)
      if (detail::from_ph(seen_.names[i]) == name) return seen_.values + i;
    return nullptr;
  }
  // "PCK, EPE", for messages.
  std::string names() const {
    std::string all;
    for (std::int64_t i = 0; i < seen_.n; ++i)
      all.append(i ? ", " : "").append(detail::from_ph(seen_.names[i]));
    return all;
  }

 private:
  ph_observation seen_;
};

class Schedule {
 public:
  using PluginKind = ScheduleKind;
  virtual ~Schedule() = default;

  // Value at `at`. Pure: a resumed run, a plot and a dry run ask again and must get the same answer.
  // [any thread] [never fails]
  virtual double value(const SchedulePoint& at) const noexcept = 0;

  // Throws if the arguments make no sense for a run of this length. Called once, before the run.
  // [main]
  virtual void check(const SchedulePoint& run) const { static_cast<void>(run); }

  // For schedules that follow a metric: override all three, and call the argument that names it
  // "monitor". A throw ends the run. The bytes may come from an older version of the plugin. [main]
  virtual void observe(const Observation& seen) { static_cast<void>(seen); }
  virtual std::string save_state() const { return {}; }
  virtual void load_state(std::string_view bytes) { static_cast<void>(bytes); }
};

struct ScheduleKind {
  static constexpr std::string_view id = PH_KIND_SCHEDULE;
  template <class T>
  using Instance = detail::Instance<T>;

  template <class T>
  static std::int32_t check(const void* self, const ph_schedule_point* run) noexcept {
    const auto& instance = *static_cast<const Instance<T>*>(self);
    return detail::guarded(instance.host, [&] { instance.object->check(detail::read_struct(run)); });
  }
  template <class T>
  static double value(const void* self, const ph_schedule_point* at) noexcept {
    return static_cast<const Instance<T>*>(self)->object->value(detail::read_struct(at));
  }
  template <class T>
  static std::int32_t observe(void* self, const ph_observation* seen) noexcept {
    auto& instance = *static_cast<Instance<T>*>(self);
    return detail::guarded(instance.host, [&] { instance.object->observe(Observation(seen)); });
  }
  template <class T>
  static constexpr bool observes() {
    constexpr bool sees = !std::is_same_v<decltype(&T::observe), decltype(&Schedule::observe)>;
    constexpr bool saves = !std::is_same_v<decltype(&T::save_state), decltype(&Schedule::save_state)>;
    constexpr bool loads = !std::is_same_v<decltype(&T::load_state), decltype(&Schedule::load_state)>;
    static_assert(sees == saves && saves == loads,
                  "a schedule that follows a metric overrides observe, save_state and load_state");
    return sees;
  }
  template <class T>
  static constexpr ph_schedule_api table{sizeof(ph_schedule_api),
                                         0,
                                         &detail::destroy<T>,
                                         &check<T>,
                                         &value<T>,
                                         observes<T>() ? &observe<T> : nullptr,
                                         observes<T>() ? &detail::save_state<T> : nullptr,
                                         observes<T>() ? &detail::load_state<T> : nullptr};
};

}  // namespace ph
