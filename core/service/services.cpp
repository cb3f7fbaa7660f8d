#include "service/services.hpp"

#include "service/plain_linalg.hpp"
#include "service/plain_vector.hpp"
#include "service/run_services.hpp"

namespace ph {
namespace {

std::int32_t one_thread(void*) noexcept { return 1; }
void run_here(void*, std::int64_t n, std::int64_t, void (*body)(void*, std::int64_t, std::int64_t),
              void* user) {
  if (n > 0) body(user, 0, n);
}
/// The sum over one process.
std::int32_t sum_of_one(void*, double*, std::int64_t) noexcept { return PH_OK; }

constexpr ph_parallel serial{sizeof serial, 0, nullptr, one_thread, run_here};
constexpr ph_all_reduce alone{sizeof alone, 0, nullptr, sum_of_one};

Services& current() noexcept {
  static Services all = plain_services();
  return all;
}

}  // namespace

Services plain_services() noexcept {
  Services all;
  all.parallel = &serial;
  all.vector = plain_vector();
  all.linalg = plain_linalg();
  all.all_reduce = &alone;
  all.train_pipeline = train_pipeline_service();
  all.profile = profile_service();
  all.update = update_service();
  return all;
}

const Services& services() noexcept { return current(); }
void set_services(const Services& all) noexcept { current() = all; }

}  // namespace ph
