#include "data/loader.hpp"

#include <ATen/Context.h>
#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

#include "data/rng.hpp"
#include "data/sample.hpp"

namespace ph {
namespace {

// A batch in the making. Threads write to different samples of it; the rest is under the loader's mutex.
struct Slot {
  Batch batch;
  std::vector<std::int64_t> indices;  // of its samples in the data set
  std::size_t begun = 0, finished = 0;
  std::exception_ptr error;
  std::size_t error_at = 0;  // the first bad sample counts, however threads were scheduled
};

std::span<float> part_of(const at::Tensor& tensor, std::size_t sample) {
  if (!tensor.defined()) return {};
  const auto count = static_cast<std::size_t>(tensor.numel() / tensor.size(0));
  return {tensor.mutable_data_ptr<float>() + sample * count, count};
}

SampleMeta meta_of(const Sample& sample) {
  SampleMeta meta;
  meta.index = sample.index;
  meta.image_file = sample.instance->image_file;
  meta.center = sample.center;
  meta.scale = sample.scale;
  meta.rotation = static_cast<float>(sample.rotation);
  meta.bbox_score = sample.instance->bbox_score;
  return meta;
}

std::vector<std::int64_t> epoch_order(std::int64_t size, const LoaderOptions& options, std::int64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  if (!options.shuffle) return order;
  Rng random({options.seed, epoch, 0, purpose_of("order of an epoch")});
  for (std::size_t left = order.size(); left > 1; --left) {  // Fisher-Yates
    std::swap(order[left - 1], order[random.below(left)]);
  }
  return order;
}

}  // namespace

struct Loader::Impl {
  Impl(std::shared_ptr<const Dataset> set, LoaderOptions chosen)
      : dataset(std::move(set)), options(chosen), shapes(dataset->shapes()) {
    options.threads = std::max(1, options.threads);
    options.prefetch_batches = std::max(1, options.prefetch_batches);
    options.batch_size = std::max<std::int64_t>(1, options.batch_size);
    options.pin_memory = options.pin_memory && at::hasCUDA();
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    work.notify_all();
  }  // the threads are joined before anything else goes: they are the last member

  std::int64_t batches() const noexcept {
    const std::int64_t size = dataset->size(), each = options.batch_size;
    return options.drop_last ? size / each : (size + each - 1) / each;
  }

  at::Tensor empty(std::int64_t samples, const std::vector<std::int64_t>& shape) const {
    if (shape.empty()) return {};
    std::vector<std::int64_t> sizes{samples};
    sizes.insert(sizes.end(), shape.begin(), shape.end());
    return at::empty(sizes, at::TensorOptions().dtype(at::kFloat).pinned_memory(options.pin_memory));
  }

  // Under the mutex: the next batch of the epoch, empty, at the end of `slots`.
  void open_slot() {
    const auto first = static_cast<std::size_t>(next_batch * options.batch_size);
    const auto last = std::min(first + static_cast<std::size_t>(options.batch_size), order.size());
    auto slot = std::make_shared<Slot>();
    slot->indices.assign(order.begin() + static_cast<std::ptrdiff_t>(first),
                         order.begin() + static_cast<std::ptrdiff_t>(last));
    const auto samples = static_cast<std::int64_t>(slot->indices.size());
    slot->batch.img = empty(samples, shapes.img);
    slot->batch.target = empty(samples, shapes.target);
    slot->batch.target_weight = empty(samples, shapes.target_weight);
    slot->batch.meta.resize(slot->indices.size());
    slots.push_back(std::move(slot));
    ++next_batch;
  }

  // Under the mutex: a batch that has samples left to begin; null when there is nothing to do.
  std::shared_ptr<Slot> find_work() {
    if (!slots.empty() && slots.back()->begun < slots.back()->indices.size()) return slots.back();
    if (next_batch >= end_batch || slots.size() >= static_cast<std::size_t>(options.prefetch_batches))
      return nullptr;
    open_slot();
    return slots.back();
  }

