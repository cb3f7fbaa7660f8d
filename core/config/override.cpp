#include "config/override.hpp"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace ph {
namespace {

std::string_view trim(std::string_view text, std::string_view what) {
  const auto first = text.find_first_not_of(what);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(what) - first + 1);
}

std::optional<std::size_t> list_index(const std::string& text) {
  std::size_t index = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return index;
}

class Override {
 public:
  Override(ParsedText& document, std::string option, std::string_view text) : document_{document} {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || trim(text.substr(0, equals), " ").empty()) {
      throw Error(ErrorKind::config, option + ": no KEY=VALUE", std::string(text), "key.sub_key=value",
                  option + " optimizer.lr=0.001");
    }
    key_ = trim(text.substr(0, equals), " ");
    value_ = text.substr(equals + 1);
    source_ = std::make_shared<const std::string>(option + " " + key_);
  }

  [[nodiscard]] const std::string& source() const { return *source_; }
  [[nodiscard]] std::string_view value_text() const { return value_; }

  void assign(const Json& value) {
    const auto keys = split_key(key_);
    Json* at = &document_.value;
    std::string pointer;
    for (std::size_t i = 0; i < keys.size(); ++i) at = &step(*at, pointer, keys[i]);
    *at = value;
    erase_places(document_.places, pointer);
    document_.places[pointer] = Place{source_};
  }

 private:
  Json& step(Json& at, std::string& pointer, const std::string& key) {
    if (key.empty()) throw Error(ErrorKind::config, *source_ + ": empty part in the key", key_, "a.b.c");
    if (at.is_array()) {
      const auto index = list_index(key);
      if (!index) throw error(pointer, "is a list", describe(at), "an index in place of \"" + key + "\"");
      if (*index >= at.size()) {
        throw error(pointer, "no element " + key, "a list of " + std::to_string(at.size()) + " elements",
                    at.empty() ? "a list with elements" : "0 to " + std::to_string(at.size() - 1));
      }
      pointer = child_pointer(pointer, *index);
      return at[*index];
    }
    if (at.is_null()) {
      at = Json::object();
      erase_places(document_.places, pointer);
      document_.places[pointer] = Place{source_};
    }
    if (!at.is_object())
      throw error(pointer, "has no members", describe(at), "an object, to set \"" + key + "\" in it");
    pointer = child_pointer(pointer, key);
    return at[key];
  }

  Error error(const std::string& pointer, const std::string& problem, const std::string& found,
              const std::string& expected) const {
    return Error(ErrorKind::config, *source_ + ": " + pointer + ": " + problem, found, expected);
  }

  ParsedText& document_;
  std::string key_;
  std::string_view value_;
  std::shared_ptr<const std::string> source_;
};

// JSON; a text that is none, and does not begin like some, is a string (--set runtime.device=cpu).
Json set_value(const Override& change) {
  const std::string_view text = trim(change.value_text(), " \t\n");
  if (text.empty())
    throw Error(ErrorKind::config, change.source() + ": no value", {}, "JSON; \"\" for an empty string");
  if (text == "True" || text == "False" || text == "None") {
    throw Error(ErrorKind::config, change.source() + ": not JSON", std::string(text), "true, false or null",
                "--cfg-options takes Python's spelling");
  }
  try {
    return parse_text(text, std::make_shared<const std::string>(change.source())).value;
  } catch (const Error& error) {
    if (error.summary().find("number too large") != std::string::npos) throw;
    const bool begins_like_json = text.find_first_of("{[\"") == 0;
    if (!begins_like_json) return std::string(text);
    throw Error(ErrorKind::config, change.source() + ": not JSON", std::string(text) + "\n" + error.found(),
                error.expected(), "quote the whole for the shell: --set 'a.b={\"c\": 1}'");
  }
}

// Python's int() and float() for plain decimal numbers.
std::optional<Json> python_number(std::string_view text, const std::string& source) {
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("+-.eE0123456789") != std::string_view::npos)
    return std::nullopt;
  const char* end = digits.data() + digits.size();
  if (digits.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t integer = 0;
    const auto [at, problem] = std::from_chars(digits.data(), end, integer);
    if (problem == std::errc() && at == end) return Json(integer);
    if (problem != std::errc::result_out_of_range) return std::nullopt;
  } else {
    double number = 0;
    const auto [at, problem] = std::from_chars(digits.data(), end, number);
    if (problem == std::errc() && at == end) return Json(number);
    if (problem != std::errc::result_out_of_range) return std::nullopt;
    // from_chars says the same of 1e-999, which is 0.
    if (std::abs(std::strtod(std::string(digits).c_str(), nullptr)) < 1) return Json(0.0);
  }
  throw Error(ErrorKind::config, source + ": number too large", std::string(text),
              "an integer of 64 bits, or a floating-point number up to 1.8e308");
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

Json mmcv_scalar(std::string_view text, const std::string& source) {
  if (auto number = python_number(text, source)) return *number;
  const std::string word = lower(text);
  if (word == "true") return true;
  if (word == "false") return false;
  if (text == "None") return nullptr;
  return std::string(text);
}

// The first comma outside all brackets, or the end.
std::size_t next_comma(std::string_view text, const std::string& source) {
  int depth = 0;
  std::size_t found = text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '[') ++depth;
    if (text[i] == ')' || text[i] == ']') --depth;
    if (depth < 0) break;
    if (text[i] == ',' && depth == 0 && found == text.size()) found = i;
  }
  if (depth != 0) {
    throw Error(ErrorKind::config, source + ": brackets do not match", std::string(text),
                "[1,2] or (1,2) or 1,2");
  }
  return found;
}

Json mmcv_nested(std::string_view text, const std::string& source, int depth) {
  if (depth > 32) throw Error(ErrorKind::config, source + ": nested too deep", {}, "at most 32 levels");
  text = trim(text, "'\" ");
  const bool is_list = text.size() >= 2 && ((text.front() == '(' && text.back() == ')') ||
                                            (text.front() == '[' && text.back() == ']'));
  if (is_list) {
    text = text.substr(1, text.size() - 2);
  } else if (text.find(',') == std::string_view::npos) {
    return mmcv_scalar(text, source);
  }
  Json values = Json::array();
  while (!text.empty()) {
    const auto comma = next_comma(text, source);
    values.push_back(mmcv_nested(text.substr(0, comma), source, depth + 1));
    text = comma < text.size() ? text.substr(comma + 1) : std::string_view();
  }
  return values;
}

}  // namespace

std::vector<std::string> split_key(std::string_view text) {
  const bool is_pointer = text.substr(0, 1) == "/";
  const char separator = is_pointer ? '/' : '.';
  if (is_pointer) text.remove_prefix(1);
  std::vector<std::string> keys(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == separator) {
      keys.emplace_back();
    } else if (is_pointer && text[i] == '~' && i + 1 < text.size() &&
               (text[i + 1] == '0' || text[i + 1] == '1')) {
      keys.back() += text[++i] == '0' ? '~' : '/';
    } else {
      keys.back() += text[i];
    }
  }
  return keys;
}

Json mmcv_value(std::string_view text, const std::string& source) { return mmcv_nested(text, source, 0); }

void apply_overrides(ParsedText& document, const ConfigOverrides& overrides) {
  for (const std::string& text : overrides.set) {
    Override change(document, "--set", text);
    change.assign(set_value(change));
  }
  for (const std::string& text : overrides.cfg_options) {
    Override change(document, "--cfg-options", text);
    change.assign(mmcv_value(change.value_text(), change.source()));
  }
}

}  // namespace ph
