#pragma once
#include <functional>

/// Runs `command` and turns what it throws into a message on stderr and an exit code.
int with_errors_reported(const std::function<int()>& command);
