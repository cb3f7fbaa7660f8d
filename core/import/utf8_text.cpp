#include "import/utf8_text.hpp"

#include <algorithm>

#include "config/error.hpp"
#include "plugin/text_rules.hpp"

namespace ph {

std::string_view utf8_text(std::string_view text, const std::string& name) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  if (is_utf8(text)) return text;
  std::size_t number = 1;
  for (std::size_t begin = 0; begin < text.size(); ++number) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    if (!is_utf8(line))
      throw Error(ErrorKind::data, name + ":" + std::to_string(number) + ": not UTF-8", printable(line, 60),
                  "text in UTF-8", "save it in UTF-8; older programs on Windows write another encoding");
    begin = end + 1;
  }
  throw Error(ErrorKind::data, name + ": not UTF-8", std::to_string(text.size()) + " bytes", "text in UTF-8",
              "");
}

}  // namespace ph
