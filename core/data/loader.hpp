#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "data/batch.hpp"
#include "data/dataset.hpp"

namespace ph {

struct LoaderOptions {
  std::int64_t batch_size = 1;
  int threads = 1;           ///< at least 1
  int prefetch_batches = 2;  ///< made ahead of the one that was given out last; at least 1
  bool shuffle = false;
  bool drop_last = false;
  bool pin_memory = false;  ///< for asynchronous copies to CUDA; without a CUDA device it has no effect
  std::uint64_t seed = 0;
};

/// Batches of a data set, made on threads of this process. The same batches for any number of
/// threads: order by (seed, epoch), augmentation by (seed, epoch, index). One caller at a time.
class Loader {
 public:
  Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options);
  /// Waits for the samples at hand only.
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Batches of one epoch; 0 when drop_last drops the only one.
  [[nodiscard]] std::int64_t batches() const noexcept;
  [[nodiscard]] const Dataset& dataset() const noexcept;
  [[nodiscard]] const LoaderOptions& options() const noexcept;

  /// Begins `epoch` at batch `first`, without making the batches before it. Drops what was prefetched of another epoch.
  /// `next_follows` promises start(epoch + 1): threads that have begun all samples of this epoch go on with that one's,
  /// still at most prefetch_batches ahead, and what they meet there is told when it is asked for.
  void start(std::int64_t epoch, std::int64_t first = 0, bool next_follows = false);
  /// The next batch, or nothing at the end of the epoch and before the first start(). Throws what a
  /// loader thread threw for this batch; the next call goes on with the batch after it.
  [[nodiscard]] std::optional<Batch> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ph
