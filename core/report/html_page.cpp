#include "report/html_page.hpp"

#include "plot/svg_plot.hpp"

namespace ph {
namespace {

constexpr const char* kStyle = R"(
body{font:15px/1.45 system-ui,sans-serif;color:#222;background:#fafafa;margin:0 auto;max-width:1080px;padding:24px}
h1{font-size:24px;margin:0 0 2px;overflow-wrap:anywhere}
h2{font-size:18px;margin:30px 0 8px;border-bottom:1px solid #ddd;padding-bottom:3px}
p{margin:4px 0 10px}
.sub{color:#666;overflow-wrap:anywhere}
table{border-collapse:collapse;background:#fff;margin:4px 0 12px}
th,td{border:1px solid #ddd;padding:3px 10px;text-align:left;overflow-wrap:anywhere}
th{background:#f0f0f0}
td.n{text-align:right;font-variant-numeric:tabular-nums}
pre{background:#fff;border:1px solid #ddd;padding:10px;overflow:auto;font-size:13px;max-height:640px}
summary{cursor:pointer;color:#0b57a4}
svg.plot{background:#fff;border:1px solid #ddd;margin:4px 0;max-width:100%;height:auto;font:12px system-ui,sans-serif}
.legend span{display:inline-block;margin-right:14px}
.legend b{display:inline-block;width:10px;height:10px;border-radius:5px;border:1px solid #000;margin-right:5px}
.samples{display:flex;flex-wrap:wrap;align-items:flex-start;gap:12px}
figure{margin:0;background:#fff;border:1px solid #ddd;padding:6px;max-width:100%}
figure svg{display:block;max-width:100%;background:#222}
figcaption{font-size:13px;color:#444;max-width:320px;overflow-wrap:anywhere;margin-top:4px}
)";

bool is_number(std::string_view cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789.eE+-% ") == std::string_view::npos &&
         cell.find_first_of("0123456789") != std::string_view::npos;
}

}  // namespace

HtmlPage::HtmlPage(std::string_view title, std::string_view subtitle) : title_(html_escape(title)) {
  body_ = "<h1>" + title_ + "</h1>\n<p class=\"sub\">" + html_escape(subtitle) + "</p>\n";
}

void HtmlPage::section(std::string_view heading, const std::string& html) {
  body_ += "<section>\n<h2>" + html_escape(heading) + "</h2>\n" + html + "\n</section>\n";
}

std::string HtmlPage::table(const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<table>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    out += "<tr>";
    for (const auto& cell : rows[r]) {
      const std::string tag = r == 0 ? "th" : "td";
      out += "<" + tag + (r > 0 && is_number(cell) ? " class=\"n\">" : ">") + html_escape(cell) + "</" + tag +
             ">";
    }
    out += "</tr>\n";
  }
  return out + "</table>\n";
}

std::string HtmlPage::facts(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string out = "<table>\n";
  for (const auto& [name, value] : rows)
    out += "<tr><th>" + html_escape(name) + "</th><td>" + html_escape(value) + "</td></tr>\n";
  return out + "</table>\n";
}

std::string HtmlPage::folded(std::string_view summary, std::string_view text) {
  return "<details><summary>" + html_escape(summary) + "</summary><pre>" + html_escape(text) +
         "</pre></details>\n";
}

std::string HtmlPage::paragraph(std::string_view text) { return "<p>" + html_escape(text) + "</p>\n"; }

std::string HtmlPage::text() const {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
         "style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
         title_ + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n" + body_ + "</body>\n</html>\n";
}

std::string data_uri(std::string_view mime, std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out = "data:" + std::string(mime) + ";base64,";
  out.reserve(out.size() + bytes.size() / 3 * 4 + 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U;
    };
    const unsigned three = byte(0) << 16U | byte(1) << 8U | byte(2);
    out += kDigits[three >> 18U & 63U];
    out += kDigits[three >> 12U & 63U];
    out += i + 1 < bytes.size() ? kDigits[three >> 6U & 63U] : '=';
    out += i + 2 < bytes.size() ? kDigits[three & 63U] : '=';
  }
  return out;
}

}  // namespace ph
