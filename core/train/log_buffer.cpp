#include "train/log_buffer.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "config/node.hpp"

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
  history_.back().values.push_back(
      {index, value.detach(), static_cast<double>(history_.back().samples), false});
}

void LogBuffer::add(std::string_view name, double value) {
  if (history_.empty()) next(1);
  const auto index = index_of(name);
  history_.back().values.push_back({index, value, 1.0, true});
}

void LogBuffer::leave_out() {
  if (history_.empty()) return;
  for (auto& value : history_.back().values) {
    if (!value.timer) value.weight = 0;
  }
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
      if (value.weight == 0) continue;
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

std::string LogBuffer::state() {
  Json iterations = Json::array();
  for (auto& iteration : history_) {
    Json values = Json::array();
    for (auto& value : iteration.values) {
      if (const auto x = number(value); !value.timer && value.weight > 0 && std::isfinite(x))
        values.push_back({value.name, x, value.weight});
    }
    iterations.push_back({iteration.samples, std::move(values)});
  }
  return Json{{"names", names_}, {"iterations", std::move(iterations)}}.dump();
}

void LogBuffer::load_state(const std::string& text, const std::string& file) {
  clear();
  try {
    const auto json = Json::parse(text);
    names_ = json.at("names").get<std::vector<std::string>>();
    for (const auto& iteration : json.at("iterations")) {
      next(iteration.at(0).get<std::int64_t>());
      for (const auto& value : iteration.at(1)) {
        const auto name = value.at(0).get<std::size_t>();
        if (name >= names_.size()) throw std::out_of_range("name " + std::to_string(name));
        history_.back().values.push_back({name, value.at(1).get<double>(), value.at(2).get<double>(), false});
      }
    }
  } catch (const std::exception& problem) {
    throw Error(ErrorKind::data, file + ": its log of the epoch is damaged", problem.what(),
                "a checkpoint written by posehost", "use an older checkpoint");
  }
}

}  // namespace ph
