#pragma once
#include <posehost/abi.h>

#include <cstdint>

namespace ph {

/// A ph_range_args without spans, scalars and sums.
[[nodiscard]] inline ph_range_args range_args(const ph_optimizer_api& api, ph_dtype dtype,
                                              std::int32_t purpose, std::int32_t pass) noexcept {
  ph_range_args args{};
  args.size = sizeof args;
  args.span_stride = sizeof(ph_span);
  args.n_scalars = api.n_scalars;
  args.dtype = dtype;
  args.device_type = PH_DEVICE_CPU;
  args.purpose = purpose;
  args.pass = pass;
  return args;
}

}  // namespace ph
