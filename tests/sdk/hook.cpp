#include <posehost/hook.hpp>

#include "fake_host.hpp"
#include "support/catch.hpp"

namespace {

struct Quiet final : ph::Hook {
  static constexpr auto info = ph::component("Quiet", "doc");
  static constexpr auto args = ph::args();
};

// Names each stage that it is called for.
struct Every : ph::Hook {
  static constexpr auto info = ph::component("Every", "doc");
  static constexpr auto args = ph::args();
  static std::vector<std::string>& calls() {
    static std::vector<std::string> all;
    return all;
  }
  void before_run(ph::RunView&) override { calls().push_back("before_run"); }
  void before_epoch(ph::RunView&) override { calls().push_back("before_epoch"); }
  void before_train_epoch(ph::RunView&) override { calls().push_back("before_train_epoch"); }
  void before_train_iter(ph::RunView&) override { calls().push_back("before_train_iter"); }
  void after_train_iter(ph::RunView&) override { calls().push_back("after_train_iter"); }
  void after_train_epoch(ph::RunView&) override { calls().push_back("after_train_epoch"); }
  void before_val_epoch(ph::RunView&) override { calls().push_back("before_val_epoch"); }
  void before_val_iter(ph::RunView&) override { calls().push_back("before_val_iter"); }
  void after_val_iter(ph::RunView&) override { calls().push_back("after_val_iter"); }
  void after_val_epoch(ph::RunView&) override { calls().push_back("after_val_epoch"); }
  void after_epoch(ph::RunView&) override { calls().push_back("after_epoch"); }
  void after_run(ph::RunView&) override { calls().push_back("after_run"); }
  void before_optimizer_step(ph::RunView&) override { calls().push_back("before_optimizer_step"); }
  void after_optimizer_step(ph::RunView&) override { calls().push_back("after_optimizer_step"); }
  void after_evaluate(ph::RunView&) override { calls().push_back("after_evaluate"); }
  void before_evaluate(ph::RunView&) override { calls().push_back("before_evaluate"); }
  void before_save(ph::RunView&) override { calls().push_back("before_save"); }
  void after_save(ph::RunView&) override { calls().push_back("after_save"); }
};

// Inherits its stages, narrows them by its arguments, and has state.
struct Narrow final : Every {
  static constexpr auto info = ph::component("Narrow", "doc");
  static constexpr auto args = ph::args(ph::arg<bool>("only_run", true, "one stage"));
  static constexpr int priority = PH_PRIORITY_LOW;
  static constexpr bool mutates = true;
  explicit Narrow(const ph::Config& config) : only_run_(config.get<bool>("only_run")) {}
  void configure(ph::HookInfo& info) const override {
    if (only_run_) info.stages &= PH_STAGE_BIT(PH_STAGE_BEFORE_RUN);
  }
  std::string save_state() const override { return state_; }
  void load_state(std::string_view bytes) override {
    if (bytes == "bad") throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "cannot read the state");
    state_ = std::string(bytes);
  }

 private:
  bool only_run_;
  std::string state_ = std::string("a\0b", 3);
};

// Asks for everything that a RunView offers.
struct Asking final : ph::Hook {
  static constexpr auto info = ph::component("Asking", "doc");
  static constexpr auto args = ph::args();
  void after_train_epoch(ph::RunView& run) override {
    CHECK(run.now().epoch == 9);
    CHECK((run.every_n_epochs(5) && !run.every_n_epochs(4) && !run.every_n_epochs(0) &&
           !run.every_n_epochs(-1)));
    CHECK((run.every_n_iters(100) && run.every_n_inner_iters(10) && run.end_of_epoch() && run.last() &&
           run.training()));
    CHECK((run.work_dir() == "/w" && run.name() == "n" && run.seed() == 3 && run.n_groups() == 2));
    CHECK(run.scalar("loss") == 0.25);
    CHECK_FALSE(run.scalar("gone").has_value());
    CHECK(run.hyper(1, "lr") == 0.125);
    CHECK_FALSE(run.hyper(1, "gone").has_value());
    CHECK_FALSE(run.tensor("param/gone").has_value());
    const auto means = run.averages(50);
    REQUIRE(means.size() == 2);
    CHECK((means[0].name == "loss" && means[0].value == 50 && means[1].name == "acc"));
    CHECK(run.metrics().empty());
    run.publish("mine", 4);
    run.request_save("epoch_10.safetensors", PH_SAVE_OPTIMIZER | PH_SAVE_LAST, {"epoch_8.safetensors"});
    run.request_evaluate();
    run.request_stop("enough");
  }
};

