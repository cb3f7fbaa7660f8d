#include "train/group_table.hpp"

#include <algorithm>
#include <array>

#include "log/number_text.hpp"

namespace ph {
namespace {

constexpr std::array<const char*, 8> kHeads{"group",        "tensors",   "numbers",    "lr",
                                            "weight_decay", "optimizer", "parameters", "why"};
using Row = std::array<std::string, kHeads.size()>;

std::string value_of(const Optimizer& optimizer, const ParamGroup& group, std::int32_t role) {
  const auto index = optimizer.hyper_index(role);
  return index < 0 ? "-" : number_text(group.base[static_cast<std::size_t>(index)]);
}

// What differs from the optimizer's own arguments and has no column.
std::vector<std::string> other_values(const Optimizer& optimizer, const ParamGroup& group) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < group.base.size(); ++i) {
    const auto& hyper = optimizer.hypers()[i];
    if (hyper.role == PH_ROLE_LR || hyper.role == PH_ROLE_WEIGHT_DECAY || group.base[i] == hyper.initial)
      continue;
    all.push_back(hyper.name + " " + number_text(group.base[i]));
  }
  return all;
}

std::string reasons(const Optimizer& optimizer, const ParamGroup& group) {
  constexpr std::size_t limit = 3;
  auto parts = group.why;
  if (parts.size() > limit) {
    parts.resize(limit);
    parts.emplace_back("…");
  }
  for (auto& other : other_values(optimizer, group)) parts.push_back(std::move(other));
  std::string all;
  for (const auto& part : parts) all += (all.empty() ? "" : "; ") + part;
  return all;
}

std::string names(const std::string& first, const std::string& last) {
  return first == last ? first : first + " … " + last;
}

// Characters as a terminal shows them, not bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void append_aligned(const std::vector<Row>& rows, std::vector<std::string>& lines) {
  std::array<std::size_t, kHeads.size()> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - width_of(row[i]), ' ');
      const bool number = i < 3;
      line += "  " + (number ? gap + row[i] : row[i] + gap);
    }
    lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
  }
}

}  // namespace

std::vector<std::string> group_table(const OptimizerSet& optimizers) {
  std::vector<Row> rows(1);
  std::copy(kHeads.begin(), kHeads.end(), rows[0].begin());
  for (const auto& [part, optimizer, first] : optimizers.members()) {
    const auto type = (part.empty() ? "" : part + ": ") + optimizer->rule().component().name;
    for (std::size_t g = 0; g < optimizer->groups().size(); ++g) {
      const auto& group = optimizer->groups()[g];
      const auto& params = optimizer->params();
      rows.push_back({std::to_string(first + g), std::to_string(group.params.size()),
                      std::to_string(group.numel), value_of(*optimizer, group, PH_ROLE_LR),
                      value_of(*optimizer, group, PH_ROLE_WEIGHT_DECAY), type,
                      names(params[group.params.front()].facts.name, params[group.params.back()].facts.name),
                      reasons(*optimizer, group)});
    }
  }
  std::vector<std::string> lines{"Parameter groups:"};
  append_aligned(rows, lines);
  const auto& frozen = optimizers.frozen();
  if (!frozen.empty()) {
    lines.push_back("  frozen: " + std::to_string(frozen.size()) + " tensors, " +
                    names(*frozen.begin(), *frozen.rbegin()));
  }
  const auto& left_out = optimizers.left_out();
  if (!left_out.empty()) {
    lines.push_back("  in no optimizer, so not trained: " + std::to_string(left_out.size()) + " tensors, " +
                    names(left_out.front(), left_out.back()));
  }
  return lines;
}

}  // namespace ph
