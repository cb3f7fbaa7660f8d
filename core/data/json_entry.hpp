#pragma once
// For .cpp files that read annotations: members of JSON objects with their place for messages.
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "config/error.hpp"
#include "config/node.hpp"

namespace ph {

/// A member with its place for messages: "ann.json: annotation 5: \"bbox\"".
struct JsonField {
  const Json* value;
  std::string where;

  [[nodiscard]] Error error(const std::string& expected, std::string advice = {}) const {
    std::string found = value->dump();
    if (found.size() > 60) found = found.substr(0, 57) + "...";
    return Error(ErrorKind::data, where + " is wrong", found, expected, std::move(advice));
  }
  [[nodiscard]] std::int64_t integer() const {
    const bool large = value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t{INT64_MAX};
    if (!value->is_number_integer() || large) throw error("a whole number of at most 64 bits");
    return value->get<std::int64_t>();
  }
  [[nodiscard]] double number() const {
    const double read = value->is_number() ? value->get<double>() : NAN;
    if (!std::isfinite(read)) throw error("a number", "points that are not labelled have x, y, v = 0");
    return read;
  }
  [[nodiscard]] JsonField operator[](std::size_t i) const {
    return {&(*value)[i], where + "[" + std::to_string(i) + "]"};
  }
};

/// An object of one of the lists.
class JsonEntry {
 public:
  JsonEntry(const std::string& file, const char* kind, const Json& json)
      : json_(json), where_(file + ": " + kind) {
    if (!json.is_object()) throw JsonField{&json, where_}.error("an object");
    if (const auto id = json.find("id"); id != json.end()) where_ += " " + id->dump();
  }
  /// For lists whose entries have no id.
  JsonEntry(const std::string& file, std::size_t number, const Json& json)
      : json_(json), where_(file + ": entry " + std::to_string(number)) {
    if (!json.is_object()) throw JsonField{&json, where_}.error("an object");
  }
  [[nodiscard]] std::optional<JsonField> find(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return std::nullopt;
    return JsonField{&*found, where_ + ": \"" + key + "\""};
  }
  [[nodiscard]] JsonField at(const char* key) const {
    if (const auto field = find(key)) return *field;
    throw Error(ErrorKind::data, where_ + ": \"" + key + "\" is missing", "no such key",
                "it in every entry of the list");
  }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  const Json& json_;
  std::string where_;
};

}  // namespace ph
