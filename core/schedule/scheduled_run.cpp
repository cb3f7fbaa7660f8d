#include "schedule/scheduled_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ph {

void ScheduledRun::add_groups(const std::string& optimizer, const std::vector<HyperInfo>& own,
                              const std::vector<std::vector<double>>& bases) {
  for (const auto& values : bases) {
    ScheduledGroup group{optimizer, {}};
    for (const auto& hyper : hypers) {
      const int index = find_hyper(own, key_of(hyper));
      group.base.push_back(index < 0 ? std::numeric_limits<double>::quiet_NaN()
                                     : values[static_cast<std::size_t>(index)]);
    }
    groups.push_back(std::move(group));
  }
}

std::vector<std::size_t> ScheduledRun::columns() const {
  std::vector<std::size_t> all;
  for (const auto role : {PH_ROLE_LR, PH_ROLE_MOMENTUM}) {
    for (std::size_t i = 0; i < hypers.size(); ++i) {
      if (hypers[i].role == role) all.push_back(i);
    }
  }
  for (const auto& chain : schedules) {
    const auto index = static_cast<std::size_t>(find_hyper(hypers, chain->hyper()));
    if (std::find(all.begin(), all.end(), index) == all.end()) all.push_back(index);
  }
  return all;
}

bool ScheduledRun::has(std::size_t group, std::size_t column) const {
  return !std::isnan(groups[group].base[column]);
}

const ScheduleChain* ScheduledRun::schedule_of(std::size_t column) const {
  for (const auto& chain : schedules) {
    if (find_hyper(hypers, chain->hyper()) == static_cast<int>(column)) return chain.get();
  }
  return nullptr;
}

double ScheduledRun::value(std::int64_t iter, std::size_t group, std::size_t column) const {
  const double base = groups[group].base[column];
  const auto* chain = schedule_of(column);
  if (chain == nullptr || std::isnan(base)) return base;
  const auto epoch = length.iters_per_epoch > 0 ? iter / length.iters_per_epoch : 0;
  return chain->value(length, {epoch, iter, iter}, static_cast<std::int64_t>(group), base);
}

}  // namespace ph
