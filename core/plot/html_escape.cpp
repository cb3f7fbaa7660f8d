#include <cstdint>

#include "plot/svg_plot.hpp"

namespace ph {
namespace {

// Bytes of the UTF-8 sequence at `at`; 0 when there is none (too long, cut short, a surrogate).
std::size_t sequence_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const std::size_t size = byte(0) < 0x80                      ? 1
                           : byte(0) >= 0xC2 && byte(0) < 0xE0 ? 2
                           : (byte(0) & 0xF0) == 0xE0          ? 3
                           : byte(0) >= 0xF0 && byte(0) < 0xF5 ? 4
                                                               : 0;
  if (size == 0 || at + size > text.size()) return 0;
  std::uint32_t code = size == 1 ? byte(0) : byte(0) & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool short_enough = size < 3 || code >= (size == 3 ? 0x800U : 0x10000U);
  return short_enough && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) ? size : 0;
}

}  // namespace

std::string html_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto size = sequence_at(text, at);
    const auto c = static_cast<unsigned char>(text[at]);
    if (size == 0 || (size == 1 && ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F))) {
      out += "\xEF\xBF\xBD";
      ++at;
      continue;
    }
    switch (text[at]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += text.substr(at, size);
    }
    at += size;
  }
  return out;
}

}  // namespace ph
