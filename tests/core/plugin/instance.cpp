#include "plugin/instance.hpp"

#include <cmath>

#include "config/schema.hpp"
#include "log/log.hpp"
#include "plugin/declared.hpp"
#include "plugin_fixtures.hpp"

using ph::Node;
using test::ContainsSubstring;

namespace {

const ph::LoadedComponent& component_of(const std::string& name) {
  return ph::PluginLibrary::open(test::fixture(name)).components().at(0);
}

Node args(const std::string& text) {
  return Node::parse("{\"lr_config\": " + text + "}", "cfg.json").at("lr_config");
}

/// An optimizer and a hook in this process, to be spoilt.
struct Made {
  static std::int32_t create(const ph_host* host, const ph_config*, void** self) {
    *self = const_cast<ph_host*>(host);
    return PH_OK;
  }
  static void destroy(void*) {}
  static std::int32_t slots(const void*, ph_slots* out) {
    *out = slot_list;
    return slots_status;
  }
  static std::int32_t scalars(const void*, const ph_scalars_args*) { return PH_OK; }
  static std::int32_t range(const void*, const ph_range_args*) { return PH_OK; }
  static std::int32_t info(const void*, ph_hook_info* out) {
    out->stages = hook_info.stages;
    out->priority = hook_info.priority;
    return PH_OK;
  }
  static std::int32_t on_stage(void*, const ph_hook_event*) { return PH_OK; }
  static std::int32_t load_state(void*, ph_str) { return PH_OK; }

  inline static ph_slots slot_list;
  inline static std::int32_t slots_status;
  inline static ph_hook_info hook_info;

  static ph_hyper hyper(std::string_view name, std::string_view pointer, std::int32_t role) {
    return {sizeof(ph_hyper),   0,    ph::to_ph(name),
            ph::to_ph(pointer), role, PH_HYPER_PER_GROUP | PH_HYPER_SCHEDULABLE};
  }
  static ph_slot slot(std::string_view name) {
    ph_slot made{};
    made.size = sizeof made;
    made.name = ph::to_ph(name);
    return made;
  }

  ph_hyper lr = hyper("lr", "/lr", PH_ROLE_LR), beta = hyper("beta1", "/betas/0", PH_ROLE_MOMENTUM);
  const ph_hyper* hypers[2] = {&lr, &beta};
  ph_slot first = slot("exp_avg"), second = slot("exp_avg_sq");
  const ph_slot* slot_pointers[2] = {&first, &second};
  ph_optimizer_api optimizer{};
  ph_hook_api hook{};
  ph::LoadedComponent component;

  explicit Made(const char* kind = PH_KIND_OPTIMIZER) {
    optimizer.size = sizeof optimizer;
    optimizer.capabilities = PH_OPT_ELEMENTWISE;
    optimizer.hypers = hypers;
    optimizer.n_hypers = optimizer.n_scalars = 2;
    optimizer.destroy = destroy;
    optimizer.slots = slots;
    optimizer.scalars = scalars;
    optimizer.range = range;
    hook = {sizeof hook, 0, destroy, info, on_stage, nullptr, nullptr, nullptr, nullptr};
    slot_list = {sizeof slot_list, 0, slot_pointers, 2};
    slots_status = PH_OK;
    hook_info = {sizeof hook_info, 0, PH_STAGE_BIT(PH_STAGE_AFTER_TRAIN_ITER), PH_PRIORITY_LOW, 0};
    component.kind = kind;
    component.name = "Made";
    component.plugin_id = "test.made";
    component.plugin_version = "1.0.0";
    component.file = "/x/made.so";
    component.schema =
        R"({"type": "object", "additionalProperties": false, "required": ["lr"], "properties": {
        "lr": {"type": "number", "exclusiveMinimum": 0, "description": "learning rate"},
        "betas": {"type": "array", "items": {"type": "number"}, "default": [0.9, 0.999], "description": "decays"}}})";
    component.component.create = create;
    component.component.api = component.kind == PH_KIND_HOOK ? static_cast<const void*>(&hook) : &optimizer;
  }
  [[nodiscard]] ph::PluginInstance make(const std::string& text = R"({"lr": 0.1})") const {
    return ph::PluginInstance{component, args(text)};
  }
  [[nodiscard]] std::string error(const std::string& text = R"({"lr": 0.1})",
                                  ph::ErrorKind kind = ph::ErrorKind::plugin) const {
    return test::error_text([&] { (void)make(text); }, kind);
  }
};

}  // namespace

