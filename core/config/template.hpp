#pragma once
// Private to core/config: {{…}} in config files.
#include <filesystem>
#include <string>
#include <string_view>

#include "config/document.hpp"

namespace ph {

/// {{…}} may stand for a whole value without quotes, which is no JSON. This puts such ones into quotes,
/// marked by a first character that no config contains; lines stay where they are.
[[nodiscard]] std::string quote_bare_templates(std::string_view text);
[[nodiscard]] bool is_bare_template(std::string_view string) noexcept;

/// Expands {{fileDirname}}, {{fileBasename}}, {{fileBasenameNoExtension}}, {{fileExtname}},
/// {{$NAME:default}}, {{$NAME}} in all strings of `document`, which was read from `file`, and
/// {{_base_.a.b}} with the values of `bases`. Throws Error(config) with the place.
void expand_templates(ParsedText& document, const std::filesystem::path& file, const ParsedText& bases);

}  // namespace ph
