#pragma once
#include <posehost/abi.h>

#include <cstdint>

#include <type_traits>

namespace ph {

/// Calls work(float{}) or work(double{}) by `type` on the CPU, and gives PH_OK; PH_ERR_UNSUPPORTED for
/// anything else.
template <class Work>
std::int32_t with_cpu_floats(const ph_place* at, ph_dtype type, const Work& work) noexcept {
  if (at->device_type != PH_DEVICE_CPU || type.code != PH_DTYPE_FLOAT) return PH_ERR_UNSUPPORTED;
  if (type.bits == 32) {
    work(float{});
  } else if (type.bits == 64) {
    work(double{});
  } else {
    return PH_ERR_UNSUPPORTED;
  }
  return PH_OK;
}

}  // namespace ph
