#pragma once
#include <exception>
#include <optional>
#include <string>

#include "config/error.hpp"

namespace ph {

/// What an exception of the standard library or of LibTorch has to say of the machine: memory, threads, open
/// files or disk used up. `during` ("in iteration 12") goes into the summary; may be empty. Nothing where it
/// is about something else.
[[nodiscard]] std::optional<Error> resource_error(const std::exception& error, const std::string& during);

}  // namespace ph
