#include <posehost/optimizer.hpp>

#include <cmath>
#include <cstring>
#include <random>

#include "fake_host.hpp"
#include "support/catch.hpp"

namespace {

struct Momentum final : ph::ElementwiseOptimizer {
  static constexpr auto info = ph::component("Momentum", "doc");
  static constexpr auto args = ph::args(ph::arg<double>("lr", ph::required, ph::role::lr, "step size"),
                                        ph::arg<double>("momentum", 0.5, ph::role::momentum, "share kept"),
                                        ph::arg<bool>("fail", false, "throw in range"));
  explicit Momentum(const ph::Config& config) : fail_(config.get<bool>("fail")) {}
  std::vector<ph::Slot> slots() const override { return {{"buffer"}, {"copy", PH_SLOT_COPY, PH_SLOT_F64}}; }
  template <class Real>
  struct Scalars {
    Real lr, momentum, step;
  };
  Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const {
    return {h["lr"], h["momentum"], static_cast<double>(step)};
  }
  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    if (fail_) throw std::runtime_error("asked to");
    spans.each([s](Real& p, Real g, Real& m) {
      m = s.momentum * m + g;
      p -= s.lr * m;
    });
  }

 private:
  bool fail_;
};

// Uses a slot that it does not declare, and a hyper-parameter that is not there.
struct Careless final : ph::ElementwiseOptimizer {
  static constexpr auto info = ph::component("Careless", "doc");
  static constexpr auto args = ph::args(ph::arg<double>("lr", 1.0, ph::role::lr, "step size"));
  void prepare(const ph_layout&) override { throw ph::Failure(PH_ERR_UNSUPPORTED, "told"); }
  template <class Real>
  struct Scalars {
    Real lr;
  };
  Scalars<double> scalars(const ph::Hypers& h, std::int64_t) const { return {h["rl"]}; }
  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>&) const {
    spans.each([](Real& p, Real g, Real& m) { p -= g * m; });
  }
};

constexpr ph_component momentum = ph::detail::describe<Momentum>();
constexpr ph_component careless = ph::detail::describe<Careless>();
using Made = test::Made<ph_optimizer_api>;

// A span with something behind the ABI's fields, as a newer host might have it.
template <class Real>
struct WideSpan {
  ph_span known;
  std::uint64_t later = ~0ull;
};

template <class Real>
ph_range_args range_args(const std::vector<WideSpan<Real>>& spans, const double* scalars, std::int64_t n) {
  ph_range_args args{};
  args.size = sizeof args;
  args.spans = &spans[0].known;
  args.n_spans = static_cast<std::int64_t>(spans.size());
  args.span_stride = sizeof(WideSpan<Real>);
  args.scalars = scalars;
  args.n_scalars = n;
  args.dtype = {PH_DTYPE_FLOAT, sizeof(Real) * 8, 1};
  args.device_type = PH_DEVICE_CPU;
  return args;
}

ph_scalars_args scalars_args(const double* hyper, std::int64_t n_hyper, std::int64_t step, double* out,
                             std::int64_t n_out) {
  ph_scalars_args args{};
  args.size = sizeof args;
  args.hyper = hyper;
  args.n_hyper = n_hyper;
  args.step = step;
  args.out = out;
  args.n_out = n_out;
  return args;
}

template <class Real>
void check_range() {
  test::FakeHost host;
  const Made made(momentum, host, test::FakeConfig({{"/fail", false}}));
  std::vector<Real> p{1, 2, 3}, g{1, 1, 2}, m{0, 2, 4}, unused(3);
  void* slots[] = {m.data(), unused.data()};
  void* tail[] = {m.data() + 2, unused.data()};
  const std::vector<WideSpan<Real>> spans{{{p.data(), g.data(), 2, 1, slots, 0, 0}},
                                          {{p.data() + 2, g.data() + 2, 1, 1, tail, 1, 0}},
                                          {{p.data(), nullptr, 3, 1, slots, 2, 0}}};
  const double scalars[] = {0.5, 0.5, 1};
  const auto args = range_args(spans, scalars, 3);
  REQUIRE(made.api().range(made.self, &args) == PH_OK);
  CHECK(m == std::vector<Real>{1, 2, 4});
  CHECK(p == std::vector<Real>{0.5, 1, 1});
}

}  // namespace

