// JSON text -> values with their places, through nlohmann's SAX parser over an iterator that counts
// lines. Comments (// and /* */) are allowed, duplicate keys are not.
#include <cstddef>
#include <iterator>
#include <limits>
#include <vector>

#include "config/document.hpp"
#include "config/template.hpp"

namespace ph {
namespace {

constexpr std::size_t max_depth = 200;

struct Progress {
  int line = 1;
  char last = 0;
};

/// An input iterator over bytes; copies share the count.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  CountingIterator(const char* at, Progress* progress) : at_{at}, progress_{progress} {}
  char operator*() const { return *at_; }
  CountingIterator& operator++() {
    progress_->last = *at_;
    if (*at_ == '\n') ++progress_->line;
    ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  Progress* progress_;
};

// "[json.exception.parse_error.101] parse error at line 3, column 5: syntax error while parsing object
// - unexpected string literal; expected '}'" -> the parts of our message.
Error syntax_error(const std::string& source, std::string text) {
  const auto between = [&](const std::string& from, const std::string& to) {
    const auto begin = text.find(from);
    if (begin == std::string::npos) return std::string();
    const auto end = to.empty() ? std::string::npos : text.find(to, begin + from.size());
    return text.substr(begin + from.size(), end == std::string::npos ? end : end - begin - from.size());
  };
  const std::string line = between(" at line ", ","), column = between(", column ", ":");
  std::string found = between(" - ", "; expected ");
  std::string expected = between("; expected ", "");
  std::string advice;
  if (expected == "'}'" || expected == "']'") expected = "',' or " + expected;
  if (expected == "string literal") expected = "a key in double quotes";
  if (expected == "end of input") {
    expected = "nothing more after the first value";
  } else if (found.find("unexpected '}'") != std::string::npos ||
             found.find("unexpected ']'") != std::string::npos) {
    advice = "no comma before a closing bracket";
  } else if (found.find("unexpected end of input") != std::string::npos) {
    advice = "close every { [ \" and /*";
  } else if (found.find("invalid literal") != std::string::npos) {
    expected = "a JSON value; strings stand in double quotes";
    advice = "true, false and null are lower case; NaN and Infinity are no JSON";
  }
  if (found.empty()) found = text;
  return Error(ErrorKind::config, source + ":" + line + ": syntax error", found + " (column " + column + ")",
               expected, advice);
}

class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(ParsedText& out, const std::shared_ptr<const std::string>& source, const Progress& progress)
      : out_{out}, source_{source}, progress_{progress} {}

  bool null() override { return scalar(nullptr, 0); }
  bool boolean(bool value) override { return scalar(value, 0); }
  bool number_integer(number_integer_t value) override { return scalar(value, lookahead()); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      throw too_large(std::to_string(value));
    }
    return scalar(static_cast<std::int64_t>(value), lookahead());
  }
  bool number_float(number_float_t value, const string_t& text) override {
    // The parser turns integers that do not fit into floating point.
    if (text.find_first_of(".eE") == std::string::npos) throw too_large(text);
    return scalar(value, lookahead());
  }
  bool string(string_t& value) override {
    const bool bare = is_bare_template(value);
    if (bare) value.erase(0, 1);
    return scalar(Json(value), 0, bare);
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    const std::string pointer = child_pointer(level.pointer, name);
    if (level.key_lines.contains(name)) {
      throw Error(ErrorKind::config, place(progress_.line) + ": " + pointer + ": the key is there twice",
                  "first on line " + std::to_string(level.key_lines.at(name)) + ", again on line " +
                      std::to_string(progress_.line),
                  "each key once in an object", "keep one of the two");
    }
    level.key_lines[name] = progress_.line;
    level.key = name;
    // Not operator[], which looks through all the keys there are.
    level.value->get_ref<Json::object_t&>().emplace_back(name, nullptr);
    return true;
  }

  bool parse_error(std::size_t, const std::string& token,
                   const nlohmann::detail::exception& exception) override {
    const std::string text = exception.what();
    if (text.find("number overflow") != std::string::npos) throw too_large(token);
    throw syntax_error(*source_, text);
  }

 private:
  struct Level {
    Json* value;
    std::string pointer, key;
    std::map<std::string, int> key_lines;
  };

  std::string place(int line) const { return *source_ + ":" + std::to_string(line); }
  // The parser sees where a number ends by reading one character more.
  int lookahead() const { return progress_.last == '\n' ? 1 : 0; }
  Error too_large(const std::string& text) const {
    return Error(ErrorKind::config, place(progress_.line - lookahead()) + ": number too large", text,
                 "an integer of 64 bits, or a floating-point number up to 1.8e308");
  }

  /// The value's place in the tree, made if it is an element of an array.
  std::pair<Json*, std::string> target() {
    if (levels_.empty()) return {&out_.value, ""};
    Level& level = levels_.back();
    if (level.value->is_object()) {
      return {&level.value->get_ref<Json::object_t&>().back().second,
              child_pointer(level.pointer, level.key)};
    }
    const std::size_t index = level.value->size();
    level.value->push_back(nullptr);
    return {&level.value->back(), child_pointer(level.pointer, index)};
  }

  bool scalar(Json value, int lines_ahead, bool bare = false) {
    auto [json, pointer] = target();
    *json = std::move(value);
    out_.places[pointer] = Place{source_, progress_.line - lines_ahead, std::nullopt, bare};
    return true;
  }

  bool open(Json value) {
    if (levels_.size() == max_depth) {
      throw Error(ErrorKind::config, place(progress_.line) + ": nested too deep", {},
                  "at most " + std::to_string(max_depth) + " levels");
    }
    auto [json, pointer] = target();
    *json = std::move(value);
    out_.places[pointer] = Place{source_, progress_.line};
    levels_.push_back(Level{json, pointer, {}, {}});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  ParsedText& out_;
  const std::shared_ptr<const std::string>& source_;
  const Progress& progress_;
  std::vector<Level> levels_;  // pointers stay valid: an open container's parents do not grow
};

}  // namespace

ParsedText parse_text(std::string_view text, const std::shared_ptr<const std::string>& source) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  const std::string quoted = quote_bare_templates(text);
  Progress progress;
  ParsedText out;
  Builder builder(out, source, progress);
  const char* begin = quoted.data();
  if (!Json::sax_parse(CountingIterator(begin, &progress), CountingIterator(begin + quoted.size(), &progress),
                       &builder, Json::input_format_t::json, true, true)) {
    throw Error(ErrorKind::config, *source + ": not JSON");
  }
  return out;
}

}  // namespace ph
