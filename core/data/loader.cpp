#include "data/loader.hpp"

#include <ATen/Context.h>
#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "data/epoch_order.hpp"
#include "data/sample.hpp"

namespace ph {
namespace {

// A batch in the making. Threads write to different samples of it; the rest is under the loader's mutex.
struct Slot {
  Batch batch;
  std::int64_t epoch = 0;
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

  std::vector<std::int64_t> order_of(std::int64_t of_epoch) const {
    return epoch_order(dataset->size(), options.shuffle, options.seed, of_epoch);
  }

  // Under the mutex: the next batch of `epoch`, empty, at the end of `slots`.
  void open_slot() {
    const auto first = static_cast<std::size_t>(next_batch * options.batch_size);
    const auto last = std::min(first + static_cast<std::size_t>(options.batch_size), order.size());
    auto slot = std::make_shared<Slot>();
    slot->epoch = epoch;
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
    if (slots.size() >= static_cast<std::size_t>(options.prefetch_batches)) return nullptr;
    const bool all_open = next_batch >= end_batch, ahead = epoch != asked;
    if (all_open && (ahead || !next_follows)) return nullptr;
    try {
      if (all_open) begin_epoch(asked + 1, 0, order_of(asked + 1));
      if (next_batch >= end_batch) return nullptr;  // an epoch without batches
      open_slot();
    } catch (...) {  // no memory for a batch; of one that nobody has asked for yet it is no error
      if (epoch == asked && !all_open) fail_epoch(std::current_exception());
      return nullptr;
    }
    return slots.back();
  }

  // Under the mutex: from now on batches of `of_epoch` are opened.
  void begin_epoch(std::int64_t of_epoch, std::int64_t first, std::vector<std::int64_t> its_order) {
    order = std::move(its_order);
    epoch = of_epoch;
    next_batch = std::max<std::int64_t>(0, first);
    end_batch = batches();
  }

  // Under the mutex: whether `of_epoch`, from its first batch on, is what threads have gone into unasked. What is
  // left of the epoch before it goes.
  bool take_up(std::int64_t of_epoch, std::int64_t first) {
    if (epoch == asked || of_epoch != epoch || first > 0) return false;
    while (!slots.empty() && slots.front()->epoch != epoch) slots.pop_front();
    asked = epoch;
    return true;
  }

  void make(Slot& slot, std::size_t at, Sample& sample) const {
    const std::array<std::pair<SampleArray*, const at::Tensor*>, 3> arrays{
        {{&sample.img, &slot.batch.img},
         {&sample.target, &slot.batch.target},
         {&sample.target_weight, &slot.batch.target_weight}}};
    for (const auto& [array, tensor] : arrays) array->put_at(part_of(*tensor, at));
    dataset->make_sample(slot.indices[at], options.seed, slot.epoch, sample);
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
      const auto slot = find_work();
      if (!slot) {
        work.wait(lock);
        continue;
      }
      const std::size_t at = slot->begun++;
      lock.unlock();
      std::exception_ptr error;
      try {
        make(*slot, at, sample);
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
    slot->epoch = epoch;
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
  std::int64_t epoch = 0, next_batch = 0,
               end_batch = 0;  // whose batches are opened; `asked` or the one after it
  std::int64_t asked = 0;      // by start()
  bool next_follows = false, stopping = false;
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

void Loader::start(std::int64_t epoch, std::int64_t first, bool next_follows) {
  auto& own = *impl_;
  bool taken_up = false;
  {
    const std::lock_guard lock(own.mutex);
    taken_up = own.take_up(epoch, first);
    own.next_follows = taken_up && next_follows;
  }
  if (!taken_up) {
    auto order = own.order_of(epoch);
    const std::lock_guard lock(own.mutex);
    own.slots.clear();  // threads that are still at one of them keep it alive
    own.begin_epoch(epoch, first, std::move(order));
    own.asked = epoch;
    own.next_follows = next_follows;
  }
  own.work.notify_all();
}

std::optional<Batch> Loader::next() {
  auto& own = *impl_;
  std::shared_ptr<Slot> slot;
  {
    std::unique_lock lock(own.mutex);
    const auto none_open = [&] { return own.slots.empty() || own.slots.front()->epoch != own.asked; };
    const auto at_end = [&] {
      return none_open() && (own.epoch != own.asked || own.next_batch >= own.end_batch);
    };
    const auto ready = [&] {
      return !none_open() && own.slots.front()->finished == own.slots.front()->indices.size();
    };
    own.done.wait(lock, [&] { return at_end() || ready(); });
    if (at_end()) return std::nullopt;
    slot = std::move(own.slots.front());
    own.slots.pop_front();
  }
  own.work.notify_all();
  if (slot->error) std::rethrow_exception(slot->error);
  return std::move(slot->batch);
}

}  // namespace ph
