#pragma once
#include <string>
#include <vector>

/// One thing that `posehost doctor` looked at.
struct Finding {
  enum State { ok, warning, error };
  std::string name;  ///< "plugins"
  State state = ok;
  std::string text;    ///< what was found, one line
  std::string advice;  ///< what to do; empty when ok
};

/// Looks at the installation and the machine and prints a line for each thing, or, with `json`, an
/// object {"ok", "checks": [{"name", "state", "text", "advice"}]}. Returns the exit code: 1 when
/// something keeps posehost from working, else 0. Never throws for what it finds.
int run_doctor(bool json);

/// Parts of it. Machine: work folder, memory, processors, locale, preloaded libraries.
[[nodiscard]] std::vector<Finding> examine_machine();
/// Plugin folders and what is in them, by the notes alone.
[[nodiscard]] std::vector<Finding> examine_plugins();
/// posehost-torch: found, starts, has the right LibTorch, BLAS, GPU.
[[nodiscard]] std::vector<Finding> examine_torch();
