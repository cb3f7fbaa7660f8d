#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/error.hpp"

namespace ph {

/// Reads large JSON text from front to back without building a tree: a caller asks for what it expects and
/// skips the rest, which is checked all the same. Strict JSON (RFC 8259) but for UTF-8 within strings,
/// nesting of at most 256; numbers are finite doubles. Whatever is wrong is an Error(data) that names file,
/// line and, if begin_entry() said so, the entry. One thread.
///
///   reader.begin_object();
///   for (std::string_view key; reader.next_member(key);) key == "score" ? use(reader.number()) : reader.skip();
class JsonCursor {
 public:
  enum class Type { object, array, string, number, boolean, null };

  /// `text` has to outlive the cursor; `name` stands for the file in messages.
  JsonCursor(std::string_view text, std::string name);

  /// What comes next; nothing is read but white space.
  [[nodiscard]] Type type();
  void begin_object();
  /// The next key, its value being what is read next; false at the object's end. `key` holds until the
  /// next call of a member function.
  [[nodiscard]] bool next_member(std::string_view& key);
  void begin_array();
  /// Whether another element comes, which is what is read next; false at the array's end.
  [[nodiscard]] bool next_element();

  [[nodiscard]] double number();
  /// A whole number; 3.0 is one, up to 2^53.
  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] bool boolean();
  [[nodiscard]] std::string string();
  /// A list of numbers, appended to `out`; at most `limit` of them are kept. Their count.
  std::size_t numbers(std::vector<double>& out, std::size_t limit);
  void skip();
  /// Only white space may follow.
  void finish();

  /// Messages are about entry `index` of the list of `kind` ("result") until the next call.
  void begin_entry(const char* kind, std::size_t index) noexcept;
  /// Its id, once it is known, is what messages name it by.
  void name_entry(std::int64_t id);
  /// Messages are about the file as a whole again.
  void end_entry() noexcept { kind_ = nullptr; }
  /// "dt.json:3: result 17", or without the entry.
  [[nodiscard]] std::string where() const;
  /// An error about the value read last or about to be read: where(), `problem`, the value's text.
  [[nodiscard]] Error error(const std::string& problem, std::string expected, std::string advice = {}) const;

 private:
  void blank() noexcept;
  [[nodiscard]] char peek() const noexcept { return at_ < end_ ? *at_ : '\0'; }
  void expect(Type wanted, const char* expected);
  void separate(char closing);
  bool close(char closing);
  [[nodiscard]] std::string_view raw_string();
  [[nodiscard]] std::string unescape(std::string_view raw) const;
  [[nodiscard]] std::string_view raw_number();
  void word(std::string_view text);
  [[nodiscard]] Error syntax(const std::string& expected) const;
  [[nodiscard]] std::string found() const;

  const char *begin_, *at_, *end_;
  const char* value_;  // start of the value that messages are about
  std::string name_;
  std::string key_;  // for keys with escapes
  const char* kind_ = nullptr;
  std::size_t index_ = 0;
  std::string id_;
  int depth_ = 0;
  bool fresh_ = false;  // just after [ or {: no comma comes before the next element
};

/// The whole file. Throws Error(data): missing, a folder, unreadable; `what` says what it should be.
[[nodiscard]] std::string read_data_file(const std::filesystem::path& path, const std::string& what);

}  // namespace ph
