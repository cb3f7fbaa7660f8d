#pragma once
#include <functional>

/// What main() runs once the command line is parsed; set by the command that was chosen.
using Action = std::function<int()>;
