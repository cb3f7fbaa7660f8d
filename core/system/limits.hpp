#pragma once
#include <cstdint>
#include <string>

namespace ph {

/// First line of file `name` ("memory.max") of the cgroup (version 2) that this process is in, or of the
/// root's where a container hides the path; "" when there is none.
[[nodiscard]] std::string cgroup_line(const char* name);
/// CPUs' time that the cgroup grants per unit of time (1.5 of a machine's 8); 0 when it sets no limit.
[[nodiscard]] double cpu_quota();
/// Cores that this process may use: affinity, cut by the cgroup's CPU quota; at least 1.
[[nodiscard]] int usable_cores();
/// Bytes of memory that this process may use: the cgroup's limit or the machine's memory.
[[nodiscard]] std::int64_t usable_memory();
/// The same, where a limit of addresses or data (ulimit -v, -d) is lower: that limit.
[[nodiscard]] std::int64_t limited_memory();
/// Bytes that this process could still take: of that limit, and of what the machine has left.
[[nodiscard]] std::int64_t memory_left();
/// AVX2 with fused multiply-add.
[[nodiscard]] bool cpu_has_avx2() noexcept;
/// AVX-512 as all processors have it that are in use for training: F, VL, BW, DQ.
[[nodiscard]] bool cpu_has_avx512() noexcept;
/// Whether bfloat16 is worth its while on the CPU: avx512_bf16 or AMX.
[[nodiscard]] bool cpu_has_bf16();

}  // namespace ph
