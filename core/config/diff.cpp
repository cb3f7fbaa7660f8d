#include "config/diff.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "config/document.hpp"
#include "config/load.hpp"

namespace ph {
namespace {

constexpr std::size_t max_matched = 1000;  // elements of a list; the matching takes the square of it

/// A value and how it may be shown.
struct Side {
  const Json& value;
  const Json& shown;
  [[nodiscard]] std::string text() const { return json_text(shown); }
  [[nodiscard]] Side at(const std::string& key) const { return {value[key], shown[key]}; }
  [[nodiscard]] Side at(std::size_t index) const { return {value[index], shown[index]}; }
};

/// By which elements of two lists are recognised.
std::string name_of(const Json& element) {
  if (element.is_object()) {
    const auto type = element.find("type");
    return type != element.end() && type->is_string() ? "type " + type->get<std::string>() : "object";
  }
  return json_text(element);
}

bool holds_containers(const Json& list) {
  return std::any_of(list.begin(), list.end(), [](const Json& element) { return element.is_structured(); });
}

/// Pairs of indices of a longest common subsequence of the elements' names.
std::vector<std::pair<std::size_t, std::size_t>> match(const Json& a, const Json& b) {
  std::vector<std::string> left, right;
  for (const auto& element : a) left.push_back(name_of(element));
  for (const auto& element : b) right.push_back(name_of(element));
  std::vector<std::vector<std::size_t>> length(left.size() + 1, std::vector<std::size_t>(right.size() + 1));
  for (std::size_t i = left.size(); i-- > 0;) {
    for (std::size_t j = right.size(); j-- > 0;) {
      length[i][j] =
          left[i] == right[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
    if (left[i] == right[j]) {
      pairs.emplace_back(i++, j++);
    } else if (length[i + 1][j] >= length[i][j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return pairs;
}

class Diff {
 public:
  void value(Side a, const std::string& at_a, Side b, const std::string& at_b) {
    if (a.value == b.value) return;
    if (a.value.is_object() && b.value.is_object()) return members(a, at_a, b, at_b);
    const bool lists = a.value.is_array() && b.value.is_array();
    if (lists && (holds_containers(a.value) || holds_containers(b.value)) &&
        std::max(a.value.size(), b.value.size()) <= max_matched) {
      return elements(a, at_a, b, at_b);
    }
    changes_.push_back({ConfigChange::changed, at_b, a.text(), b.text()});
  }
  std::vector<ConfigChange> take() { return std::move(changes_); }

 private:
  void removed(Side a, const std::string& at) {
    changes_.push_back({ConfigChange::removed, at, a.text(), {}});
  }
  void added(Side b, const std::string& at) { changes_.push_back({ConfigChange::added, at, {}, b.text()}); }

  void members(Side a, const std::string& at_a, Side b, const std::string& at_b) {
    for (const auto& [key, member] : a.value.items()) {
      if (b.value.contains(key)) {
        value(a.at(key), child_pointer(at_a, key), b.at(key), child_pointer(at_b, key));
      } else {
        removed(a.at(key), child_pointer(at_a, key));
      }
    }
    for (const auto& [key, member] : b.value.items()) {
      if (!a.value.contains(key)) added(b.at(key), child_pointer(at_b, key));
    }
  }

  void elements(Side a, const std::string& at_a, Side b, const std::string& at_b) {
    auto pairs = match(a.value, b.value);
    pairs.emplace_back(a.value.size(), b.value.size());
    std::size_t i = 0, j = 0;
    for (const auto& [next_i, next_j] : pairs) {
      // Between two matches: as many as there are on both sides were changed, the rest came or went.
      for (; i < next_i && j < next_j; ++i, ++j)
        value(a.at(i), child_pointer(at_a, i), b.at(j), child_pointer(at_b, j));
      for (; i < next_i; ++i) removed(a.at(i), child_pointer(at_a, i));
      for (; j < next_j; ++j) added(b.at(j), child_pointer(at_b, j));
      if (i == a.value.size() || j == b.value.size()) continue;
      value(a.at(i), child_pointer(at_a, i), b.at(j), child_pointer(at_b, j));
      ++i;
      ++j;
    }
  }

  std::vector<ConfigChange> changes_;
};

}  // namespace

std::vector<ConfigChange> diff_configs(const Node& first, const Node& second) {
  const auto shown_first = masked_json(first), shown_second = masked_json(second);
  Diff diff;
  diff.value({first.json(), shown_first}, first.path(), {second.json(), shown_second}, second.path());
  return diff.take();
}

}  // namespace ph
