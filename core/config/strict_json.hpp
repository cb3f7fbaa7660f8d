#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ph {

/// Parses JSON that a program wrote (notes, headers): no comments, no duplicate keys, valid UTF-8,
/// nested at most `max_depth` deep, at most `max_members` members an object (nlohmann's
/// ordered_json finds a key in linear time, so that a hostile object would cost quadratic time).
/// Throws std::invalid_argument with a one-line reason. Include in .cpp files only.
template <class J>
[[nodiscard]] J parse_strict_json(std::string_view text, std::size_t max_depth = 64,
                                  std::size_t max_members = 4096) {
  std::vector<std::set<std::string>> keys;  // one set for each open object
  std::size_t depth = 0;
  const auto on_event = [&](int, typename J::parse_event_t event, J& parsed) {
    using Event = typename J::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (++depth > max_depth) throw std::invalid_argument("nested deeper than " + std::to_string(max_depth));
      if (event == Event::object_start) keys.emplace_back();
    } else if (event == Event::object_end || event == Event::array_end) {
      --depth;
      if (event == Event::object_end) keys.pop_back();
    } else if (event == Event::key) {
      const auto& key = parsed.template get_ref<const std::string&>();
      if (!keys.back().insert(key).second)
        throw std::invalid_argument("the key \"" + key + "\" is there twice");
      if (keys.back().size() > max_members) {
        throw std::invalid_argument("an object with more than " + std::to_string(max_members) + " members");
      }
    }
    return true;
  };
  try {
    return J::parse(text.begin(), text.end(), on_event);
  } catch (const typename J::exception& error) {
    // Without nlohmann's own prefix "[json.exception.parse_error.101] ".
    const std::string what = error.what();
    const auto end = what.find("] ");
    throw std::invalid_argument("no valid JSON: " + (end == std::string::npos ? what : what.substr(end + 2)));
  }
}

}  // namespace ph
