// What an instance gets from get_service().
#include "service/services.hpp"

#include <cmath>
#include <numeric>

#include "plugin/host_table.hpp"
#include "plugin/instance.hpp"
#include "support/catch.hpp"

namespace {

template <class Table>
const Table* service(const ph::HostTable& host, const char* id) {
  return static_cast<const Table*>(host.get()->get_service(host.get()->ctx, ph::to_ph(id)));
}

constexpr ph_place cpu{sizeof cpu, 0, PH_DEVICE_CPU, 0, nullptr};
constexpr ph_dtype f32{PH_DTYPE_FLOAT, 32, 1}, f64{PH_DTYPE_FLOAT, 64, 1};

ph_matrix matrix(std::vector<double>& data, std::int64_t rows, std::int64_t cols) {
  return {sizeof(ph_matrix), 0, data.data(), rows, cols, cols, 1};
}

}  // namespace

TEST_CASE("random numbers depend on seed, component, purpose, iteration and place alone",
          "[plugin][service]") {
  const ph::HostTable host("org.x/A"), other("org.x/B");
  const auto* random = service<ph_random>(host, PH_SERVICE_RANDOM);
  REQUIRE(random != nullptr);
  const auto draw = [](const ph_random* from, const char* purpose, std::int64_t iter, std::int64_t first,
                       std::int64_t n) {
    std::vector<std::uint64_t> out(static_cast<std::size_t>(n));
    from->bits(from->ctx, ph::to_ph(purpose), iter, first, out.data(), n);
    return out;
  };
  const auto all = draw(random, "noise", 7, 0, 9);
  // Any part of the sequence is the same, wherever it begins.
  for (std::int64_t first = 0; first < 9; ++first) {
    const auto part = draw(random, "noise", 7, first, 9 - first);
    CHECK(std::equal(part.begin(), part.end(), all.begin() + first));
  }
  CHECK(draw(random, "mask", 7, 0, 9) != all);
  CHECK(draw(random, "noise", 8, 0, 9) != all);
  CHECK(draw(service<ph_random>(other, PH_SERVICE_RANDOM), "noise", 7, 0, 9) != all);
  auto seeded = ph::services();
  const auto before = seeded;
  seeded.seed = 1;
  ph::set_services(seeded);
  CHECK(draw(random, "noise", 7, 0, 9) != all);
  ph::set_services(before);
  CHECK(draw(random, "noise", 7, 0, 9) == all);
  // Bits are balanced: 64 times 4096 coins.
  int ones = 0;
  for (const auto word : draw(random, "coin", 0, 0, 4096)) ones += __builtin_popcountll(word);
  CHECK(std::abs(ones - 131072) < 1500);  // 5.9 standard deviations of 256
}

TEST_CASE("threads cover a range once, also from within", "[plugin][service]") {
  const ph::WithThreads with(3);
  const ph::HostTable host("org.x/A");
  const auto* parallel = service<ph_parallel>(host, PH_SERVICE_PARALLEL);
  REQUIRE(parallel != nullptr);
  CHECK(parallel->threads(parallel->ctx) == 3);
  struct Work {
    const ph_parallel* parallel;
    std::vector<int> seen;
  } work{parallel, std::vector<int>(1001)};
  const auto body = [](void* user, std::int64_t begin, std::int64_t end) {
    auto& mine = *static_cast<Work*>(user);
    struct Inner {
      Work* work;
      std::int64_t begin;
    } inner{&mine, begin};
    mine.parallel->run(
        mine.parallel->ctx, end - begin, 1,
        [](void* nested, std::int64_t from, std::int64_t to) {
          auto& in = *static_cast<Inner*>(nested);
          for (auto i = from; i < to; ++i) ++in.work->seen[static_cast<std::size_t>(in.begin + i)];
        },
        &inner);
  };
  for (const std::int64_t grain : {1, 400, 5000}) parallel->run(parallel->ctx, 1001, grain, body, &work);
  CHECK(work.seen == std::vector<int>(1001, 3));
  parallel->run(parallel->ctx, 0, 1, body, &work);
  CHECK(std::accumulate(work.seen.begin(), work.seen.end(), 0) == 3003);
}

