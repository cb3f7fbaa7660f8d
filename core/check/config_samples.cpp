#include "check/config_samples.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>

namespace ph {
namespace {

/// A number of the schema as a double, or `otherwise`.
double bound(const Json& schema, const char* key, double otherwise) {
  const auto found = schema.find(key);
  return found == schema.end() ? otherwise : found->get<double>();
}

std::vector<std::string> types_of(const Json& schema) {
  const auto type = schema.find("type");
  if (type == schema.end()) return {};
  if (type->is_string()) return {type->get<std::string>()};
  return type->get<std::vector<std::string>>();
}

bool fits(const Json& schema, double value) {
  const double infinity = INFINITY;
  return value >= bound(schema, "minimum", -infinity) && value <= bound(schema, "maximum", infinity) &&
         value > bound(schema, "exclusiveMinimum", -infinity) &&
         value < bound(schema, "exclusiveMaximum", infinity);
}

class Sampler {
 public:
  Sampler(Draw& draw, bool minimal) : draw_{draw}, minimal_{minimal} {}

  Json value(const Json& schema) {
    if (const auto one = schema.find("const"); one != schema.end()) return *one;
    if (const auto list = schema.find("oneOf"); list != schema.end())
      return (*list)[draw_.below(list->size())]["const"];
    auto types = types_of(schema);
    const auto list = schema.find("enum");
    if (list != schema.end() && (!schema.contains("items") || minimal_ || draw_.chance(0.5))) {
      return (*list)[draw_.below(list->size())];
    }
    if (types.empty()) return schema.value("default", Json());
    const auto type = types[minimal_ ? types.size() - 1 : draw_.below(types.size())];
    if (type == "boolean") return draw_.chance(0.5);
    if (type == "integer") return integer(schema);
    if (type == "number") return number(schema);
    if (type == "string") return string();
    if (type == "array") return array(schema);
    if (type == "object") return object(schema);
    return nullptr;
  }

  Json object(const Json& schema) {
    Json made = Json::object();
    const auto properties = schema.find("properties");
    const auto required = schema.value("required", Json::array());
    if (properties != schema.end()) {
      for (const auto& [name, property] : properties->items()) {
        const bool needed = std::find(required.begin(), required.end(), Json(name)) != required.end();
        if (needed || (!minimal_ && draw_.chance(0.6))) made[name] = value(property);
      }
    }
    const auto others = schema.find("additionalProperties");
    if (!minimal_ && others != schema.end() && others->is_object()) {
      for (auto n = draw_.below(4); n > 0; --n) made["key" + std::to_string(n)] = value(*others);
    }
    return made;
  }

 private:
  Json number(const Json& schema) {
    const double low =
        std::max(bound(schema, "minimum", -INFINITY), bound(schema, "exclusiveMinimum", -INFINITY));
    const double high =
        std::min(bound(schema, "maximum", INFINITY), bound(schema, "exclusiveMaximum", INFINITY));
    for (int round = 0; round < 64; ++round) {
      double value = 0;
      const auto way = minimal_ ? 0 : draw_.below(6);
      if (way == 1) value = low;
      if (way == 2) value = high;
      if (way == 3) value = 0;
      if (way == 4 && std::isfinite(low) && std::isfinite(high)) value = low + draw_.unit() * (high - low);
      if (way == 5) value = std::pow(10.0, draw_.unit() * 12 - 9);
      if (way == 0)
        value = std::isfinite(low) && std::isfinite(high) ? low + (0.25 + 0.5 * draw_.unit()) * (high - low)
                                                          : 0.01 + draw_.unit();
      if (way == 0 && !fits(schema, value) && std::isfinite(low)) value = low + 1;
      if (std::isfinite(value) && fits(schema, value)) return value;
    }
    return schema.value("default", Json(std::isfinite(low) ? low + 0.5 : 0.5));
  }

