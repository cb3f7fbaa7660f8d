#include <posehost/param_groups.hpp>
#include <posehost/schedule.hpp>

#include "fake_host.hpp"
#include "support/catch.hpp"

namespace {

struct Scaled final : ph::Schedule {
  static constexpr auto info = ph::component("Scaled", "doc");
  static constexpr auto args = ph::args(ph::arg<std::int64_t>("warmup", 0, "iterations"));
  explicit Scaled(const ph::Config& config) : warmup_(config.get<std::int64_t>("warmup")) {}
  void check(const ph::SchedulePoint& run) const override {
    if (warmup_ > run.max_iters) throw std::invalid_argument("warmup is longer than the run");
  }
  double value(const ph::SchedulePoint& at) const noexcept override {
    return at.prev * static_cast<double>(at.iter);
  }

 private:
  std::int64_t warmup_;
};

struct Following final : ph::Schedule {
  static constexpr auto info = ph::component("Following", "doc");
  static constexpr auto args = ph::args();
  double value(const ph::SchedulePoint&) const noexcept override { return last_; }
  void observe(const ph::Observation& seen) override {
    if (seen.source() != PH_OBSERVED_VAL_EPOCH) return;
    const double* value = seen.find("loss");
    if (!value) throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "no loss among " + seen.names());
    last_ = *value;
  }
  std::string save_state() const override { return std::to_string(last_); }
  void load_state(std::string_view bytes) override { last_ = std::stod(std::string(bytes)); }

 private:
  double last_ = 0;
};

struct Echo final : ph::ParamGroups {
  static constexpr auto info = ph::component("Echo", "doc");
  static constexpr auto args = ph::args();
  std::string build(std::string_view input) const override {
    if (input.empty()) throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "no input");
    return "<" + std::string(input) + ">";
  }
};

constexpr ph_component scaled = ph::detail::describe<Scaled>();
constexpr ph_component following = ph::detail::describe<Following>();
constexpr ph_component echo = ph::detail::describe<Echo>();

void append(void* to, const char* data, std::int64_t len) {
  static_cast<std::string*>(to)->append(data, static_cast<std::size_t>(len));
}

}  // namespace

TEST_CASE("a schedule's functions reach the class", "[sdk][schedule]") {
  test::FakeHost host;
  const test::Made<ph_schedule_api> made(scaled, host, test::FakeConfig({{"/warmup", std::int64_t{10}}}));
  REQUIRE(made.status == PH_OK);
  ph_schedule_point at{};
  at.size = sizeof at;
  at.iter = 3;
  at.prev = 0.5;
  CHECK(made.api().value(made.self, &at) == 1.5);
  at.max_iters = 10;
  CHECK(made.api().check(made.self, &at) == PH_OK);
  at.max_iters = 9;
  CHECK(made.api().check(made.self, &at) == PH_ERR_INVALID_ARGUMENT);
  CHECK(host.error == "warmup is longer than the run");
}

TEST_CASE("a schedule that follows a metric", "[sdk][schedule]") {
  test::FakeHost host;
  const test::Made<ph_schedule_api> plain(scaled, host, test::FakeConfig({}));
  CHECK(plain.api().observe == nullptr);
  CHECK(plain.api().save_state == nullptr);
  CHECK(plain.api().load_state == nullptr);

  const test::Made<ph_schedule_api> made(following, host, test::FakeConfig({}));
  REQUIRE(made.status == PH_OK);
  const ph_str names[] = {ph::detail::to_ph("acc_pose"), ph::detail::to_ph("loss")};
  const double values[] = {0.5, 0.25};
  ph_observation seen{sizeof seen, 0, PH_OBSERVED_EVALUATION, 0, names, values, 2};
  ph_schedule_point at{};
  at.size = sizeof at;
  CHECK(made.api().observe(made.self, &seen) == PH_OK);
  CHECK(made.api().value(made.self, &at) == 0);
  seen.source = PH_OBSERVED_VAL_EPOCH;
  CHECK(made.api().observe(made.self, &seen) == PH_OK);
  CHECK(made.api().value(made.self, &at) == 0.25);
  seen.n = 1;
  CHECK(made.api().observe(made.self, &seen) == PH_ERR_INVALID_ARGUMENT);
  CHECK(host.error == "no loss among acc_pose");

  std::string bytes;
  const ph_sink sink{sizeof sink, 0, &bytes, &append};
  CHECK(made.api().save_state(made.self, &sink) == PH_OK);
  const test::Made<ph_schedule_api> resumed(following, host, test::FakeConfig({}));
  CHECK(resumed.api().load_state(resumed.self, ph::detail::to_ph(bytes)) == PH_OK);
  CHECK(resumed.api().value(resumed.self, &at) == 0.25);
  CHECK(resumed.api().load_state(resumed.self, ph::detail::to_ph("no number")) != PH_OK);
}

TEST_CASE("a class without a constructor from Config is made as well", "[sdk][param_groups]") {
  test::FakeHost host;
  const test::Made<ph_param_groups_api> made(echo, host, test::FakeConfig({}));
  REQUIRE(made.status == PH_OK);
  std::string text;
  const ph_sink sink{sizeof sink, 0, &text, &append};
  CHECK(made.api().build(made.self, ph::detail::to_ph("in"), &sink) == PH_OK);
  CHECK(text == "<in>");
  CHECK(made.api().build(made.self, ph_str{nullptr, 0}, &sink) == PH_ERR_INVALID_ARGUMENT);
  CHECK(host.error == "no input");
}