// A run that notes what it is asked.
class FakeRun {
 public:
  FakeRun() {
    run_ = {sizeof run_,
            0,
            this,
            ph::detail::to_ph("/w"),
            ph::detail::to_ph("n"),
            3,
            0,
            1,
            0,
            0,
            2,
            &scalar,
            &averages,
            &metrics,
            &hyper,
            &tensor,
            &publish,
            &save,
            &evaluate,
            &stop,
            &visit_tensors,
            &combine,
            &swap,
            &set_hyper,
            &set_requires_grad,
            &publish_text,
            &publish_picture,
            &rollback};
    event_ = {sizeof event_,
              0,
              PH_STAGE_AFTER_TRAIN_EPOCH,
              PH_MODE_TRAIN,
              9,
              99,
              9,
              10,
              10,
              20,
              200,
              100,
              1,
              1,
              8,
              0,
              &run_};
  }
  const ph_hook_event* at(std::int32_t stage) {
    event_.stage = stage;
    return &event_;
  }
  // A host that knows no more than the first draft of 0.9.
  void make_old() { run_.size = offsetof(ph_run, visit_tensors); }
  std::vector<std::string> asked;
  std::int32_t answer = PH_OK;

 private:
  static std::string text(ph_str value) { return std::string(ph::detail::from_ph(value)); }
  static FakeRun& self(void* ctx) { return *static_cast<FakeRun*>(ctx); }
  static std::int32_t one(ph_str name, const char* known, double value, double* out) {
    if (text(name) != known) return PH_ERR_NOT_FOUND;
    *out = value;
    return PH_OK;
  }
  static std::int32_t scalar(void*, ph_str name, double* out) { return one(name, "loss", 0.25, out); }
  static std::int32_t hyper(void*, std::int64_t, ph_str name, double* out) {
    return one(name, "lr", 0.125, out);
  }
  static std::int32_t averages(void*, std::int64_t window, ph_visit_scalar visit, void* user) {
    visit(user, ph::detail::to_ph("loss"), static_cast<double>(window));
    visit(user, ph::detail::to_ph("acc"), 1);
    return PH_OK;
  }
  static std::int32_t metrics(void*, ph_visit_scalar, void*) { return PH_ERR_NOT_FOUND; }
  static std::int32_t tensor(void*, ph_str, ph_tensor*) { return PH_ERR_NOT_FOUND; }
  static void publish(void* ctx, ph_str name, double value) {
    self(ctx).asked.push_back("publish " + text(name) + " " + std::to_string(static_cast<int>(value)));
  }
  static std::int32_t save(void* ctx, const ph_save_request* r) {
    self(ctx).asked.push_back("save " + text(r->filename) + " " + std::to_string(r->flags) + " -" +
                              text(r->remove[0]));
    return self(ctx).answer;
  }
  static std::int32_t evaluate(void* ctx) {
    self(ctx).asked.push_back("evaluate");
    return PH_OK;
  }
  static std::int32_t stop(void* ctx, ph_str reason) {
    self(ctx).asked.push_back("stop " + text(reason));
    return PH_OK;
  }
  std::int32_t note(const std::string& what) {
    asked.push_back(what);
    return answer;
  }
  static std::int32_t visit_tensors(void*, ph_str prefix, ph_visit_tensor visit, void* user) {
    if (text(prefix) != "param/") return PH_ERR_NOT_FOUND;
    static float data[6] = {0, 1, 2, 3, 4, 5};
    static const std::int64_t shape[] = {2, 3}, strides[] = {3, 1};
    const ph_tensor tensor{sizeof tensor, 0,      data, {PH_DTYPE_FLOAT, 32, 1}, PH_DEVICE_CPU, 0, 2,
                           shape,         strides};
    visit(user, ph::detail::to_ph("param/a"), &tensor);
    visit(user, ph::detail::to_ph("param/b"), &tensor);
    return PH_OK;
  }
  static std::int32_t combine(void* ctx, ph_str to, double a, ph_str from, double b) {
    return self(ctx).note("combine " + text(to) + " " + std::to_string(a).substr(0, 4) + " " + text(from) +
                          " " + std::to_string(b).substr(0, 4));
  }
  static std::int32_t swap(void* ctx, ph_str one, ph_str other) {
    return self(ctx).note("swap " + text(one) + " " + text(other));
  }
  static std::int32_t set_hyper(void* ctx, std::int64_t group, ph_str name, double value) {
    return self(ctx).note("set_hyper " + std::to_string(group) + " " + text(name) + " " +
                          std::to_string(static_cast<int>(value)));
  }
  static std::int32_t set_requires_grad(void* ctx, ph_str param, std::int32_t on) {
    return self(ctx).note("set_requires_grad " + text(param) + " " + std::to_string(on));
  }
  static std::int32_t publish_text(void* ctx, ph_str name, ph_str value) {
    return self(ctx).note("text " + text(name) + " " + text(value));
  }
  static std::int32_t publish_picture(void* ctx, ph_str name, const ph_picture* p) {
    return self(ctx).note("picture " + text(name) + " " + std::to_string(p->width) + "x" +
                          std::to_string(p->height) + "x" + std::to_string(p->channels) + "/" +
                          std::to_string(p->stride));
  }
  static std::int32_t rollback(void*) { return PH_ERR_NOT_FOUND; }
  ph_run run_;
  ph_hook_event event_;
};