  Json integer(const Json& schema) {
    const double low = std::max(bound(schema, "minimum", -1e15), bound(schema, "exclusiveMinimum", -1e15));
    const double high = std::min(bound(schema, "maximum", 1e15), bound(schema, "exclusiveMaximum", 1e15));
    for (int round = 0; round < 64; ++round) {
      double value = 0;
      const auto way = minimal_ ? 0 : draw_.below(5);
      if (way == 0) value = std::clamp(1.0 + static_cast<double>(draw_.below(4)), low, std::max(low, high));
      if (way == 1) value = std::max(low, -100.0);
      if (way == 2) value = std::min(high, 1e6);
      if (way == 3) value = static_cast<double>(draw_.below(20));
      if (way == 4) value = std::max(low, 0.0) + static_cast<double>(draw_.below(1000));
      if (fits(schema, value)) return static_cast<std::int64_t>(value);
    }
    return schema.value("default", Json(static_cast<std::int64_t>(low > -1e15 ? low : 0)));
  }

  // Nothing that begins with a slash: what a component writes stays in the folder of the check.
  Json string() {
    static const std::vector<std::string> words{
        "a", "word", "two words", "", "ümläut-ß", "with\"quotes\"", "line\nbreak", "1e-3", "null", "%s%n"};
    if (minimal_) return words[1];
    if (draw_.chance(0.05)) return std::string(3000, 'x');
    return words[draw_.below(words.size())];
  }

  Json array(const Json& schema) {
    const auto least = static_cast<std::size_t>(bound(schema, "minItems", 0));
    const auto most = static_cast<std::size_t>(bound(schema, "maxItems", static_cast<double>(least + 4)));
    const auto n = minimal_ ? std::min(std::max<std::size_t>(least, 1), most)
                            : least + draw_.below(std::min<std::size_t>(most - least, 8) + 1);
    Json made = Json::array();
    const auto items = schema.value("items", Json::object());
    for (std::size_t i = 0; i < n; ++i) made.push_back(items.empty() ? Json(0.5) : value(items));
    // Milestones and their like have to ascend, which no schema can say.
    const bool numbers = std::all_of(made.begin(), made.end(), [](const Json& v) { return v.is_number(); });
    if (numbers && draw_.chance(0.7)) std::sort(made.begin(), made.end());
    return made;
  }

  Draw& draw_;
  bool minimal_;
};

class Breaker {
 public:
  Breaker(const Json& valid, std::vector<BrokenArgs>& out) : valid_{valid}, out_{out} {}

  void visit(const Json& schema, const Json& value, const Json::json_pointer& at, int depth) {
    if (depth > 8) return;
    types(schema, value, at);
    choices(schema, value, at);
    if (value.is_number()) ranges(schema, at);
    if (value.is_array()) lists(schema, value, at, depth);
    if (value.is_object()) objects(schema, value, at, depth);
  }

 private:
  void put(const Json::json_pointer& at, Json instead, const std::string& what) {
    Json copy = valid_;
    copy[at] = std::move(instead);
    out_.push_back({std::move(copy), at.to_string() + ": " + what});
  }

  void types(const Json& schema, const Json& value, const Json::json_pointer& at) {
    const auto known = types_of(schema);
    if (known.empty() && !schema.contains("enum") && !schema.contains("const") && !schema.contains("oneOf"))
      return;
    const auto allowed = [&](std::initializer_list<const char*> names) {
      return std::any_of(names.begin(), names.end(), [&](const char* name) {
        return std::find(known.begin(), known.end(), name) != known.end();
      });
    };
    if (!known.empty()) {
      if (!allowed({"null"})) put(at, nullptr, "null");
      if (!allowed({"boolean"})) put(at, true, "a boolean");
      if (!allowed({"string"})) put(at, "0.5", "a string");
      if (!allowed({"number"})) put(at, 0.5, "a fraction");
      if (!allowed({"number", "integer"})) put(at, 1, "an integer");
      if (!allowed({"array"})) put(at, Json::array({value}), "a list");
      if (!allowed({"object"})) put(at, Json{{"value", value}}, "an object");
    }
  }

