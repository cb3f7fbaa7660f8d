#pragma once
#include <CLI/CLI.hpp>

#include "config/load.hpp"

/// Adds --set and --cfg-options, for commands whose config is not their first word or may be left out.
void add_overrides(CLI::App& app, ph::ConfigOverrides& overrides);
