#include "metric/json_cursor.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace ph {
namespace {

constexpr int max_depth = 256;
constexpr const char* number_advice = "points that are not labelled have x, y, v = 0";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&out](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// Four hexadecimal digits, already checked.
unsigned hex4(std::string_view digits) {
  unsigned code = 0;
  std::from_chars(digits.data(), digits.data() + 4, code, 16);
  return code;
}

}  // namespace

JsonCursor::JsonCursor(std::string_view text, std::string name)
    : begin_{text.data()}, at_{begin_}, end_{begin_ + text.size()}, value_{begin_}, name_{std::move(name)} {
  if (text.starts_with("\xEF\xBB\xBF")) at_ += 3;
}

void JsonCursor::blank() noexcept {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
}

JsonCursor::Type JsonCursor::type() {
  blank();
  value_ = at_;
  const char c = peek();
  if (c == '-' || is_digit(c)) return Type::number;
  if (c == '"') return Type::string;
  if (c == '[') return Type::array;
  if (c == '{') return Type::object;
  if (c == 't' || c == 'f') return Type::boolean;
  if (c == 'n') return Type::null;
  throw syntax("a value");
}

void JsonCursor::expect(Type wanted, const char* expected) {
  if (type() != wanted) throw error("wrong type", expected, wanted == Type::number ? number_advice : "");
  fresh_ = false;
}

void JsonCursor::begin_object() {
  expect(Type::object, "an object");
  if (++depth_ > max_depth) throw error("nested too deeply", "at most 256 levels");
  ++at_;
  fresh_ = true;
}

void JsonCursor::begin_array() {
  expect(Type::array, "a list");
  if (++depth_ > max_depth) throw error("nested too deeply", "at most 256 levels");
  ++at_;
  fresh_ = true;
}

bool JsonCursor::close(char closing) {
  blank();
  if (peek() != closing) return false;
  ++at_;
  --depth_;
  fresh_ = false;
  return true;
}

// The comma between two elements.
void JsonCursor::separate(char closing) {
  if (fresh_) return;
  if (peek() != ',') {
    value_ = at_;
    throw syntax(std::string("',' or '") + closing + "'");
  }
  ++at_;
  blank();
}

bool JsonCursor::next_member(std::string_view& key) {
  if (close('}')) return false;
  separate('}');
  value_ = at_;
  if (peek() != '"') throw syntax("a key in double quotes");
  key = raw_string();
  if (key.find('\\') != std::string_view::npos) key = key_ = unescape(key);
  blank();
  value_ = at_;
  if (peek() != ':') throw syntax("':' after a key");
  ++at_;
  fresh_ = false;
  return true;
}

bool JsonCursor::next_element() {
  if (close(']')) return false;
  separate(']');
  fresh_ = false;
  return true;
}

std::string_view JsonCursor::raw_number() {
  const char* start = at_;
  const auto digits = [this] {
    const char* first = at_;
    while (at_ < end_ && is_digit(*at_)) ++at_;
    if (at_ == first) throw syntax("a number");
    return *first == '0' && at_ - first > 1;
  };
  if (peek() == '-') ++at_;
  if (digits()) throw syntax("a number without leading zeros");
  if (peek() == '.') {
    ++at_;
    digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    digits();
  }
  return {start, static_cast<std::size_t>(at_ - start)};
}

double JsonCursor::number() {
  expect(Type::number, "a number");
  const auto text = raw_number();
  double value = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Out of range is said of tiny numbers too, which are 0 or nearly.
  if (failed == std::errc::result_out_of_range) value = std::strtod(std::string(text).c_str(), nullptr);
  if (!std::isfinite(value)) throw error("too large", "a finite number");
  return value;
}

std::int64_t JsonCursor::integer() {
  expect(Type::number, "a whole number");
  const char* start = at_;
  const auto text = raw_number();
  std::int64_t value = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed == std::errc() && stop == text.data() + text.size()) return value;
  at_ = start;
  const double real = number();
  constexpr double exact = 9007199254740992;  // 2^53
  if (std::floor(real) != real || std::abs(real) > exact) throw error("no whole number", "a whole number");
  return static_cast<std::int64_t>(real);
}

void JsonCursor::word(std::string_view text) {
  if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, text.size()) != text) {
    throw syntax("a value");
  }
  at_ += text.size();
}

bool JsonCursor::boolean() {
  expect(Type::boolean, "true or false");
  const bool value = *at_ == 't';
  word(value ? "true" : "false");
  return value;
}

std::string_view JsonCursor::raw_string() {
  const char* start = ++at_;
  while (at_ < end_ && *at_ != '"') {
    if (static_cast<unsigned char>(*at_) < 0x20) throw syntax("'\"' at the end of a string");
    if (*at_++ != '\\') continue;
    const char c = peek();
    if (c == '\0' || !std::strchr("\"\\/bfnrtu", c)) throw syntax("a JSON escape such as \\n");
    ++at_;
    for (int i = 0; c == 'u' && i < 4; ++i, ++at_) {
      if (!std::isxdigit(static_cast<unsigned char>(peek())))
        throw syntax("four hexadecimal digits after \\u");
    }
  }
  if (at_ == end_) throw syntax("'\"' at the end of a string");
  return {start, static_cast<std::size_t>(at_++ - start)};
}

