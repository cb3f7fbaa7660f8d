#include "import/simple_yaml.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "import/utf8_text.hpp"

namespace ph {
namespace {

constexpr int kDepth = 32;
constexpr std::size_t kMaxMembers = 4096;

struct Line {
  std::size_t indent, number;
  std::string_view text;
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

// Up to a comment: a '#' at the start or after a blank, outside of quotes.
std::string_view without_comment(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '"' || text[i] == '\'') {
      if (i == 0 || std::string_view(" [{,:-").find(text[i - 1]) != std::string_view::npos) quote = text[i];
    } else if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) {
      return text.substr(0, i);
    }
  }
  return text;
}

// The ':' that ends a key: followed by a blank or the end. Keys may hold others (C:\video.avi).
std::size_t key_end(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (i == 0 && (text[i] == '"' || text[i] == '\'')) {
      quote = text[i];
    } else if (text[i] == ':' && (i + 1 == text.size() || text[i + 1] == ' ')) {
      return i;
    }
  }
  return std::string_view::npos;
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& name) : name_(name) {
    std::size_t number = 0;
    text = utf8_text(text, name);
    for (std::size_t begin = 0; begin < text.size();) {
      const auto end = std::min(text.find('\n', begin), text.size());
      const auto line = without_comment(text.substr(begin, end - begin));
      begin = end + 1;
      ++number;
      const auto bare = trim(line);
      if (bare.empty() || bare == "---" || bare.starts_with("%YAML")) continue;
      const auto indent = line.find_first_not_of(' ');
      if (line[indent] == '\t') throw wrong(number, bare, "blanks, no tab, before a key");
      lines_.push_back({indent, number, bare});
    }
  }

  Json document() {
    if (lines_.empty()) return Json::object();
    auto value = block(lines_[0].indent, 0);
    if (at_ < lines_.size()) throw wrong(lines_[at_].number, lines_[at_].text, "lines of one indentation");
    return value;
  }

 private:
  [[nodiscard]] Error wrong(std::size_t number, std::string_view found, const std::string& expected) const {
    return Error(ErrorKind::data, name_ + ":" + std::to_string(number) + ": not understood",
                 std::string(found.substr(0, 80)), expected,
                 "write it in plain YAML: key: value, - item, [a, b]");
  }

  // Lines from at_ on that are indented by `indent`.
  Json block(std::size_t indent, int depth) {
    if (depth > kDepth) throw wrong(lines_[at_].number, lines_[at_].text, "at most 32 levels");
    const auto& text = lines_[at_].text;
    if (text == "-" || text.starts_with("- ")) return list(indent, depth);
    if (text.front() != '[' && text.front() != '{' && key_end(text) != std::string_view::npos)
      return map(indent, depth);
    const auto& line = lines_[at_++];
    return scalar(line.number, line.text);
  }

  Json list(std::size_t indent, int depth) {
    Json all = Json::array();
    while (at_ < lines_.size() && lines_[at_].indent == indent &&
           (lines_[at_].text == "-" || lines_[at_].text.starts_with("- "))) {
      auto& line = lines_[at_];
      const auto rest = trim(line.text.substr(1));
      if (rest.empty()) {
        ++at_;
        all.push_back(below(indent, depth));
      } else if (rest.starts_with("- ") ||
                 (key_end(rest) != std::string_view::npos && rest.front() != '[' && rest.front() != '{')) {
        // The item begins on the line of its dash: the same line, further in.
        line.indent += line.text.size() - rest.size();
        line.text = rest;
        all.push_back(block(line.indent, depth + 1));
      } else {
        all.push_back(scalar(line.number, rest));
        ++at_;
      }
    }
    return all;
  }

  Json map(std::size_t indent, int depth) {
    Json all = Json::object();
    while (at_ < lines_.size() && lines_[at_].indent == indent) {
      const auto line = lines_[at_];
      const auto end = key_end(line.text);
      if (end == std::string_view::npos) throw wrong(line.number, line.text, "key: value");
      const Json key = scalar(line.number, trim(line.text.substr(0, end)));
      const auto name = key.is_string() ? key.get<std::string>() : key.dump();
      if (all.contains(name) || all.size() >= kMaxMembers)
        throw wrong(line.number, line.text, "each key once, at most 4096");
      const auto rest = trim(line.text.substr(end + 1));
      ++at_;
      all[name] = rest.empty() ? below(indent, depth) : scalar(line.number, rest);
    }
    return all;
  }

  // What belongs to a key or dash without a value of its own; lists may stand at the key's indentation.
  Json below(std::size_t indent, int depth) {
    if (at_ >= lines_.size()) return nullptr;
    const auto& next = lines_[at_];
    const bool list_here = next.indent == indent && (next.text == "-" || next.text.starts_with("- "));
    if (next.indent > indent || list_here) return block(next.indent, depth + 1);
    return nullptr;
  }

  Json scalar(std::size_t number, std::string_view text) const {
    std::size_t at = 0;
    auto value = flow(number, text, at, 0, false);
    if (!trim(text.substr(at)).empty()) throw wrong(number, text, "one value");
    return value;
  }

  Json flow(std::size_t number, std::string_view text, std::size_t& at, int depth, bool inner) const {
    if (depth > kDepth) throw wrong(number, text, "at most 32 levels");
    while (at < text.size() && text[at] == ' ') ++at;
    if (at >= text.size()) return nullptr;
    if (text[at] == '[' || text[at] == '{') return collection(number, text, at, depth);
    if (text[at] == '"' || text[at] == '\'') return quoted(number, text, at);
    if (std::string_view("&*!|>@`").find(text[at]) != std::string_view::npos)
      throw wrong(number, text, "no anchors, tags or texts over several lines");
    const auto begin = at;
    while (at < text.size() &&
           !(inner && (text[at] == ',' || text[at] == ']' || text[at] == '}' ||
                       (text[at] == ':' && (at + 1 == text.size() || text[at + 1] == ' ')))))
      ++at;
    return plain(trim(text.substr(begin, at - begin)));
  }

  Json collection(std::size_t number, std::string_view text, std::size_t& at, int depth) const {
    const bool map = text[at++] == '{';
    const char closing = map ? '}' : ']';
    Json all = map ? Json::object() : Json::array();
    for (;;) {
      while (at < text.size() && text[at] == ' ') ++at;
      if (at >= text.size())
        throw wrong(number, text, std::string("a closing ") + closing + " on the same line");
      if (text[at] == closing) break;
      auto value = flow(number, text, at, depth + 1, true);
      while (at < text.size() && text[at] == ' ') ++at;
      if (map) {
        if (at >= text.size() || text[at] != ':' || all.size() >= kMaxMembers)
          throw wrong(number, text, "{key: value}");
        ++at;
        const auto name = value.is_string() ? value.get<std::string>() : value.dump();
        all[name] = flow(number, text, at, depth + 1, true);
        while (at < text.size() && text[at] == ' ') ++at;
      } else {
        all.push_back(std::move(value));
      }
      if (at < text.size() && text[at] == ',') {
        ++at;
      } else if (at >= text.size() || text[at] != closing) {
        throw wrong(number, text, std::string("a comma or a closing ") + closing);
      }
    }
    ++at;
    return all;
  }

  Json quoted(std::size_t number, std::string_view text, std::size_t& at) const {
    const char quote = text[at++];
    std::string value;
    for (; at < text.size(); ++at) {
      if (text[at] == quote) {
        if (quote != '\'' || at + 1 >= text.size() || text[at + 1] != '\'') {
          ++at;
          return value;
        }
        ++at;
      } else if (quote == '"' && text[at] == '\\' && at + 1 < text.size()) {
        ++at;
        value += text[at] == 'n' ? '\n' : text[at] == 't' ? '\t' : text[at];
        continue;
      }
      value += text[at];
    }
    throw wrong(number, text, "a closing quote on the same line");
  }

  static Json plain(std::string_view text) {
    if (text.empty() || text == "null" || text == "~" || text == "Null") return nullptr;
    if (text == "true" || text == "True") return true;
    if (text == "false" || text == "False") return false;
    const auto* end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto [stop, error] = std::from_chars(text.data(), end, whole);
        error == std::errc() && stop == end)
      return whole;
    double number = 0;
    if (const auto [stop, error] = std::from_chars(text.data(), end, number);
        error == std::errc() && stop == end && std::isfinite(number))
      return number;
    return std::string(text);
  }

  const std::string& name_;
  std::vector<Line> lines_;
  std::size_t at_ = 0;
};

}  // namespace

Json parse_simple_yaml(std::string_view text, const std::string& name) {
  return Parser(text, name).document();
}

}  // namespace ph
