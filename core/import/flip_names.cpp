#include "import/flip_names.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace ph {
namespace {

bool letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}
bool lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }

// A single L or R at `at` that stands for a side.
bool is_side_letter(const std::string& name, std::size_t at) {
  const char before = at > 0 ? name[at - 1] : '_', after = at + 1 < name.size() ? name[at + 1] : '_';
  if (name.size() == 1 || std::string("lrLR").find(name[at]) == std::string::npos) return false;
  if (!letter(before) && !letter(after)) return true;            // l_ear, ear_R, 1.L
  if (!upper(name[at])) return !letter(before) && upper(after);  // lEar
  return (!letter(before) && upper(after)) || (lower(before) && !letter(after));
}

// The name with side `from` replaced by `to` at each place where it stands; empty without any.
struct Sides {
  const char *from, *to;
};
constexpr Sides kWords[] = {{"left", "right"}, {"Left", "Right"}, {"LEFT", "RIGHT"}, {"左", "右"}};

std::string replace_word(std::string name, const std::string& from, const std::string& to) {
  const auto at = name.find(from);
  if (at == std::string::npos) return {};
  return name.replace(at, from.size(), to);
}

std::vector<std::string> mirrored(const std::string& name) {
  std::vector<std::string> all;
  for (const auto& [left, right] : kWords) {
    for (auto& text : {replace_word(name, left, right), replace_word(name, right, left)}) {
      if (!text.empty()) all.push_back(text);
    }
  }
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!is_side_letter(name, i)) continue;
    auto text = name;
    text[i] = name[i] == 'l' ? 'r' : name[i] == 'r' ? 'l' : name[i] == 'L' ? 'R' : 'L';
    all.push_back(text);
  }
  return all;
}

}  // namespace

FlipGuess guess_flip_pairs(const std::vector<std::string>& names) {
  FlipGuess guess;
  std::set<std::size_t> taken;
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (taken.contains(k)) continue;
    const auto candidates = mirrored(names[k]);
    bool found = false;
    for (const auto& candidate : candidates) {
      const auto other =
          static_cast<std::size_t>(std::find(names.begin(), names.end(), candidate) - names.begin());
      if (other == names.size() || other == k || taken.contains(other)) continue;
      taken.insert({k, other});
      guess.pairs.emplace_back(static_cast<int>(k), static_cast<int>(other));
      found = true;
      break;
    }
    if (!found && !candidates.empty()) guess.single.push_back(names[k]);
  }
  return guess;
}

}  // namespace ph
