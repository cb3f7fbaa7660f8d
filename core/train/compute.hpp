#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// Where and how numbers are computed: config section `runtime`, resolved on this machine.
struct Compute {
  c10::Device device{c10::kCPU};
  at::ScalarType precision = at::kFloat;    ///< kBFloat16, kHalf: autocast
  at::ScalarType param_dtype = at::kFloat;  ///< of weights in the network; `precision` is the same then
  bool channels_last = false;
  bool deterministic = false;
  int threads = 1;                 ///< of torch; loader threads come on top
  std::vector<std::string> notes;  ///< what `auto` chose and why, for the start of the run
};

/// Reads `runtime` ({} when absent), applies thread counts and switches to this process, and loads
/// CUDA when it is wanted. Throws Error(config) or Error(environment), for example "no GPU".
[[nodiscard]] Compute set_up_compute(const Node& runtime);

/// "fp32", "bf16", "fp16".
[[nodiscard]] const char* name_of_precision(at::ScalarType type) noexcept;

/// File that `sgemm_` resolves to; anything but libtorch_cpu means a slow reference BLAS was loaded
/// first (core/README.md, "BLAS").
[[nodiscard]] std::string blas_library();

/// Keeps what is freed, so that activations are not paged in anew every iteration: 1.2x to 1.8x in speed.
/// At most `limit_mb` are kept idle (caching_allocator.hpp), a little more by malloc; 0 leaves everything as
/// it is. Call before the first tensor is made.
void keep_freed_memory(std::int64_t limit_mb);

/// Autocast to 16 bits for a scope, if `compute` says so.
class AutocastScope {
 public:
  explicit AutocastScope(const Compute& compute);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  bool active_;
  c10::DeviceType device_;
  bool was_enabled_ = false;
};

}  // namespace ph
