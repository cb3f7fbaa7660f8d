#include "train/checkpoint_writer.hpp"

#include <torch/types.h>

#include <utility>

#include "system/limits.hpp"

namespace ph {
namespace {

std::int64_t bytes_of(const Checkpoint& checkpoint) {
  std::int64_t bytes = 0;
  for (const auto& [name, tensor] : checkpoint.tensors) bytes += static_cast<std::int64_t>(tensor.nbytes());
  return bytes;
}

}  // namespace

CheckpointWriter::~CheckpointWriter() {
  if (thread_.joinable()) thread_.join();
}

void CheckpointWriter::start(Checkpoint checkpoint, Job job) {
  wait();
  // Where a copy would take a good part of the memory, training waits instead.
  if (bytes_of(checkpoint) > usable_memory() / 4) return write(checkpoint, job);
  at::NoGradGuard no_grad;
  for (auto& [name, tensor] : checkpoint.tensors) {
    tensor = tensor.is_cpu() ? tensor.detach().clone(at::MemoryFormat::Contiguous)
                             : tensor.detach().to(at::kCPU).contiguous();
  }
  thread_ = std::thread([this, kept = std::move(checkpoint), job = std::move(job)] {
    try {
      write(kept, job);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
  });
}

void CheckpointWriter::write(const Checkpoint& checkpoint, const Job& job) {
  save_checkpoint(job.file, checkpoint);
  if (!job.link.empty()) point_to(job.link, job.file);
  for (const auto& old : job.remove) {
    std::error_code ignored;  // a file that somebody took away is gone, as was wanted
    std::filesystem::remove(old, ignored);
    std::filesystem::remove(old.string() + ".info.json", ignored);
  }
  const std::lock_guard lock(mutex_);
  written_ = job.file;
}

void CheckpointWriter::wait() {
  if (thread_.joinable()) thread_.join();
  check();
}

void CheckpointWriter::check() {
  std::unique_lock lock(mutex_);
  if (const auto failure = std::exchange(failure_, nullptr)) {
    lock.unlock();
    std::rethrow_exception(failure);
  }
}

std::filesystem::path CheckpointWriter::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

}  // namespace ph
