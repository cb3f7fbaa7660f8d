// SPDX-License-Identifier: Apache-2.0
//
// An argument that is a number for all parameter groups or a list with one for each.
#pragma once
#include <string>
#include <vector>

#include <posehost/schedule.hpp>

#define OPTIONAL_PER_GROUP_SCHEMA \
  R"({"type":["number","array","null"],"items":{"type":"number"},"minItems":1,"default":null})"

class PerGroup {
 public:
  // `fallback` where the config gives none.
  PerGroup(const ph::Config& config, const char* name, double fallback = 0) : name_{name} {
    is_list_ = config.type(name) == PH_JSON_ARRAY;
    given_ = config.has(name);
    if (is_list_) {
      values_ = config.get<std::vector<double>>(name);
    } else {
      values_ = {given_ ? config.get<double>(name) : fallback};
    }
  }

  bool given() const noexcept { return given_; }
  const std::string& name() const noexcept { return name_; }

  // Throws if it is a list for another number of groups.
  void check(const ph::SchedulePoint& run) const {
    if (!is_list_ || run.n_groups == 0 || static_cast<std::int64_t>(values_.size()) == run.n_groups) return;
    throw ph::Failure(PH_ERR_INVALID_ARGUMENT, name_ + " has " + std::to_string(values_.size()) +
                                                   " values; expected " + std::to_string(run.n_groups) +
                                                   ", one for each parameter group, or a number for all");
  }
  double operator[](std::int64_t group) const noexcept {
    if (!is_list_) return values_[0];
    const auto index = static_cast<std::size_t>(group);
    return index < values_.size() ? values_[index] : values_.back();
  }

 private:
  std::string name_;
  bool is_list_ = false, given_ = false;
  std::vector<double> values_;
};
