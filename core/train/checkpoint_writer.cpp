#include "train/checkpoint_writer.hpp"

#include <torch/types.h>

#include <map>
#include <memory>
#include <utility>

#include "system/limits.hpp"
#include "system/resource_error.hpp"

namespace ph {
namespace {

std::int64_t bytes_of(const Checkpoint& checkpoint) {
  std::int64_t bytes = 0;
  for (const auto& [name, tensor] : checkpoint.tensors) bytes += static_cast<std::int64_t>(tensor.nbytes());
  return bytes;
}

// All or none: the tensors of a checkpoint that could not be copied are still the run's.
void copy_tensors(Checkpoint& checkpoint) {
  at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> copies;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    copies[name] = tensor.is_cpu() ? tensor.detach().clone(at::MemoryFormat::Contiguous)
                                   : tensor.detach().to(at::kCPU).contiguous();
  }
  checkpoint.tensors = std::move(copies);
}

}  // namespace

CheckpointWriter::~CheckpointWriter() {
  if (thread_.joinable()) thread_.join();
}

void CheckpointWriter::start(Checkpoint checkpoint, Job job) {
  wait();
  // Where a copy would take a good part of the memory, training waits instead.
  if (bytes_of(checkpoint) > usable_memory() / 4) return write(checkpoint, job);
  const auto kept = std::make_shared<Checkpoint>(std::move(checkpoint));
  try {
    copy_tensors(*kept);
    thread_ = std::thread([this, kept, job] {
      try {
        write(*kept, job);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
      }
    });
  } catch (const std::exception& error) {
    // No room for copies or a thread: a checkpoint that takes its time is better than none.
    if (!resource_error(error, {})) throw;
    write(*kept, job);
  }
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