TEST_CASE("an instance works through its table", "[plugin][instance]") {
  const ph::PluginInstance instance{component_of("good"), args(R"({"type": "Scaled", "factor": 0.25})")};
  CHECK(instance.qualified_name() == "test.fixtures/Scaled");
  CHECK(instance.component().plugin_version == "1.0.0");
  // "type" chose the component and is no argument.
  CHECK_FALSE(instance.args().has("type"));
  ph_schedule_point at{};
  at.size = sizeof at;
  at.base = 8;
  const auto& api = instance.api<ph_schedule_api>();
  CHECK(api.check == nullptr);
  CHECK(api.value(instance.self(), &at) == 2);  // exact: powers of two
}

TEST_CASE("defaults are filled in before create", "[plugin][instance]") {
  const ph::PluginInstance instance{component_of("good"), args("{}")};
  CHECK(instance.args().at("factor").f64() == 1);
}

TEST_CASE("arguments are checked against the component's schema", "[plugin][instance][error]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {R"({"facter": 1})", "factor"},
      {R"({"factor": "1"})", "/lr_config/factor"},
      {R"({"factor": -1})", "/lr_config/factor"},
      {"[1]", "not an object"},
  }));
  CAPTURE(text);
  CHECK_THAT(test::error_text(
                 [&] {
                   ph::PluginInstance{component_of("good"), args(text)};
                 },
                 ph::ErrorKind::config),
             ContainsSubstring(expected));
}

TEST_CASE("what create says reaches the user with the place", "[plugin][instance][error]") {
  const auto error = test::error_text(
      [] {
        ph::PluginInstance{component_of("create_fails"), args("{}")};
      },
      ph::ErrorKind::config);
  CHECK_THAT(error, ContainsSubstring("cfg.json:1: /lr_config: test.fixtures/Scaled: create failed"));
  CHECK_THAT(error, ContainsSubstring(
                        "factor is 3, expected an even number (invalid argument; test.fixtures 1.0.0"));
  CHECK_THAT(error, ContainsSubstring("create_fails.so"));
}

TEST_CASE("an exception from create is caught and named", "[plugin][instance][error]") {
  const auto error = test::error_text([] { ph::PluginInstance{component_of("create_throws"), args("{}")}; });
  CHECK_THAT(error, ContainsSubstring("/lr_config: test.fixtures/Scaled: create threw across the ABI"));
  CHECK_THAT(error, ContainsSubstring("the vector was empty"));
}

TEST_CASE("a table without functions is refused before create", "[plugin][instance][error]") {
  CHECK_THAT(test::error_text([] {
               ph::PluginInstance{component_of("short_table"), args("{}")};
             }),
             ContainsSubstring("ph_schedule_api of Scaled says it has 8 bytes"));
}

TEST_CASE("the kind of an error follows from the status", "[plugin][instance][error]") {
  const Made made;
  const auto instance = made.make();
  CHECK_NOTHROW(instance.check(PH_OK, "step"));
  const auto [status, kind, text] = GENERATE(table<std::int32_t, ph::ErrorKind, std::string>({
      {PH_ERR_INVALID_ARGUMENT, ph::ErrorKind::config, "invalid argument"},
      {PH_ERR_UNSUPPORTED, ph::ErrorKind::plugin, "unsupported"},
      {PH_ERR_OUT_OF_MEMORY, ph::ErrorKind::environment, "out of memory"},
      {PH_ERR_IO, ph::ErrorKind::environment, "input/output error"},
      {PH_ERR_FAILED, ph::ErrorKind::plugin, "failed, and the plugin said nothing more"},
      {99, ph::ErrorKind::plugin, "status 99"},
  }));
  const auto error = test::error_text([&] { instance.check(status, "step"); }, kind);
  CHECK_THAT(error, ContainsSubstring("test.made/Made: step failed"));
  CHECK_THAT(error, ContainsSubstring(text));
}