// Changes and publishes all that it can; takes what is published.
struct Changing final : ph::Hook {
  static constexpr auto info = ph::component("Changing", "doc");
  static constexpr auto args = ph::args();
  static constexpr bool mutates = true;
  static std::vector<std::string>& taken() {
    static std::vector<std::string> all;
    return all;
  }
  std::vector<ph::HookSlot> slots() const override {
    return {{"ema"}, {"both", PH_SOURCE_PARAMETERS | PH_SOURCE_BUFFERS, PH_SLOT_ZEROS}};
  }
  void after_train_iter(ph::RunView& run) override {
    const auto tensors = run.tensors("param/");
    REQUIRE(tensors.size() == 2);
    CHECK((tensors[1].name == "param/b" && ph::numel(tensors[1].tensor) == 6));
    CHECK(ph::elements<float>(tensors[0].tensor)[5] == 5);
    CHECK_THROWS_AS(ph::elements<double>(tensors[0].tensor), ph::Failure);
    auto on_device = tensors[0].tensor;
    on_device.device_type = PH_DEVICE_CUDA;
    CHECK_THROWS_AS(ph::elements<float>(on_device), ph::Failure);
    run.combine("hook/ema/", 0.75, "param/", 0.25);
    run.copy("hook/ema/", "model/");
    run.swap("param/", "hook/ema/");
    run.set_hyper(-1, "lr", 3);
    run.set_requires_grad("a.weight", false);
    run.publish_text("note", "hello");
    const std::uint8_t pixels[24] = {};
    run.publish_picture("map", pixels, 4, 2, 3);
    run.publish_picture("grey", pixels, 4, 2, 1, 8);
    CHECK_FALSE(run.request_rollback());
  }
  void on_publish(ph::RunView& run, const ph::Published& item) override {
    CHECK(run.now().epoch == 9);
    taken().push_back(std::string(item.from()) + " " + std::string(item.name()) + " " +
                      (item.is_text() ? std::string(item.text())
                                      : std::to_string(item.picture() ? item.picture()->width : -1)));
  }
};

