// SPDX-License-Identifier: Apache-2.0
//
// Parts of parameters' names in a config, and what somebody meant who misspelt one.
#pragma once
#include <string>
#include <string_view>
#include <vector>

inline bool contains(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

// Throws, with the names that come nearest, if `part` is in none of `names`: a spelling mistake would go
// unnoticed otherwise. `argument` names it in the message. False, without a throw, for the parts that
// configs of transformers carry along whether the network has them or not.
bool check_used(const char* argument, std::string_view part, const std::vector<std::string>& names);

// The word of `known` that needs the fewest edits, "" if none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);
