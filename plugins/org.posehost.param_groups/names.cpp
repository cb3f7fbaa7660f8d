// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

#include <algorithm>
#include <array>

#include <posehost/failure.hpp>

namespace {

constexpr std::array<std::string_view, 5> carried_along{"absolute_pos_embed", "relative_position_bias_table",
                                                        "pos_embed", "cls_token", "mask_token"};

// Fewest edits that turn `pattern` into `text`, or into some part of it (Sellers): a row of the table per
// character.
std::size_t edits(std::string_view pattern, std::string_view text, bool to_a_part) {
  std::vector<std::size_t> row(pattern.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
  std::size_t best = row.back();
  for (std::size_t k = 0; k < text.size(); ++k) {
    std::size_t diagonal = row[0];
    row[0] = to_a_part ? 0 : k + 1;  // a part may begin anywhere
    for (std::size_t i = 1; i < row.size(); ++i) {
      const std::size_t replaced = diagonal + (pattern[i - 1] == text[k] ? 0 : 1);
      diagonal = row[i];
      row[i] = std::min({replaced, row[i] + 1, row[i - 1] + 1});
    }
    best = std::min(best, row.back());
  }
  return to_a_part ? best : row.back();
}

std::string nearest(std::string_view pattern, std::vector<std::string> names) {
  constexpr std::size_t shown = 3;
  std::stable_sort(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return edits(pattern, a, true) < edits(pattern, b, true);
  });
  std::string all;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) all += (i ? ", " : "") + names[i];
  return all;
}

}  // namespace

bool check_used(const char* argument, std::string_view part, const std::vector<std::string>& names) {
  if (part.empty())
    throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                      std::string(argument) + " has an empty key; expected part of a name");
  if (std::any_of(names.begin(), names.end(), [&](const auto& name) { return contains(name, part); }))
    return true;
  if (std::find(carried_along.begin(), carried_along.end(), part) != carried_along.end()) return false;
  throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                    std::string(argument) + " \"" + std::string(part) +
                        "\" is in the name of no parameter; expected part of a name, such as " +
                        nearest(part, names));
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t fewest = word.size() / 2 + 1;
  for (const auto& candidate : known) {
    const auto n = edits(word, candidate, false);
    if (n < fewest) {
      fewest = n;
      best = candidate;
    }
  }
  return best;
}