constexpr ph_component quiet = ph::detail::describe<Quiet>();
constexpr ph_component every = ph::detail::describe<Every>();
constexpr ph_component narrow = ph::detail::describe<Narrow>();
constexpr ph_component asking = ph::detail::describe<Asking>();
constexpr ph_component changing = ph::detail::describe<Changing>();
using Made = test::Made<ph_hook_api>;

ph_hook_info info_of(const Made& made) {
  ph_hook_info info{};
  info.size = sizeof info;
  REQUIRE(made.api().info(made.self, &info) == PH_OK);
  return info;
}

void append(void* to, const char* data, std::int64_t len) {
  static_cast<std::string*>(to)->append(data, static_cast<std::size_t>(len));
}

}  // namespace

TEST_CASE("a hook gets the stages that it overrides", "[sdk][hook]") {
  test::FakeHost host;
  const Made silent(quiet, host, test::FakeConfig({})), all(every, host, test::FakeConfig({}));
  CHECK(info_of(silent).stages == 0);
  CHECK(info_of(silent).priority == PH_PRIORITY_NORMAL);
  CHECK(info_of(silent).flags == 0);
  CHECK(info_of(all).stages == PH_STAGE_BIT(PH_STAGE_COUNT) - 1);
  const Made one(narrow, host, test::FakeConfig({{"/only_run", true}}));
  CHECK(info_of(one).stages == PH_STAGE_BIT(PH_STAGE_BEFORE_RUN));
  CHECK(info_of(one).priority == PH_PRIORITY_LOW);
  CHECK(info_of(one).flags == PH_HOOK_MUTATES);
  const Made inherited(narrow, host, test::FakeConfig({{"/only_run", false}}));
  CHECK(info_of(inherited).stages == PH_STAGE_BIT(PH_STAGE_COUNT) - 1);
}

TEST_CASE("each stage reaches its function", "[sdk][hook]") {
  test::FakeHost host;
  const Made made(every, host, test::FakeConfig({}));
  FakeRun run;
  Every::calls().clear();
  for (std::int32_t stage = 0; stage < PH_STAGE_COUNT; ++stage)
    REQUIRE(made.api().on_stage(made.self, run.at(stage)) == PH_OK);
  CHECK(made.api().on_stage(made.self, run.at(PH_STAGE_COUNT)) == PH_OK);  // a newer host's stage
  CHECK(Every::calls() ==
        std::vector<std::string>{"before_run", "before_epoch", "before_train_epoch", "before_train_iter",
                                 "after_train_iter", "after_train_epoch", "before_val_epoch",
                                 "before_val_iter", "after_val_iter", "after_val_epoch", "after_epoch",
                                 "after_run", "before_optimizer_step", "after_optimizer_step",
                                 "after_evaluate", "before_evaluate", "before_save", "after_save"});
}

TEST_CASE("a hook's state goes out and comes back", "[sdk][hook]") {
  test::FakeHost host;
  const Made made(narrow, host, test::FakeConfig({{"/only_run", true}}));
  REQUIRE((made.api().save_state != nullptr && made.api().load_state != nullptr));
  const auto saved = [&] {
    std::string bytes;
    const ph_sink sink{sizeof sink, 0, &bytes, &append};
    REQUIRE(made.api().save_state(made.self, &sink) == PH_OK);
    return bytes;
  };
  CHECK(saved() == std::string("a\0b", 3));
  CHECK(made.api().load_state(made.self, ph::detail::to_ph("new")) == PH_OK);
  CHECK(saved() == "new");
  CHECK(made.api().load_state(made.self, ph::detail::to_ph("bad")) == PH_ERR_INVALID_ARGUMENT);
  CHECK(host.error == "cannot read the state");
  const Made stateless(every, host, test::FakeConfig({}));
  CHECK((stateless.api().save_state == nullptr && stateless.api().load_state == nullptr));
}

