#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace ph {

/// What the strings of a plugin must look like (abi.h). The same rules for note and descriptor.

/// "com.acme.optimizers": lower-case letters, digits, "_", "-", at least two parts joined by dots.
[[nodiscard]] bool is_plugin_id(std::string_view text) noexcept;
/// "Adam": a letter, then letters, digits, "_"; at most 64 bytes.
[[nodiscard]] bool is_component_name(std::string_view text) noexcept;
/// "posehost.optimizer/0": dotted lower-case name, "/", revision; at most 64 bytes.
[[nodiscard]] bool is_kind_id(std::string_view text) noexcept;
/// "1.2.3": begins with a digit; letters, digits, ".", "+", "-"; at most 64 bytes.
[[nodiscard]] bool is_version(std::string_view text) noexcept;
/// Valid UTF-8 on one line, without control characters, at most `limit` bytes.
[[nodiscard]] bool is_line(std::string_view text, std::size_t limit) noexcept;
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Text of a plugin made fit for a message: one line, at most `limit` bytes, bytes that are no UTF-8
/// and control characters replaced.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 4096);

/// "optimizer" of "posehost.optimizer/0"; anything else comes back as it is.
[[nodiscard]] std::string_view short_kind(std::string_view kind) noexcept;
/// The same for people: "parameter-group rule" of "posehost.param_groups/0".
[[nodiscard]] std::string kind_title(std::string_view kind);
/// "optimizers" of "com.acme.optimizers".
[[nodiscard]] std::string_view last_part(std::string_view dotted) noexcept;

}  // namespace ph