TEST_CASE("an optimizer's table says what the class says", "[sdk][optimizer]") {
  test::FakeHost host;
  const Made made(momentum, host, test::FakeConfig({{"/fail", false}}));
  REQUIRE(made.status == PH_OK);
  CHECK(made.api().capabilities == PH_OPT_ELEMENTWISE);
  CHECK(made.api().n_hypers == 2);
  CHECK(made.api().n_scalars == 3);
  CHECK(made.api().prepare == nullptr);
  ph_slots slots{};
  slots.size = sizeof slots;
  REQUIRE(made.api().slots(made.self, &slots) == PH_OK);
  REQUIRE(slots.n_slots == 2);
  CHECK(ph::detail::from_ph(slots.slots[0]->name) == "buffer");
  CHECK(slots.slots[0]->dtype == PH_SLOT_AS_PARAM);
  CHECK(slots.slots[0]->init == PH_SLOT_ZEROS);
  CHECK(ph::detail::from_ph(slots.slots[1]->name) == "copy");
  CHECK(slots.slots[1]->dtype == PH_SLOT_F64);
  CHECK(slots.slots[1]->init == PH_SLOT_COPY);
}

TEST_CASE("scalars come from hyper-parameters and step", "[sdk][optimizer]") {
  test::FakeHost host;
  const Made made(momentum, host, test::FakeConfig({{"/fail", false}}));
  const double hyper[] = {0.1, 0.9};
  double out[4] = {-1, -1, -1, -1};
  auto args = scalars_args(hyper, 2, 7, out, 3);
  REQUIRE(made.api().scalars(made.self, &args) == PH_OK);
  CHECK(std::vector<double>(out, out + 4) == std::vector<double>{0.1, 0.9, 7, -1});
  args.n_out = 2;
  CHECK(made.api().scalars(made.self, &args) == PH_ERR_FAILED);
}

TEST_CASE("range updates spans of floats and doubles and leaves those without gradient", "[sdk][optimizer]") {
  check_range<float>();
  check_range<double>();
}

TEST_CASE("range refuses what it cannot do", "[sdk][optimizer][error]") {
  test::FakeHost host;
  const Made made(momentum, host, test::FakeConfig({{"/fail", false}}));
  std::vector<float> p{1}, m{0};
  void* slots[] = {m.data(), m.data()};
  const std::vector<WideSpan<float>> spans{{{p.data(), p.data(), 1, 1, slots, 0, 0}}};
  const double scalars[] = {0.5, 0.5, 1};
  auto args = range_args(spans, scalars, 3);
  SECTION("another type") {
    args.dtype = {PH_DTYPE_BFLOAT, 16, 1};
    CHECK(made.api().range(made.self, &args) == PH_ERR_UNSUPPORTED);
    CHECK(host.error == "this optimizer takes parameters of 32-bit and 64-bit floats only");
  }
  SECTION("another device") {
    args.device_type = PH_DEVICE_CUDA;
    CHECK(made.api().range(made.self, &args) == PH_ERR_UNSUPPORTED);
    CHECK(host.error == "this optimizer runs on the CPU only");
  }
  SECTION("the author's code throws") {
    const Made failing(momentum, host, test::FakeConfig({{"/fail", true}}));
    CHECK(failing.api().range(failing.self, &args) == PH_ERR_FAILED);
    CHECK(host.error == "asked to");
  }
  CHECK(p[0] == 1);
}

TEST_CASE("careless code is caught, not executed", "[sdk][optimizer][error]") {
  test::FakeHost host;
  const Made made(careless, host, test::FakeConfig({}));
  const double hyper[] = {0.1};
  double out[1];
  const auto scalars = scalars_args(hyper, 1, 1, out, 1);
  CHECK(made.api().scalars(made.self, &scalars) == PH_ERR_FAILED);
  CHECK(host.error == "no hyper-parameter \"rl\" in the table of arguments");
  std::vector<float> p{1};
  const std::vector<WideSpan<float>> spans{{{p.data(), p.data(), 1, 1, nullptr, 0, 0}}};
  const auto args = range_args(spans, hyper, 1);
  CHECK(made.api().range(made.self, &args) == PH_ERR_FAILED);
  CHECK(host.error == "the rule uses more slots than slots() declares");
  const ph_layout layout{sizeof layout, 0, 1, nullptr, 0};
  REQUIRE(made.api().prepare != nullptr);
  CHECK(made.api().prepare(made.self, &layout) == PH_ERR_UNSUPPORTED);
}

TEST_CASE("create reports what the constructor throws, destroy takes NULL", "[sdk][component]") {
  test::FakeHost host;
  const Made made(momentum, host, test::FakeConfig({}));
  CHECK(made.status == PH_ERR_INVALID_ARGUMENT);
  CHECK(host.error == "/fail: nothing there; expected true or false");
  static_cast<const ph_optimizer_api*>(momentum.api)->destroy(nullptr);
}
