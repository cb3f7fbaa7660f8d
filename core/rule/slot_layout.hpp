#pragma once
#include <posehost/abi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "plugin/declared.hpp"

namespace ph {

/// One tensor of a rule's state: what the slots of an instance mean for one parameter, or for all.
struct SlotTensor {
  std::string name;  ///< "exp_avg"; "old_dirs.3" where a slot has several
  ph_dtype dtype{};
  std::vector<std::int64_t> shape;
  std::int32_t init = PH_SLOT_ZEROS;
  bool as_param = false;  ///< in the parameter's memory layout; else row-major
  bool present = true;    ///< false: this parameter has none of it
};

/// State of a parameter, in the order of ph_span.slot.
[[nodiscard]] std::vector<SlotTensor> slot_tensors(const std::vector<SlotInfo>& slots, ph_dtype param,
                                                   const std::vector<std::int64_t>& shape);
/// State of all parameters together, in the order of ph_closure_args.globals.
[[nodiscard]] std::vector<SlotTensor> global_tensors(const std::vector<SlotInfo>& slots);

[[nodiscard]] std::int64_t numel_of(const std::vector<std::int64_t>& shape) noexcept;

/// Throws Error(environment) where a rule would keep more state than `memory` bytes, with both figures.
void refuse_absurd_state(const PluginInstance& rule, std::int64_t bytes, std::int64_t memory);

}  // namespace ph
