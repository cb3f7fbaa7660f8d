#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace ph {

/// Reads comma-separated values row by row (RFC 4180: quotes, doubled quotes within, line breaks within quotes; CRLF too). Holds
/// only one row. Throws Error(data) with file and line: a quote without an end, more than 100 000 cells in a row.
class CsvReader {
 public:
  /// `text` has to outlive the reader; `name` stands for the file in messages. A byte order mark is passed over.
  CsvReader(std::string_view text, std::string name);

  /// The next row that is not blank; false at the end.
  [[nodiscard]] bool next(std::vector<std::string>& cells);
  /// "file:12", the line on which the last row began.
  [[nodiscard]] std::string where() const { return name_ + ":" + std::to_string(row_line_); }

 private:
  [[nodiscard]] std::string cell();
  std::string_view text_;
  std::string name_;
  std::size_t at_ = 0, line_ = 1, row_line_ = 0;
};

}  // namespace ph
