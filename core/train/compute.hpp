#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <string>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// Where and how numbers are computed: config section `runtime`, resolved on this machine.
struct Compute {
  c10::Device device{c10::kCPU};
  bool bf16 = false;  ///< autocast to bfloat16 over float32 parameters
  bool channels_last = false;
  bool deterministic = false;
  int threads = 1;                 ///< of torch; loader threads come on top
  std::vector<std::string> notes;  ///< what `auto` chose and why, for the start of the run
};

/// Reads `runtime` ({} when absent), applies thread counts and switches to this process, and loads
/// CUDA when it is wanted. Throws Error(config) or Error(environment), for example "no GPU".
[[nodiscard]] Compute set_up_compute(const Node& runtime);

/// Cores that this process may use: affinity, cut by the cgroup's CPU quota; at least 1.
[[nodiscard]] int usable_cores();
/// Bytes of memory that this process may use: the cgroup's limit or the machine's memory.
[[nodiscard]] std::int64_t usable_memory();
/// Whether bfloat16 is worth its while on the CPU: avx512_bf16 or AMX.
[[nodiscard]] bool cpu_has_bf16();
/// File that `sgemm_` resolves to; anything but libtorch_cpu means a slow reference BLAS was loaded
/// first (core/README.md, "BLAS").
[[nodiscard]] std::string blas_library();

/// Lets malloc keep what it frees, so that activations are not paged in anew every iteration: 1.3x in
/// speed. At most `limit_mb` stay at the top of the heap; 0 switches it off. Call before the first
/// tensor is made.
void keep_freed_memory(std::int64_t limit_mb);

/// Autocast to bfloat16 for a scope, if `compute` says so.
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