  void make(Slot& slot, std::size_t at, std::int64_t of_epoch, Sample& sample) const {
    const std::array<std::pair<SampleArray*, const at::Tensor*>, 3> arrays{
        {{&sample.img, &slot.batch.img},
         {&sample.target, &slot.batch.target},
         {&sample.target_weight, &slot.batch.target_weight}}};
    for (const auto& [array, tensor] : arrays) array->put_at(part_of(*tensor, at));
    dataset->make_sample(slot.indices[at], options.seed, of_epoch, sample);
    for (const auto& [array, tensor] : arrays) {
      if (!tensor->defined() || array->values().data() == part_of(*tensor, at).data()) continue;
      throw Error(ErrorKind::internal,
                  sample.instance->image_file + ": a sample has another shape than its data set says");
    }
    slot.batch.meta[at] = meta_of(sample);
  }

  // Runs no torch operator, so there are no torch threads to limit; at::set_num_threads() would reach
  // other threads too, which take over the value that was set last.
  void run() {
    Sample sample;
    std::unique_lock lock(mutex);
    while (!stopping) {
      std::shared_ptr<Slot> slot;
      std::exception_ptr error;
      try {
        slot = find_work();
      } catch (...) {  // no memory for a batch
        fail_epoch(std::current_exception());
      }
      if (!slot) {
        work.wait(lock);
        continue;
      }
      const std::size_t at = slot->begun++;
      const std::int64_t of_epoch = epoch;
      lock.unlock();
      try {
        make(*slot, at, of_epoch, sample);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      if (error && (!slot->error || at < slot->error_at)) {
        slot->error = error;
        slot->error_at = at;
      }
      if (++slot->finished == slot->indices.size()) done.notify_all();
    }
  }

  // Under the mutex: next() throws `error` after the batches that are there.
  void fail_epoch(std::exception_ptr error) {
    auto slot = std::make_shared<Slot>();
    slot->error = std::move(error);
    slots.push_back(std::move(slot));
    end_batch = next_batch;
    done.notify_all();
  }

  const std::shared_ptr<const Dataset> dataset;
  LoaderOptions options;
  const SampleShapes shapes;

  std::mutex mutex;
  std::condition_variable work, done;
  std::deque<std::shared_ptr<Slot>> slots;  // in order; only the last one may have samples to begin
  std::vector<std::int64_t> order;
  std::int64_t epoch = 0, next_batch = 0, end_batch = 0;
  bool stopping = false;
  std::vector<std::jthread> threads;
};

Loader::Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options)
    : impl_(std::make_unique<Impl>(std::move(dataset), options)) {
  for (int i = 0; i < impl_->options.threads; ++i)
    impl_->threads.emplace_back([impl = impl_.get()] { impl->run(); });
}

Loader::~Loader() = default;

std::int64_t Loader::batches() const noexcept { return impl_->batches(); }
const Dataset& Loader::dataset() const noexcept { return *impl_->dataset; }
const LoaderOptions& Loader::options() const noexcept { return impl_->options; }

void Loader::start(std::int64_t epoch, std::int64_t first) {
  std::vector<std::int64_t> order = epoch_order(impl_->dataset->size(), impl_->options, epoch);
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->slots.clear();  // threads that are still at one of them keep it alive
    impl_->order = std::move(order);
    impl_->epoch = epoch;
    impl_->next_batch = std::max<std::int64_t>(0, first);
    impl_->end_batch = impl_->batches();
  }
  impl_->work.notify_all();
}

std::optional<Batch> Loader::next() {
  std::shared_ptr<Slot> slot;
  {
    std::unique_lock lock(impl_->mutex);
    const auto at_end = [&] { return impl_->slots.empty() && impl_->next_batch >= impl_->end_batch; };
    const auto ready = [&] {
      return !impl_->slots.empty() && impl_->slots.front()->finished == impl_->slots.front()->indices.size();
    };
    impl_->done.wait(lock, [&] { return at_end() || ready(); });
    if (at_end()) return std::nullopt;
    slot = std::move(impl_->slots.front());
    impl_->slots.pop_front();
  }
  impl_->work.notify_all();
  if (slot->error) std::rethrow_exception(slot->error);
  return std::move(slot->batch);
}

}  // namespace ph