  void choices(const Json& schema, const Json& value, const Json::json_pointer& at) {
    const bool closed = schema.contains("const") || schema.contains("oneOf") ||
                        (schema.contains("enum") && !(value.is_array() && schema.contains("items")));
    if (closed && value.is_string()) put(at, value.get<std::string>() + "?", "not one of the choices");
    if (closed && value.is_number()) put(at, 987654321, "not one of the choices");
  }

  void ranges(const Json& schema, const Json::json_pointer& at) {
    const auto whole = types_of(schema) == std::vector<std::string>{"integer"};
    const auto beyond = [&](const char* key, double direction) {
      const auto limit = schema.find(key);
      if (limit == schema.end()) return;
      if (limit->is_number_integer() || whole) {
        const auto number = limit->get<std::int64_t>();
        if (number > INT64_MIN + 2 && number < INT64_MAX - 2) {
          put(at, number + static_cast<std::int64_t>(direction), std::string{"beyond its "} + key);
        }
      } else {
        put(at, std::nextafter(limit->get<double>(), direction * INFINITY), std::string{"beyond its "} + key);
      }
    };
    beyond("minimum", -1);
    beyond("maximum", 1);
    for (const char* key : {"exclusiveMinimum", "exclusiveMaximum"}) {
      if (schema.contains(key)) put(at, schema[key], std::string{"exactly its "} + key);
    }
  }

  void lists(const Json& schema, const Json& value, const Json::json_pointer& at, int depth) {
    const auto least = static_cast<std::size_t>(bound(schema, "minItems", 0));
    if (least > 0) {
      Json shorter = value;
      while (shorter.size() >= least) shorter.erase(shorter.size() - 1);
      put(at, std::move(shorter), "too few elements");
    }
    if (schema.contains("maxItems") && !value.empty()) {
      Json longer = value;
      while (longer.size() <= schema["maxItems"].get<std::size_t>()) longer.push_back(value[0]);
      put(at, std::move(longer), "too many elements");
    }
    if (schema.contains("items") && !value.empty()) {
      const auto last = value.size() - 1;
      visit(schema["items"], value[last], at / last, depth + 1);
    }
  }

  void objects(const Json& schema, const Json& value, const Json::json_pointer& at, int depth) {
    const auto others = schema.find("additionalProperties");
    if (others != schema.end() && others->is_boolean()) put(at / "no_such_key", 1, "an unknown key");
    for (const auto& name : schema.value("required", Json::array())) {
      Json without = value;
      without.erase(name.get<std::string>());
      put(at, std::move(without), "without " + name.get<std::string>());
    }
    const auto properties = schema.find("properties");
    for (const auto& [name, member] : value.items()) {
      const bool named = properties != schema.end() && properties->contains(name);
      if (!named && others != schema.end() && others->is_object())
        visit(*others, member, at / name, depth + 1);
    }
    if (properties == schema.end()) return;
    for (const auto& [name, property] : properties->items()) {
      if (value.contains(name)) visit(property, value[name], at / name, depth + 1);
    }
  }

  const Json& valid_;
  std::vector<BrokenArgs>& out_;
};

}  // namespace

std::uint64_t Draw::bits() noexcept {
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

Json minimal_args(const Json& schema, Draw& draw) { return Sampler{draw, true}.object(schema); }
Json random_args(const Json& schema, Draw& draw) { return Sampler{draw, false}.object(schema); }

std::vector<BrokenArgs> broken_args(const Json& schema, const Json& valid) {
  std::vector<BrokenArgs> all;
  Breaker{valid, all}.visit(schema, valid, Json::json_pointer{}, 0);
  return all;
}

}  // namespace ph