TEST_CASE("vectors add up the same for any number of threads", "[plugin][service]") {
  const ph::HostTable host("org.x/A");
  const auto* vector = service<ph_vector>(host, PH_SERVICE_VECTOR);
  REQUIRE(vector != nullptr);
  constexpr std::int64_t n = 300'001;  // several blocks and a tail
  std::vector<float> x(n), y(n);
  double exact = 0, total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<float>(std::sin(static_cast<double>(i)));
    y[i] = static_cast<float>(std::cos(0.1 * static_cast<double>(i)));
    exact += static_cast<double>(x[i]) * static_cast<double>(y[i]);
    total += std::abs(static_cast<double>(x[i]));
  }
  double alone = 0, sum = 0, most = 0;
  REQUIRE(vector->dot(vector->ctx, &cpu, f32, n, x.data(), y.data(), &alone) == PH_OK);
  REQUIRE(vector->abs_sum(vector->ctx, &cpu, f32, n, x.data(), &sum) == PH_OK);
  CHECK(std::abs(alone - exact) < 1e-9);  // 300 000 additions in double, in another order
  CHECK(std::abs(sum - total) < 1e-9);
  for (const int threads : {2, 5}) {
    const ph::WithThreads with(threads);
    double found = 0;
    REQUIRE(vector->dot(vector->ctx, &cpu, f32, n, x.data(), y.data(), &found) == PH_OK);
    CHECK(found == alone);
  }
  x[299'999] = -7;
  REQUIRE(vector->abs_max(vector->ctx, &cpu, f32, n, x.data(), &most) == PH_OK);
  CHECK(most == 7);
  x[5] = NAN;
  REQUIRE(vector->abs_max(vector->ctx, &cpu, f32, n, x.data(), &most) == PH_OK);
  CHECK(std::isnan(most));
  std::vector<double> a{1, 2}, b{NAN, 1};
  REQUIRE(vector->axpby(vector->ctx, &cpu, f64, 2, 3, a.data(), 0, b.data()) == PH_OK);  // b is only written
  CHECK(b == std::vector<double>{3, 6});
  REQUIRE(vector->axpby(vector->ctx, &cpu, f64, 2, 1, a.data(), 0.5, b.data()) == PH_OK);
  CHECK(b == std::vector<double>{2.5, 5});
  const ph_dtype bf16{PH_DTYPE_BFLOAT, 16, 1};
  const ph_place gpu{sizeof gpu, 0, PH_DEVICE_CUDA, 0, nullptr};
  CHECK(vector->axpby(vector->ctx, &cpu, bf16, 2, 1, a.data(), 0, b.data()) == PH_ERR_UNSUPPORTED);
  CHECK(vector->dot(vector->ctx, &gpu, f64, 2, a.data(), b.data(), &most) == PH_ERR_UNSUPPORTED);
}

TEST_CASE("matrices multiply, plain and transposed", "[plugin][service]") {
  const ph::HostTable host("org.x/A");
  const auto* linalg = service<ph_linalg>(host, PH_SERVICE_LINALG);
  REQUIRE(linalg != nullptr);
  std::vector<double> a{1, 2, 3, 4, 5, 6}, b{1, 0, -1, 2, 1, 0}, c{100, 100, 100, 100}, sums(2);
  const auto left = matrix(a, 2, 3), right = matrix(b, 3, 2), out = matrix(c, 2, 2);
  REQUIRE(linalg->gemm(linalg->ctx, &cpu, f64, 2, &left, &right, 0.5, &out) == PH_OK);
  CHECK(c == std::vector<double>{54, 58, 60, 70});
  // The same with both transposed in memory.
  std::vector<double> at{1, 4, 2, 5, 3, 6}, bt{1, -1, 1, 0, 2, 0}, again(4, NAN);
  const ph_matrix left_t{sizeof left_t, 0, at.data(), 2, 3, 1, 2},
      right_t{sizeof right_t, 0, bt.data(), 3, 2, 1, 3};
  const auto target = matrix(again, 2, 2);
  REQUIRE(linalg->gemm(linalg->ctx, &cpu, f64, 1, &left_t, &right_t, 0, &target) == PH_OK);
  CHECK(again == std::vector<double>{2, 4, 5, 10});
  REQUIRE(linalg->row_sums(linalg->ctx, &cpu, f64, &left, 2, sums.data()) == PH_OK);
  CHECK(sums == std::vector<double>{14, 77});
  CHECK(linalg->gemm(linalg->ctx, &cpu, f64, 1, &left, &left, 0, &target) == PH_ERR_INVALID_ARGUMENT);
  CHECK(linalg->gemm(linalg->ctx, &cpu, {PH_DTYPE_BFLOAT, 16, 1}, 1, &left, &right, 0, &out) ==
        PH_ERR_UNSUPPORTED);
  CHECK(linalg->row_sums(linalg->ctx, &cpu, f64, &left, 3, sums.data()) == PH_ERR_INVALID_ARGUMENT);
}

TEST_CASE("sums over one process stay, and a host may lack services", "[plugin][service]") {
  const ph::HostTable host("org.x/A");
  const auto* reduce = service<ph_all_reduce>(host, PH_SERVICE_ALL_REDUCE);
  REQUIRE(reduce != nullptr);
  double values[] = {1, 2};
  REQUIRE(reduce->sum(reduce->ctx, values, 2) == PH_OK);
  CHECK((values[0] == 1 && values[1] == 2));
  CHECK(service<void>(host, "posehost.random/1") == nullptr);
  CHECK(service<void>(host, "") == nullptr);
  const auto before = ph::services();
  ph::Services none;
  none.random = false;
  ph::set_services(none);
  for (const char* id :
       {PH_SERVICE_PARALLEL, PH_SERVICE_RANDOM, PH_SERVICE_VECTOR, PH_SERVICE_LINALG, PH_SERVICE_ALL_REDUCE})
    CHECK(service<void>(host, id) == nullptr);
  ph::set_services(before);
}