std::string JsonCursor::unescape(std::string_view raw) const {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out += raw[i];
      continue;
    }
    const char c = raw[++i];
    constexpr std::string_view letters = "bfnrt", bytes = "\b\f\n\r\t";
    if (const auto letter = letters.find(c); letter != std::string_view::npos) {
      out += bytes[letter];
    } else if (c != 'u') {
      out += c;
    } else {
      auto code = hex4(raw.substr(i + 1, 4));
      i += 4;
      const bool high = code >= 0xD800 && code < 0xDC00;
      if (high && raw.substr(i + 1, 2) == "\\u") {
        const auto low = hex4(raw.substr(i + 3, 4));
        if (low >= 0xDC00 && low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          i += 6;
        }
      }
      const bool lone = code >= 0xD800 && code < 0xE000;
      append_utf8(out, lone ? 0xFFFD : code);
    }
  }
  return out;
}

std::string JsonCursor::string() {
  expect(Type::string, "a string");
  return unescape(raw_string());
}

std::size_t JsonCursor::numbers(std::vector<double>& out, std::size_t limit) {
  begin_array();
  std::size_t count = 0;
  while (next_element()) {
    const double value = number();
    if (count++ < limit) out.push_back(value);
  }
  return count;
}

void JsonCursor::skip() {
  std::string_view key;
  switch (type()) {
    case Type::object:
      begin_object();
      while (next_member(key)) skip();
      return;
    case Type::array:
      begin_array();
      while (next_element()) skip();
      return;
    case Type::string:
      (void)raw_string();
      break;
    case Type::number:
      (void)raw_number();
      break;
    case Type::boolean:
      (void)boolean();
      break;
    case Type::null:
      word("null");
      break;
  }
  fresh_ = false;
}

void JsonCursor::finish() {
  blank();
  value_ = at_;
  if (at_ != end_) throw syntax("nothing more");
}

void JsonCursor::begin_entry(const char* kind, std::size_t index) noexcept {
  kind_ = kind;
  index_ = index;
  id_.clear();
}

void JsonCursor::name_entry(std::int64_t id) { id_ = std::to_string(id); }

std::string JsonCursor::where() const {
  const auto line = 1 + std::count(begin_, std::min(value_, end_), '\n');
  std::string text = name_ + ":" + std::to_string(line);
  if (kind_) text += std::string(": ") + kind_ + (id_.empty() ? " no. " + std::to_string(index_) : " " + id_);
  return text;
}

std::string JsonCursor::found() const {
  constexpr std::size_t longest = 60;
  const auto left = static_cast<std::size_t>(end_ - std::min(value_, end_));
  if (left == 0) return "the end of the file";
  std::string_view text(value_, std::min(left, longest));
  // A word or a number by itself; of anything else, its beginning.
  std::size_t size = 0;
  while (size < text.size() && (std::isalnum(static_cast<unsigned char>(text[size])) != 0 ||
                                text[size] == '-' || text[size] == '+' || text[size] == '.')) {
    ++size;
  }
  if (size > 0) return std::string(text.substr(0, size));
  text = text.substr(0, text.find('\n'));
  if (text.front() == '"') text = text.substr(0, text.find('"', 1) + 1);
  return std::string(text) + (text.size() == longest ? "…" : "");
}

Error JsonCursor::error(const std::string& problem, std::string expected, std::string advice) const {
  return {ErrorKind::data, where() + ": " + problem, found(), std::move(expected), std::move(advice)};
}

// Not JSON. Python writes NaN and Infinity, which deserve a word of their own.
Error JsonCursor::syntax(const std::string& expected) const {
  const std::string text = found();
  if (text == "NaN" || text == "nan" || text.ends_with("Infinity") || text.ends_with("inf")) {
    return error(text + " is no number that JSON knows", "finite numbers",
                 "look where it comes from: a network that diverged, or a point that was never set");
  }
  return error("not valid JSON", expected,
               "copy or write the file again; python3 -m json.tool says the same of it");
}

std::string read_data_file(const std::filesystem::path& path, const std::string& what) {
  std::error_code none;
  std::ifstream stream(path, std::ios::binary);
  if (!stream || std::filesystem::is_directory(path, none)) {
    throw Error(ErrorKind::data, path.string() + ": cannot be read",
                stream ? "a folder" : std::strerror(errno), what, "check the path");
  }
  std::string text;
  const auto size = std::filesystem::file_size(path, none);
  if (!none) text.resize(size);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  // Pipes have no size, and a file may have grown.
  for (std::array<char, 1 << 16> more{}; stream.read(more.data(), more.size()), stream.gcount() > 0;) {
    text.append(more.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) {
    throw Error(ErrorKind::environment, path.string() + ": reading stopped", std::strerror(errno), what);
  }
  return text;
}

}  // namespace ph