TEST_CASE("a message of a plugin is made fit to be shown, and shown once", "[plugin][instance][error]") {
  const Made made;
  const auto instance = made.make();
  const auto* host = static_cast<const ph_host*>(instance.self());
  CHECK(host->abi_minor == PH_ABI_MINOR);
  CHECK(host->get_service(host->ctx, ph::to_ph("posehost.nothing/0")) == nullptr);
  const std::string hostile = "red \x1b[31m\nline \xff end";
  host->set_error(host->ctx, PH_ERR_FAILED, hostile.data(), static_cast<std::int64_t>(hostile.size()));
  CHECK_THAT(test::error_text([&] { instance.check(PH_ERR_FAILED, "step"); }),
             ContainsSubstring("red  [31m line ? end"));
  CHECK_THAT(test::error_text([&] { instance.check(PH_ERR_FAILED, "step"); }),
             ContainsSubstring("said nothing more"));
  host->set_error(host->ctx, PH_ERR_FAILED, nullptr, 7);
  host->set_error(host->ctx, PH_ERR_FAILED, "x", -1);
  CHECK_THAT(test::error_text([&] { instance.check(PH_ERR_FAILED, "step"); }),
             ContainsSubstring("said nothing more"));
}

TEST_CASE("a plugin's lines in the log carry its name", "[plugin][instance]") {
  const Made made;
  const auto instance = made.make();
  test::TempFolder dir;
  ph::log_to_file(dir.path() / "log");
  const auto* host = static_cast<const ph_host*>(instance.self());
  host->log(host->ctx, PH_LOG_WARNING, "slow", 4);
  ph::close_log_file();
  CHECK_THAT(test::read_all(dir.path() / "log"), ContainsSubstring("test.made/Made: slow"));
}

TEST_CASE("an optimizer declares its hyper-parameters", "[plugin][declared]") {
  const Made made;
  const auto instance = made.make(R"({"lr": 0.5})");
  const auto hypers = ph::hypers_of(instance);
  REQUIRE(hypers.size() == 2);
  CHECK(hypers[0].name == "lr");
  CHECK(hypers[0].initial == 0.5);
  CHECK(hypers[0].role == PH_ROLE_LR);
  CHECK(hypers[0].per_group);
  CHECK(hypers[1].pointer == "/betas/0");
  CHECK(hypers[1].initial == 0.9);
  const auto slots = ph::slots_of(instance);
  REQUIRE(slots.size() == 2);
  CHECK(slots[1].name == "exp_avg_sq");
}

TEST_CASE("a schedule observes and keeps what it saw, or neither", "[plugin][instance][error]") {
  Made made{PH_KIND_SCHEDULE};
  ph_schedule_api api{};
  api.size = sizeof api;
  api.destroy = Made::destroy;
  api.value = [](const void*, const ph_schedule_point* at) { return at->base; };
  made.component.component.api = &api;
  CHECK_NOTHROW(made.make());
  api.observe = [](void*, const ph_observation*) { return std::int32_t{PH_OK}; };
  CHECK_THAT(made.error(), ContainsSubstring("only some of observe, save_state and load_state"));
  api.load_state = Made::load_state;
  CHECK_THAT(made.error(), ContainsSubstring("all or none of them"));
  api.save_state = [](const void*, const ph_sink*) { return std::int32_t{PH_OK}; };
  CHECK_NOTHROW(made.make());
}

