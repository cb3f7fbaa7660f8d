#pragma once
#include <exception>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "train/checkpoint.hpp"

namespace ph {

/// Writes checkpoints on a thread of its own, from copies, so that training goes on meanwhile; one at a
/// time: the next has to wait, so that there is never more than one copy. A file appears whole or not at
/// all; only then do older ones go. Main thread.
class CheckpointWriter {
 public:
  CheckpointWriter() = default;
  /// Waits; an error that nobody asked for by then is lost.
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  struct Job {
    std::filesystem::path file;
    std::filesystem::path link;                 ///< to be pointed at the file; may be empty
    std::vector<std::filesystem::path> remove;  ///< afterwards
  };
  /// Copies the tensors of `checkpoint` and begins to write. Throws what went wrong with the one before.
  void start(Checkpoint checkpoint, Job job);
  /// Until the last one is on disk. Throws Error(environment) if it could not be written.
  void wait();
  /// Throws if one has already failed; waits for nothing.
  void check();
  /// The newest that is on disk; empty when none was written.
  [[nodiscard]] std::filesystem::path written() const;

 private:
  void write(const Checkpoint& checkpoint, const Job& job);
  mutable std::mutex mutex_;
  std::exception_ptr failure_;
  std::filesystem::path written_;
  std::thread thread_;
};

}  // namespace ph
