#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ph {

/// An HTML page in one file: no scripts, nothing from elsewhere, which its content security policy forbids as well. Texts that are
/// given as text are escaped; `html` is taken as it is, so that it has to come from html_escape() and our own tags.
class HtmlPage {
 public:
  HtmlPage(std::string_view title, std::string_view subtitle);
  void section(std::string_view heading, const std::string& html);
  /// A table of cells; the first row is its head.
  [[nodiscard]] static std::string table(const std::vector<std::vector<std::string>>& rows);
  /// Names with values, a row each.
  [[nodiscard]] static std::string facts(const std::vector<std::pair<std::string, std::string>>& rows);
  /// Text in a box that can be folded open.
  [[nodiscard]] static std::string folded(std::string_view summary, std::string_view text);
  [[nodiscard]] static std::string paragraph(std::string_view text);
  [[nodiscard]] std::string text() const;

 private:
  std::string title_, body_;
};

/// "data:image/png;base64,…".
[[nodiscard]] std::string data_uri(std::string_view mime, std::string_view bytes);

}  // namespace ph