TEST_CASE("a malformed optimizer table is refused", "[plugin][declared][error]") {
  Made made;
  SECTION("no capability that this host has") {
    made.optimizer.capabilities = 1024;
    CHECK_THAT(made.error(), ContainsSubstring("capabilities 1024, with a bit that this host does not know"));
  }
  SECTION("no way of driving it, or two") {
    made.optimizer.capabilities = GENERATE(0u, PH_OPT_MODE, PH_OPT_ELEMENTWISE | PH_OPT_PASSES);
    CHECK_THAT(made.error(), ContainsSubstring("exactly one of ELEMENTWISE, PASSES, MATRIX, CLOSURE"));
  }
  SECTION("other weights to evaluate without range") {
    made.optimizer.capabilities = PH_OPT_MATRIX | PH_OPT_MODE;
    CHECK_THAT(made.error(), ContainsSubstring("MODE only with ELEMENTWISE or PASSES"));
  }
  SECTION("a capability without its function") {
    made.optimizer.capabilities = PH_OPT_CLOSURE;
    CHECK_THAT(made.error(), ContainsSubstring("step_all is NULL"));
    made.optimizer.capabilities = PH_OPT_MATRIX;
    CHECK_THAT(made.error(), ContainsSubstring("update is NULL"));
  }
  SECTION("passes out of range") {
    made.optimizer.capabilities = PH_OPT_PASSES;
    CHECK_THAT(made.error(), ContainsSubstring("n_passes is 0"));
    made.optimizer.n_passes = 2;
    made.optimizer.n_sums = 17;
    CHECK_THAT(made.error(), ContainsSubstring("n_sums is 17"));
  }
  SECTION("no range") {
    made.optimizer.range = nullptr;
    CHECK_THAT(made.error(), ContainsSubstring("range is NULL"));
  }
  SECTION("no destroy") {
    made.optimizer.destroy = nullptr;
    CHECK_THAT(made.error(), ContainsSubstring("destroy is NULL"));
  }
  SECTION("too many hyper-parameters") {
    made.optimizer.n_hypers = 65;
    CHECK_THAT(made.error(), ContainsSubstring("n_hypers is 65"));
  }
  SECTION("a negative number of scalars") {
    made.optimizer.n_scalars = -1;
    CHECK_THAT(made.error(), ContainsSubstring("n_scalars is -1"));
  }
  SECTION("no list of hyper-parameters") {
    made.optimizer.hypers = nullptr;
    CHECK_THAT(made.error(), ContainsSubstring("hypers is NULL"));
  }
  SECTION("a NULL hyper-parameter") {
    made.hypers[1] = nullptr;
    CHECK_THAT(made.error(), ContainsSubstring("malformed hyper-parameter of test.made/Made"));
  }
  SECTION("a short hyper-parameter") {
    made.beta.size = 8;
    CHECK_THAT(made.error(), ContainsSubstring("ph_hyper of Made says it has 8 bytes"));
  }
  SECTION("a name twice") {
    made.beta.name = made.lr.name;
    CHECK_THAT(made.error(), ContainsSubstring("the name lr twice"));
  }
  SECTION("a role twice") {
    made.beta.role = PH_ROLE_LR;
    CHECK_THAT(made.error(), ContainsSubstring("beta1 with a role that another one has"));
  }
  SECTION("an unknown role") {
    made.beta.role = 17;
    CHECK_THAT(made.error(), ContainsSubstring("beta1 with the role 17"));
  }
  SECTION("a pointer that leads nowhere") {
    made.beta.pointer = ph::to_ph("/betas/7");
    CHECK_THAT(made.error(), ContainsSubstring("beta1 at \"/betas/7\", where the arguments have no number"));
  }
  SECTION("a pointer to something else") {
    made.beta.pointer = ph::to_ph("/betas");
    CHECK_THAT(made.error(), ContainsSubstring("where the arguments have no number"));
  }
  SECTION("a name that no log could hold") {
    made.beta.name = ph::to_ph("beta 1");
    CHECK_THAT(made.error(), ContainsSubstring("letters, digits and _"));
  }
  SECTION("a kind of the future") {
    made.component.kind = "posehost.sampler/3";
    CHECK_THAT(made.error(), ContainsSubstring("kind posehost.sampler/3"));
  }
  SECTION("a schema that is none") {
    made.component.schema = R"({"type": "object", "propertees": {}})";
    CHECK_THAT(made.error(), ContainsSubstring("malformed schema of test.made/Made"));
  }
  SECTION("two roles NONE are fine") {
    made.lr.role = made.beta.role = PH_ROLE_NONE;
    CHECK_NOTHROW(made.make());
  }
}

