// SPDX-License-Identifier: MIT
//
// Base class of schedules. A schedule gives the value of one hyper-parameter from the progress of
// the run; several on the same one form a chain (`prev`).
#pragma once
#include <posehost/plugin.hpp>

namespace ph {

inline constexpr double pi = 3.14159265358979323846;

using SchedulePoint = ph_schedule_point;  // fields: see abi.h

struct ScheduleKind;

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
  static constexpr ph_schedule_api table{sizeof(ph_schedule_api), 0, &detail::destroy<T>, &check<T>,
                                         &value<T>};
};

}  // namespace ph
