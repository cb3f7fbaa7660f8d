#pragma once
#include <string>
#include <string_view>

namespace ph {

/// dlerror's own text within what Boost.DLL says.
[[nodiscard]] std::string loader_message(std::string_view what);

/// What a user can do about a message of the dynamic loader; empty when that is not known.
[[nodiscard]] std::string load_advice(std::string_view message);

}  // namespace ph