TEST_CASE("malformed slots are refused", "[plugin][declared][error]") {
  Made made;
  const auto instance = made.make();
  const auto error = [&](ph::ErrorKind kind = ph::ErrorKind::plugin) {
    return test::error_text([&] { (void)ph::slots_of(instance); }, kind);
  };
  SECTION("a failure") {
    Made::slots_status = PH_ERR_UNSUPPORTED;
    CHECK_THAT(error(), ContainsSubstring("test.made/Made: slots failed"));
  }
  SECTION("a count out of range") {
    Made::slot_list.n_slots = GENERATE(std::int64_t{-1}, std::int64_t{65});
    CHECK_THAT(error(), ContainsSubstring("0 to 64"));
  }
  SECTION("no list") {
    Made::slot_list.slots = nullptr;
    CHECK_THAT(error(), ContainsSubstring("2 slots, NULL"));
  }
  SECTION("a size that was not honoured") {
    Made::slot_list.size = 1 << 20;
    CHECK_THAT(error(), ContainsSubstring("impossible size"));
  }
  SECTION("a name twice") {
    made.second.name = made.first.name;
    CHECK_THAT(error(), ContainsSubstring("the name exp_avg twice"));
  }
  SECTION("a capital letter") {
    made.second.name = ph::to_ph("Avg");
    CHECK_THAT(error(), ContainsSubstring("[a-z][a-z0-9_]*"));
  }
  SECTION("a scalar per parameter, which an element-wise rule cannot have") {
    made.second.shape = PH_SLOT_SHAPE_SCALAR;
    CHECK_THAT(error(), ContainsSubstring("a shape that goes with the rule's capabilities"));
  }
  SECTION("several tensors, which an element-wise rule cannot have") {
    made.second.count = 2;
    CHECK_THAT(error(), ContainsSubstring("count 2"));
  }
  SECTION("limits of dimensions, likewise") {
    made.second.min_ndim = 2;
    CHECK_THAT(error(), ContainsSubstring("limits of dimensions"));
  }
  SECTION("an unknown element type") {
    made.second.dtype = 9;
    CHECK_THAT(error(), ContainsSubstring("element type 9"));
  }
  SECTION("an unknown first content") {
    made.second.init = 9;
    CHECK_THAT(error(), ContainsSubstring("first content 9"));
  }
}

TEST_CASE("a hook declares stages and priority", "[plugin][declared]") {
  Made made{PH_KIND_HOOK};
  const auto instance = made.make();
  CHECK(ph::hook_info_of(instance).priority == PH_PRIORITY_LOW);
  SECTION("a stage of the future") {
    Made::hook_info.stages = PH_STAGE_BIT(PH_STAGE_COUNT);
    CHECK_THAT(test::error_text([&] { (void)ph::hook_info_of(instance); }),
               ContainsSubstring("does not have"));
  }
  SECTION("a priority out of range") {
    Made::hook_info.priority = 101;
    CHECK_THAT(test::error_text([&] { (void)ph::hook_info_of(instance); }), ContainsSubstring("0 to 100"));
  }
  SECTION("half of the state functions") {
    made.hook.load_state = Made::load_state;
    CHECK_THAT(made.error(), ContainsSubstring("only one of save_state and load_state"));
  }
}
