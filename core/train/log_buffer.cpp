#include "train/log_buffer.hpp"

#include <algorithm>

namespace ph {

// Bounds what an iteration-based run keeps; no log interval is this long.
constexpr std::size_t kMaxHistory = 1 << 14;

void LogBuffer::clear() {
  history_.clear();
  names_.clear();
}

void LogBuffer::next(std::int64_t samples) {
  if (history_.size() == kMaxHistory) history_.pop_front();
  history_.push_back({samples, {}});
}

std::size_t LogBuffer::index_of(std::string_view name) {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
  names_.emplace_back(name);
  return names_.size() - 1;
}

void LogBuffer::add(std::string_view name, at::Tensor value) {
  if (history_.empty()) next(1);
  const auto index = index_of(name);
  history_.back().values.push_back({index, value.detach(), static_cast<double>(history_.back().samples)});
}

void LogBuffer::add(std::string_view name, double value) {
  if (history_.empty()) next(1);
  const auto index = index_of(name);
  history_.back().values.push_back({index, value, 1.0});
}

double LogBuffer::number(Value& value) {
  if (auto* tensor = std::get_if<at::Tensor>(&value.value)) value.value = tensor->item<double>();
  return std::get<double>(value.value);
}

std::optional<double> LogBuffer::current(std::string_view name) {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end() || history_.empty()) return {};
  const auto index = static_cast<std::size_t>(found - names_.begin());
  for (auto& value : history_.back().values) {
    if (value.name == index) return number(value);
  }
  return {};
}

std::vector<std::pair<std::string, double>> LogBuffer::averages(std::int64_t window) {
  const auto count = window <= 0 ? history_.size()
                                 : std::min<std::size_t>(history_.size(), static_cast<std::size_t>(window));
  std::vector<double> sum(names_.size(), 0), weight(names_.size(), 0);
  for (auto it = history_.end() - static_cast<std::ptrdiff_t>(count); it != history_.end(); ++it) {
    for (auto& value : it->values) {
      sum[value.name] += number(value) * value.weight;
      weight[value.name] += value.weight;
    }
  }
  std::vector<std::pair<std::string, double>> all;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (weight[i] > 0) all.emplace_back(names_[i], sum[i] / weight[i]);
  }
  return all;
}

}  // namespace ph
