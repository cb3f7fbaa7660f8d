#pragma once
#include <string>
#include <string_view>

namespace ph {

/// `text` without a byte order mark. Throws Error(data) naming the line when it is not UTF-8, which all that is written
/// later (JSON, HTML) has to be; `name` stands for the file.
[[nodiscard]] std::string_view utf8_text(std::string_view text, const std::string& name);

}  // namespace ph
