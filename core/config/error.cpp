#include "config/error.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace ph {
namespace {

// Text from files ends up in messages: a terminal shall not act on what stands in it.
void append_clean(std::string& out, std::string_view text, std::string_view continuation) {
  for (const char c : text) {
    if (c == '\n') {
      out += continuation;
    } else {
      out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
  }
}

void append_part(std::string& out, std::string_view label, std::string_view text) {
  if (text.empty()) return;
  out += "\n  ";
  out += label;
  out.append(10 - label.size(), ' ');
  append_clean(out, text, "\n            ");
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Damerau-Levenshtein (restricted: no substring is edited twice), in three rows.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// One slip in three letters, at most four; a name that holds the other ("Adam", "AdamW") is near too.
bool is_near(const std::string& name, const std::string& other, std::size_t distance) {
  const std::size_t shorter = std::min(name.size(), other.size());
  if (distance <= std::clamp<std::size_t>(shorter / 3, 1, 4)) return distance < shorter;
  return shorter >= 4 && (other.find(name) != std::string::npos || name.find(other) != std::string::npos);
}

}  // namespace

Error::Error(ErrorKind kind, std::string summary, std::string found, std::string expected, std::string advice)
    : kind_{kind},
      summary_{std::move(summary)},
      found_{std::move(found)},
      expected_{std::move(expected)},
      advice_{std::move(advice)} {
  append_clean(text_, summary_, "\n");
  append_part(text_, "found", found_);
  append_part(text_, "expected", expected_);
  append_part(text_, "try", advice_);
}

int Error::exit_code() const noexcept {
  switch (kind_) {
    case ErrorKind::check_failed:
      return 1;
    case ErrorKind::usage:
    case ErrorKind::config:
      return 2;
    case ErrorKind::plugin:
      return 3;
    case ErrorKind::data:
      return 4;
    case ErrorKind::internal:
      return 5;
    case ErrorKind::environment:
      return 6;
    case ErrorKind::nan:
      return 7;
  }
  return 5;
}

std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& known,
                                       std::size_t limit) {
  constexpr std::size_t longest = 128;  // longer ones are no slip of a name, and the time is quadratic
  if (name.empty() || name.size() > longest) return {};
  const std::string wanted = lower(name);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& candidate : known) {
    if (candidate.empty() || candidate.size() > longest) continue;
    const std::string other = lower(candidate);
    const std::size_t distance = edit_distance(wanted, other);
    if (is_near(wanted, other, distance)) found.emplace_back(distance, candidate);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [distance, candidate] : found) {
    if (names.size() == limit) break;
    names.push_back(candidate);
  }
  return names;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known,
                         std::string_view otherwise) {
  const auto near = nearest_names(name, known);
  if (near.empty()) return std::string(otherwise);
  std::string text = "did you mean ";
  for (std::size_t i = 0; i < near.size(); ++i) {
    if (i > 0) text += i + 1 == near.size() ? " or " : ", ";
    text += "\"" + near[i] + "\"";
  }
  return text + "?";
}

}  // namespace ph
