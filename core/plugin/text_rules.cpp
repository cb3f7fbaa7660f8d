#include "plugin/text_rules.hpp"

#include <algorithm>
#include <cstdint>

namespace ph {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

/// Bytes of the UTF-8 character at the start of `text`; 0 when there is no valid one.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t size = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < size) return 0;
  std::uint32_t code = byte(0) & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return overlong || surrogate || code > 0x10FFFF ? 0 : size;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

bool is_plugin_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > 128 || text.find('.') == text.npos) return false;
  if (text.front() == '.' || text.back() == '.' || text.find("..") != text.npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; });
}

bool is_component_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > 64 || !is_letter(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_kind_id(std::string_view text) noexcept {
  const auto slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size() || text.size() > 64) return false;
  const auto name = text.substr(0, slash), revision = text.substr(slash + 1);
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '.'; }) &&
         std::all_of(revision.begin(), revision.end(), is_digit);
}

bool is_version(std::string_view text) noexcept {
  if (text.empty() || text.size() > 64 || !is_digit(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '+' || c == '-'; });
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool is_line(std::string_view text, std::size_t limit) noexcept {
  return text.size() <= limit && is_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  while (!text.empty()) {
    const auto size = std::max<std::size_t>(character_size(text), 1);
    if (out.size() + size > limit) return out + "…";
    if (is_control(text.front()) && text.front() != '\t') {
      out += ' ';
    } else if (character_size(text) == 0) {
      out += '?';
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string_view short_kind(std::string_view kind) noexcept {
  constexpr std::string_view prefix = "posehost.";
  if (kind.substr(0, prefix.size()) != prefix) return kind;
  kind.remove_prefix(prefix.size());
  return kind.substr(0, kind.find('/'));
}

std::string kind_title(std::string_view kind) {
  const auto name = short_kind(kind);
  return name == "param_groups" ? "parameter-group rule" : std::string{name};
}

std::string_view last_part(std::string_view dotted) noexcept {
  const auto dot = dotted.rfind('.');
  return dot == dotted.npos ? dotted : dotted.substr(dot + 1);
}

}  // namespace ph
