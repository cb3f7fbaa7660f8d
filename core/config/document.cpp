#include "config/document.hpp"

#include <cmath>
#include <utility>

namespace ph {
namespace {

// Long values are cut: an error is a line that a person reads.
std::string cut(std::string text, std::size_t length) {
  if (text.size() <= length) return text;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;  // whole UTF-8
  return text.substr(0, length) + "…";
}

}  // namespace

std::string child_pointer(std::string_view pointer, std::string_view key) {
  std::string out(pointer);
  out += '/';
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string child_pointer(std::string_view pointer, std::size_t index) {
  return std::string(pointer) + "/" + std::to_string(index);
}

const Place* find_place(const Places& places, std::string_view pointer) {
  while (true) {
    const auto found = places.find(pointer);
    if (found != places.end()) return &found->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return nullptr;
    pointer = pointer.substr(0, slash);
  }
}

std::string place_text(const Place* place, std::string_view label, std::string_view pointer) {
  std::string text(label);
  if (place != nullptr && place->source) {
    text = *place->source;
    if (place->line > 0) text += ":" + std::to_string(place->line);
  }
  if (pointer.empty()) return text;
  if (!text.empty()) text += ": ";
  return text + std::string(pointer);
}

void erase_places(Places& places, const std::string& pointer) {
  places.erase(pointer);
  const std::string prefix = pointer + "/";
  auto first = places.lower_bound(prefix);
  while (first != places.end() && first->first.compare(0, prefix.size(), prefix) == 0) {
    first = places.erase(first);
  }
}

void copy_places(const Places& source, const std::string& pointer, Places& target, const std::string& to) {
  if (const auto own = source.find(pointer); own != source.end()) target[to] = own->second;
  const std::string prefix = pointer + "/";
  for (auto at = source.lower_bound(prefix);
       at != source.end() && at->first.compare(0, prefix.size(), prefix) == 0; ++at) {
    target[to + at->first.substr(pointer.size())] = at->second;
  }
}

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string describe(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    case Json::value_t::string:
      return "the string " + cut(json_text(value), 120);
    case Json::value_t::array:
      if (value.empty()) return "an empty list";
      return "the list " + cut(json_text(value), 80);
    case Json::value_t::object: {
      if (value.empty()) return "an empty object";
      std::string keys;
      for (const auto& [key, member] : value.items()) keys += (keys.empty() ? "" : ", ") + key;
      return "an object with " + cut(keys, 80);
    }
    default:
      return "the number " + json_text(value);
  }
}

bool is_whole(const Json& value) noexcept {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>() <= INT64_MAX;
  if (value.is_number_integer()) return true;
  if (!value.is_number_float()) return false;
  const double number = value.get<double>();
  return std::abs(number) <= 9007199254740992.0 && std::floor(number) == number;
}

}  // namespace ph
