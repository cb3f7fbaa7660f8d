#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "service/services.hpp"

namespace ph {

/// Threads that wait for work. run() hands each one an equal share; the caller takes the first.
struct ThreadTeam::Impl {
  explicit Impl(int count) : table{sizeof table, 0, this, threads, run} {
    for (int i = 1; i < count; ++i) workers.emplace_back([this, i] { work(i); });
  }
  ~Impl() {
    {
      const std::lock_guard lock{mutex};
      leaving = true;
    }
    wake.notify_all();
    for (auto& worker : workers) worker.join();
  }

  static std::int32_t threads(void* ctx) noexcept {
    return static_cast<std::int32_t>(static_cast<Impl*>(ctx)->workers.size() + 1);
  }
  static void run(void* ctx, std::int64_t n, std::int64_t grain,
                  void (*body)(void*, std::int64_t, std::int64_t), void* user) {
    auto& self = *static_cast<Impl*>(ctx);
    const auto most = (n + std::max<std::int64_t>(1, grain) - 1) / std::max<std::int64_t>(1, grain);
    const auto shares = std::min<std::int64_t>(threads(ctx), most);
    if (shares <= 1 || inside) {
      if (n > 0) body(user, 0, n);
      return;
    }
    {
      const std::lock_guard lock{self.mutex};
      self.job = {body, user, n, shares};
      self.running = static_cast<int>(self.workers.size());
      ++self.round;
    }
    self.wake.notify_all();
    self.share(0);
    std::unique_lock lock{self.mutex};
    self.done.wait(lock, [&] { return self.running == 0; });
  }

  void share(std::int64_t i) const {
    if (i >= job.shares) return;
    const auto begin = job.n * i / job.shares, end = job.n * (i + 1) / job.shares;
    inside = true;
    if (begin < end) job.body(job.user, begin, end);
    inside = false;
  }
  void work(int i) {
    std::uint64_t seen = 0;
    std::unique_lock lock{mutex};
    for (;;) {
      wake.wait(lock, [&] { return leaving || round != seen; });
      if (leaving) return;
      seen = round;
      lock.unlock();
      share(i);
      lock.lock();
      if (--running == 0) done.notify_one();
    }
  }

  struct Job {
    void (*body)(void*, std::int64_t, std::int64_t) = nullptr;
    void* user = nullptr;
    std::int64_t n = 0, shares = 0;
  };
  static thread_local bool inside;  // a body that asks for threads again gets none
  ph_parallel table;
  std::mutex mutex;
  std::condition_variable wake, done;
  Job job;
  int running = 0;
  std::uint64_t round = 0;
  bool leaving = false;
  std::vector<std::thread> workers;
};
thread_local bool ThreadTeam::Impl::inside = false;

ThreadTeam::ThreadTeam(int threads) : impl_{std::make_unique<Impl>(threads)} {}
ThreadTeam::~ThreadTeam() = default;
const ph_parallel* ThreadTeam::get() const noexcept { return &impl_->table; }

WithThreads::WithThreads(int threads) : team_{threads}, before_{services()} {
  auto all = before_;
  all.parallel = team_.get();
  set_services(all);
}
WithThreads::~WithThreads() { set_services(before_); }

}  // namespace ph
