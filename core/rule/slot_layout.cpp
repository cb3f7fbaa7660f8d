#include "rule/slot_layout.hpp"

#include <cstdio>
#include <functional>
#include <numeric>

namespace ph {
namespace {

ph_dtype dtype_of_slot(std::int32_t rule, ph_dtype param) {
  switch (rule) {
    case PH_SLOT_F32:
      return {PH_DTYPE_FLOAT, 32, 1};
    case PH_SLOT_F64:
      return {PH_DTYPE_FLOAT, 64, 1};
    case PH_SLOT_I64:
      return {PH_DTYPE_INT, 64, 1};
    default:
      return param;
  }
}

bool has_it(const SlotInfo& slot, std::size_t ndim) {
  const auto n = static_cast<std::int32_t>(ndim);
  return n >= slot.min_ndim && (slot.max_ndim == 0 || n <= slot.max_ndim);
}

std::vector<std::int64_t> shape_of(const SlotInfo& slot, const std::vector<std::int64_t>& param) {
  if (slot.shape == PH_SLOT_SHAPE_SCALAR) return {};
  auto shape = param;
  if (slot.shape == PH_SLOT_SHAPE_REDUCED) *(shape.end() + slot.axis) = 1;
  return shape;
}

std::string gigabytes(std::int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / 1e9);
  return text;
}

}  // namespace

std::vector<SlotTensor> slot_tensors(const std::vector<SlotInfo>& slots, ph_dtype param,
                                     const std::vector<std::int64_t>& shape) {
  std::vector<SlotTensor> all;
  for (const auto& slot : slots) {
    if (slot.shape == PH_SLOT_SHAPE_GLOBAL) continue;
    const bool present = has_it(slot, shape.size());
    for (std::int64_t k = 0; k < slot.count; ++k) {
      SlotTensor made;
      made.name = slot.count == 1 ? slot.name : slot.name + "." + std::to_string(k);
      made.dtype = dtype_of_slot(slot.dtype, param);
      made.init = slot.init;
      made.as_param = slot.shape == PH_SLOT_SHAPE_PARAM;
      made.present = present;
      if (present) made.shape = shape_of(slot, shape);
      all.push_back(std::move(made));
    }
  }
  return all;
}

std::vector<SlotTensor> global_tensors(const std::vector<SlotInfo>& slots) {
  std::vector<SlotTensor> all;
  for (const auto& slot : slots) {
    if (slot.shape != PH_SLOT_SHAPE_GLOBAL) continue;
    all.push_back({slot.name, dtype_of_slot(slot.dtype, {}), {slot.count}, slot.init, false, true});
  }
  return all;
}

std::int64_t numel_of(const std::vector<std::int64_t>& shape) noexcept {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>{});
}

void refuse_absurd_state(const PluginInstance& rule, std::int64_t bytes, std::int64_t memory) {
  if (bytes <= memory) return;
  throw Error(ErrorKind::environment,
              rule.args().where() + ": " + rule.qualified_name() + " would keep more state than fits",
              gigabytes(bytes) + " beside the parameters", "at most " + gigabytes(memory),
              "another optimizer, or arguments that keep less (LBFGS: a smaller history_size)");
}

}  // namespace ph