TEST_CASE("RunView asks the host and hands on its refusals", "[sdk][hook]") {
  test::FakeHost host;
  const Made made(asking, host, test::FakeConfig({}));
  FakeRun run;
  CHECK(made.api().on_stage(made.self, run.at(PH_STAGE_AFTER_TRAIN_EPOCH)) == PH_OK);
  CHECK(run.asked == std::vector<std::string>{"publish mine 4",
                                              "save epoch_10.safetensors 3 -epoch_8.safetensors", "evaluate",
                                              "stop enough"});
  run.answer = PH_ERR_IO;
  CHECK(made.api().on_stage(made.self, run.at(PH_STAGE_AFTER_TRAIN_EPOCH)) == PH_ERR_IO);
  CHECK(host.error == "the host refused request_save");
}

TEST_CASE("RunView hands on what changes and what is published", "[sdk][hook]") {
  test::FakeHost host;
  const Made made(changing, host, test::FakeConfig({}));
  FakeRun run;
  CHECK(made.api().on_stage(made.self, run.at(PH_STAGE_AFTER_TRAIN_ITER)) == PH_OK);
  CHECK(run.asked ==
        std::vector<std::string>{"combine hook/ema/ 0.75 param/ 0.25", "combine hook/ema/ 0.00 model/ 1.00",
                                 "swap param/ hook/ema/", "set_hyper -1 lr 3", "set_requires_grad a.weight 0",
                                 "text note hello", "picture map 4x2x3/12", "picture grey 4x2x1/8"});
  run.answer = PH_ERR_UNSUPPORTED;
  CHECK(made.api().on_stage(made.self, run.at(PH_STAGE_AFTER_TRAIN_ITER)) == PH_ERR_UNSUPPORTED);
  CHECK(host.error == "the host refused combine");
}

TEST_CASE("a hook on a host that is too old for it says so", "[sdk][hook]") {
  test::FakeHost host;
  const Made made(changing, host, test::FakeConfig({}));
  FakeRun run;
  run.make_old();
  CHECK(made.api().on_stage(made.self, run.at(PH_STAGE_AFTER_TRAIN_ITER)) == PH_ERR_UNSUPPORTED);
  CHECK_THAT(host.error, test::ContainsSubstring("newer posehost"));
}

TEST_CASE("a hook's slots and its taking of what is published are in its table", "[sdk][hook]") {
  test::FakeHost host;
  const Made made(changing, host, test::FakeConfig({})), silent(quiet, host, test::FakeConfig({}));
  CHECK((silent.api().slots == nullptr && silent.api().on_publish == nullptr));
  ph_hook_slots out{};
  out.size = sizeof out;
  REQUIRE(made.api().slots(made.self, &out) == PH_OK);
  REQUIRE(out.n_slots == 2);
  CHECK((ph::detail::from_ph(out.slots[0]->name) == "ema" && out.slots[0]->source == PH_SOURCE_PARAMETERS &&
         out.slots[0]->init == PH_SLOT_COPY));
  CHECK((ph::detail::from_ph(out.slots[1]->name) == "both" && out.slots[1]->source == 3u &&
         out.slots[1]->init == PH_SLOT_ZEROS));
  FakeRun run;
  Changing::taken().clear();
  const std::uint8_t pixels[4] = {};
  const ph_picture picture{sizeof picture, 0, pixels, 2, 2, 1, 2};
  ph_published item{sizeof item,
                    0,
                    PH_PUBLISHED_TEXT,
                    0,
                    ph::detail::to_ph("a.b/C"),
                    ph::detail::to_ph("n"),
                    ph::detail::to_ph("t"),
                    nullptr};
  CHECK(made.api().on_publish(made.self, run.at(PH_STAGE_AFTER_TRAIN_ITER), &item) == PH_OK);
  item.kind = PH_PUBLISHED_PICTURE;
  item.picture = &picture;
  CHECK(made.api().on_publish(made.self, run.at(PH_STAGE_AFTER_TRAIN_ITER), &item) == PH_OK);
  item.kind = 99;  // of a newer host
  CHECK(made.api().on_publish(made.self, run.at(PH_STAGE_AFTER_TRAIN_ITER), &item) == PH_OK);
  CHECK(Changing::taken() == std::vector<std::string>{"a.b/C n t", "a.b/C n 2", "a.b/C n -1"});
}
