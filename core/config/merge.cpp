#include "config/merge.hpp"

#include <algorithm>

namespace ph {
namespace {

constexpr const char* delete_key = "_delete_";

class Merge {
 public:
  Merge(ParsedText& base, const ParsedText& child) : base_{base}, child_{child} {}

  void members(Json& base, const Json& child, const std::string& pointer) {
    for (const auto& [key, value] : child.items()) {
      const std::string at = child_pointer(pointer, key);
      if (key == delete_key) continue;
      const bool merges =
          value.is_object() && base.contains(key) && !base[key].is_null() && !replaces(value, at);
      if (!merges) {
        base[key] = stripped(value, at);
        erase_places(base_.places, at);
        copy_places(child_.places, at, base_.places, at);
        continue;
      }
      if (!base[key].is_object()) throw not_an_object(base[key], at);
      // Its line is where it was last written to.
      if (const auto place = child_.places.find(at); place != child_.places.end())
        base_.places[at] = place->second;
      members(base[key], value, at);
    }
  }

  [[nodiscard]] Json stripped(const Json& value, const std::string& pointer) const {
    if (value.is_array()) {
      Json list = Json::array();
      for (std::size_t i = 0; i < value.size(); ++i)
        list.push_back(stripped(value[i], child_pointer(pointer, i)));
      return list;
    }
    if (!value.is_object()) return value;
    static_cast<void>(replaces(value, pointer));  // checks its type
    Json object = Json::object();
    for (const auto& [key, member] : value.items()) {
      if (key != delete_key) object[key] = stripped(member, child_pointer(pointer, key));
    }
    return object;
  }

 private:
  [[nodiscard]] bool replaces(const Json& object, const std::string& pointer) const {
    const auto flag = object.find(delete_key);
    if (flag == object.end()) return false;
    if (flag->is_boolean()) return flag->get<bool>();
    throw Error(ErrorKind::config, child_place(child_pointer(pointer, delete_key)) + ": wrong type",
                describe(*flag), "true or false");
  }

  [[nodiscard]] std::string child_place(const std::string& pointer) const {
    return place_text(find_place(child_.places, pointer), {}, pointer);
  }

  [[nodiscard]] Error not_an_object(const Json& base, const std::string& pointer) const {
    return Error(
        ErrorKind::config, child_place(pointer) + ": an object over something else",
        "the base has " + describe(base) + " (" + place_text(find_place(base_.places, pointer), {}, {}) + ")",
        "an object in the base too", "add \"_delete_\": true to the object to replace the base's value");
  }

  ParsedText& base_;
  const ParsedText& child_;
};

}  // namespace

void merge_over(ParsedText& base, const ParsedText& child) {
  Merge(base, child).members(base.value, child.value, "");
  if (const auto place = child.places.find(""); place != child.places.end()) base.places[""] = place->second;
}

void join_bases(ParsedText& bases, const ParsedText& other) {
  for (const auto& [key, value] : other.value.items()) {
    const std::string at = child_pointer("", key);
    if (bases.value.contains(key)) {
      throw Error(ErrorKind::config,
                  place_text(find_place(other.places, at), {}, at) + ": the key is in two _base_ files",
                  "also in " + place_text(find_place(bases.places, at), {}, {}),
                  "each top-level key in one base", "let one base name the other as its _base_");
    }
    bases.value[key] = value;
    copy_places(other.places, at, bases.places, at);
  }
}

}  // namespace ph
