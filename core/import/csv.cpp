#include "import/csv.hpp"

#include "config/error.hpp"
#include "import/utf8_text.hpp"

namespace ph {
namespace {
constexpr std::size_t kMaxCells = 100'000;
}

CsvReader::CsvReader(std::string_view text, std::string name)
    : text_(utf8_text(text, name)), name_(std::move(name)) {}

std::string CsvReader::cell() {
  std::string value;
  if (at_ < text_.size() && text_[at_] == '"') {
    for (++at_;; ++at_) {
      if (at_ >= text_.size())
        throw Error(ErrorKind::data, where() + ": a quote without an end", "\"" + value.substr(0, 40),
                    "a second quote", "copy the file again: it may have been cut short");
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        value += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        value += text_[++at_];
      } else {
        ++at_;
        break;
      }
    }
  }
  while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') value += text_[at_++];
  if (!value.empty() && value.back() == '\r') value.pop_back();
  return value;
}

bool CsvReader::next(std::vector<std::string>& cells) {
  while (at_ < text_.size()) {
    row_line_ = line_;
    cells.clear();
    for (;;) {
      cells.push_back(cell());
      if (cells.size() > kMaxCells)
        throw Error(ErrorKind::data, where() + ": too many cells in a row",
                    "more than " + std::to_string(kMaxCells), "a column for each coordinate");
      if (at_ >= text_.size() || text_[at_] == '\n') break;
      ++at_;  // the comma
    }
    if (at_ < text_.size()) ++at_, ++line_;
    if (cells.size() > 1 || !cells[0].empty()) return true;
  }
  return false;
}

}  // namespace ph
