#pragma once
#include <posehost/abi_draft.h>

#include <cstdint>
#include <memory>

namespace ph {

/// What ph_host.get_service() gives in this process. NULL: this host has no such service.
struct Services {
  const ph_parallel* parallel = nullptr;
  const ph_vector* vector = nullptr;
  const ph_linalg* linalg = nullptr;
  const ph_all_reduce* all_reduce = nullptr;
  const ph_cuda_launch* cuda_launch = nullptr;        ///< draft
  const ph_train_pipeline* train_pipeline = nullptr;  ///< draft
  const ph_profile* profile = nullptr;                ///< draft
  const ph_update* update = nullptr;                  ///< draft
  bool random = true;      ///< whether there are random numbers (made per instance: host_table.cpp)
  std::uint64_t seed = 0;  ///< of the run
};

/// One thread, the CPU, one process, no LibTorch: what the process has until it says otherwise.
[[nodiscard]] Services plain_services() noexcept;

/// The process's services. Set before instances are made, on the main thread; the tables must stay valid
/// until the last instance is gone.
[[nodiscard]] const Services& services() noexcept;
void set_services(const Services& all) noexcept;

/// A ph_parallel with threads of its own that end with it. For tests and checks; the training program
/// uses torch's.
class ThreadTeam {
 public:
  explicit ThreadTeam(int threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;
  [[nodiscard]] const ph_parallel* get() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The process's services with posehost.parallel on so many threads, for as long as it lives.
class WithThreads {
 public:
  explicit WithThreads(int threads);
  ~WithThreads();
  WithThreads(const WithThreads&) = delete;
  WithThreads& operator=(const WithThreads&) = delete;

 private:
  ThreadTeam team_;
  Services before_;
};

}  // namespace ph
