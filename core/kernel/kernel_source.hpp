#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <posehost/abi.h>

#include "plugin/library.hpp"

namespace ph {

/// The update of one element as an optimizer plugin wrote it down (abi_draft.h, "posehost.rule_source/0").
struct RuleSource {
  std::string name, body, file;
  std::vector<std::string> states, scalars;
  std::int32_t line = 0;
};

/// What `component` offers; throws Error(plugin): nothing, or something malformed.
[[nodiscard]] RuleSource rule_source_of(const LoadedComponent& component);

enum class KernelTarget {
  cuda,     ///< for NVRTC or nvcc: extern "C" __global__ void posehost_rule(chunks, scalars)
  emulated  ///< C++ that runs the same text on a grid of one thread: extern "C" void posehost_rule_grid(...)
};

/// The kernel: one block a chunk (ph_kernel_chunk), whose threads stride over its elements. `bits`: 32 or 64,
/// of parameters, state and scalars.
[[nodiscard]] std::string kernel_source(const RuleSource& rule, int bits, KernelTarget target);

}  // namespace ph
