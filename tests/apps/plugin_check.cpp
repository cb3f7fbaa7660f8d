// posehost-plugin check: what it says of plugins that misbehave, one way each, and of good ones.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "check/case.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"
#include "system/child.hpp"

namespace {

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

const std::string program = POSEHOST_BUILD_DIR "/sdk/bin/posehost-plugin";

std::string fixture(const std::string& name) { return POSEHOST_BUILD_DIR "/tests/plugins/" + name + ".so"; }

ph::ChildResult check(const std::string& file, Words more = {}) {
  more.insert(more.begin(), {program, "check", file});
  return ph::run_child(more, 120000, 4 << 20);
}

struct Answer {
  int exit_code;
  Json json;
  [[nodiscard]] Json of(const std::string& title) const {
    for (const auto& one : json.at("cases")) {
      const auto component = one.value("component", std::string{});
      const auto name = one.at("case").get<std::string>();
      if (title == name || title == name + " " + component) return one;
    }
    return {};
  }
};

Answer check_json(const std::string& file, Words more = {}) {
  more.emplace_back("--json");
  const auto result = check(file, more);
  INFO(result.output);
  auto json = Json::parse(result.output, nullptr, false);
  REQUIRE(json.is_object());
  return {result.exit_code, std::move(json)};
}

std::string findings(const Json& one) {
  std::string all;
  for (const auto& line : one.value("findings", Json::array())) all += line.get<std::string>() + "\n";
  return all;
}

/// The cases that are bad, with what they found.
std::string bad_cases(const Json& json) {
  std::string all;
  for (const auto& one : json.at("cases")) {
    const auto verdict = one.at("verdict").get<std::string>();
    if (verdict != "passed" && verdict != "skipped") all += one.dump() + "\n";
  }
  return all;
}

struct Expected {
  const char* plugin;
  const char* one;  // the case
  const char* verdict;
  const char* text;
  Words more = {};
};

const std::vector<Expected>& expectations() {
  static const std::vector<Expected> all{
      // The file
      {"schedule_two_exports", "elf.exports", "failed", "vendor_helper"},
      {"library_undeclared", "elf.libraries", "failed",
       "needs libposehost_extra.so, which it does not declare"},
      {"library_undeclared", "elf.symbols", "failed", "the symbol posehost_absent is in no library"},
      {"library_openmp", "elf.openmp", "failed", "libgomp.so.9"},
      {"undefined_symbol", "elf.symbols", "failed", "posehost_internal_function"},
      {"link_executable_stack", "elf.segments", "failed", "executable stack"},
      {"link_rpath", "elf.paths", "failed", "DT_RPATH \"/opt/vendor/lib\""},
      {"link_runpath", "elf.paths", "failed", "DT_RUNPATH \"/opt/vendor/lib\""},
      {"schedule_static_tls", "elf.flags", "failed", "DF_STATIC_TLS"},
      {"schedule_text_relocation", "elf.text_relocations", "failed", "relocations in its code"},
      {"optimizer_none", "elf.glibc", "failed", "expected at most 2.1", {"--glibc", "2.1"}},
      {"no_note", "file.note", "refused", "without a \"posehost\" note"},
      {"newer_host", "file.note", "refused", "needs host ABI 0.11"},
      {"must_understand", "file.note", "refused", "must-understand bit 5"},
      // Loading
      {"undefined_symbol", "load.open", "refused", "cannot be loaded"},
      {"missing_library", "load.open", "refused", "libposehost_absent.so"},
      {"no_entry", "load.open", "refused", "no entry"},
      {"short_size", "load.open", "refused", "too short"},
      {"note_differs", "load.open", "refused", "the note and the descriptor"},
      {"schema_differs", "load.open", "refused", "schema of Scaled"},
      {"query_null", "load.open", "refused", "returned NULL"},
      {"schedule_utf8", "file.note", "refused", "UTF-8"},
      {"load_crashes", "load.open", "crashed", "SIGSEGV during loading the plugin"},
      {"load_exits", "load.open", "exited", "exit code 7 during loading the plugin"},
      {"load_thread", "load.effects", "failed", "leaves 1 threads running"},
      {"load_handler", "load.effects", "failed", "changed the handler of SIGINT"},
      {"load_environment", "load.effects", "failed", "changed the environment"},
      {"load_locale", "load.effects", "failed", "changed the locale"},
      {"load_folder", "load.effects", "failed", "changed the current folder"},
      {"load_flush_to_zero", "load.effects", "failed", "changed the floating-point mode"},
      {"load_file", "load.effects", "failed", "left a file open: /dev/null"},
      {"load_forks", "load.effects", "failed", "started a process"},
      {"load_prints", "load.effects", "failed", "prints when it is loaded"},
      {"load_mask", "load.effects", "failed", "changed the file mode mask"},
      {"load_exit_crashes", "load.exit", "crashed", "SIGSEGV during the end of the process"},
      {"entry_works", "load.entry", "failed", "the entry calls malloc"},
      {"entry_works", "load.entry", "failed", "another descriptor"},
      // What every component promises
      {"short_table", "contract.tables", "failed", "too short"},
      {"optimizer_role", "contract.hypers", "failed", "the role momentum, the table lr"},
      {"optimizer_output", "contract.output", "failed", "slots wrote beyond the 8 bytes"},
      {"optimizer_destroy_null", "contract.destroy", "crashed", "SIGSEGV during destroy(NULL)"},
      {"optimizer_leaks", "contract.leaks", "failed", "leaves 2 blocks of memory behind each time"},
      {"optimizer_unchecked_malloc", "contract.memory", "failed", "breaks where allocation number 2 fails"},
      {"create_thread", "contract.process", "failed", "threads running"},
      {"create_locale", "contract.process", "failed", "calls setlocale"},
      {"create_handler", "contract.process", "failed", "changed the handler of SIGSEGV"},
      {"optimizer_forks", "contract.process", "failed", "calls fork"},
      {"optimizer_floating_point", "contract.process", "failed", "calls fesetround"},
      // Arguments
      {"schedule_open_schema", "config.schema", "failed", "no \"additionalProperties\": false"},
      {"schedule_dialect", "config.schema", "failed", "unknown keyword"},
      {"create_crashes", "config.valid", "crashed", "SIGABRT during create({\"factor\":0"},
      {"create_silent", "config.valid", "failed", "said nothing"},
      {"create_status", "config.defaults", "failed", "returned -1, which is no PH_ERR_*"},
      {"create_getters", "config.getters", "crashed", "SIGABRT during create("},
      // Schedules
      {"schedule_counts", "schedule.pure", "failed", "when asked again"},
      {"schedule_order", "schedule.pure", "failed", "value is not pure"},
      {"schedule_clock", "schedule.pure", "failed", "value calls time"},
      {"schedule_nan", "schedule.finite", "failed", "value is -nan"},
      {"schedule_thread", "schedule.threads", "failed", "on another thread"},
      {"schedule_sleeps",
       "schedule.finite",
       "hung",
       "took longer than 1000 ms during value",
       {"--timeout", "1"}},
      // Hooks
      {"hook_state_changes", "hook.state", "failed", "loaded and saved again differs"},
      {"hook_state_lost", "hook.resume", "failed", "a resumed run asks for"},
      {"hook_garbage", "hook.garbage", "crashed", "SIGSEGV during load_state of nothing"},
      {"hook_mutates", "hook.stages", "failed",
       "wrote to \"param/backbone.conv1.weight\" without PH_HOOK_MUTATES"},
      {"hook_refused", "hook.faults", "crashed", "SIGABRT during on_stage(after_train_iter)"},
      {"hook_file_name", "hook.stages", "failed", "expected a plain name"},
      {"hook_silent", "hook.stages", "failed", "said nothing"},
      // Rules for parameter groups
      {"groups_no_json", "param_groups.answer", "failed", "no valid JSON"},
      {"groups_name", "param_groups.answer", "failed", "a parameter that is not there"},
      {"groups_hyper", "param_groups.answer", "failed", "overrides \"temperature\""},
      {"groups_changes", "param_groups.same", "failed", "another answer"},
      // Metrics and transforms
      {"metric_changes", "metric.same", "failed", "other figures when it is asked again"},
      {"metric_quiet", "metric.same", "failed", "reported no figure"},
      {"metric_twice", "metric.same", "failed", "said nothing"},
      {"transform_remembers", "transform.same", "failed", "becomes another"},
      {"transform_rows", "transform.same", "failed", "writes outside the pixels"},
      {"transform_joints", "transform.same", "failed", "writes outside the pixels, joints or visible"},
      // Optimizers
      {"optimizer_not_repeatable", "optimizer.repeat", "failed", "the same run twice"},
      {"optimizer_clock", "optimizer.repeat", "failed", "an update calls time"},
      {"optimizer_hidden_state", "optimizer.resume", "failed", "state outside the slots?"},
      {"optimizer_cut", "optimizer.cut", "failed", "the cut into pieces of 1"},
      {"optimizer_threads", "optimizer.threads", "failed", "the number of threads"},
      {"optimizer_index", "optimizer.alone", "failed", "a parameter alone"},
      {"optimizer_cut", "optimizer.halves", "failed", "cut in two"},
      {"optimizer_outside", "optimizer.bounds", "failed", "writes outside a parameter"},
      {"optimizer_beyond", "optimizer.bounds", "crashed", "SIGSEGV during update"},
      {"optimizer_gradient", "optimizer.bounds", "failed", "writes to a gradient"},
      {"optimizer_nan", "optimizer.numbers", "crashed", "SIGABRT during update"},
      {"optimizer_types", "optimizer.types", "failed", "range with device type 77 is taken"},
      {"optimizer_stride", "optimizer.stride", "crashed", "SIGSEGV during range"},
      {"optimizer_allocates", "optimizer.allocations", "failed", "an update calls malloc"},
      {"optimizer_crashes", "optimizer.repeat", "crashed", "SIGSEGV during update 0"},
      {"optimizer_exits", "optimizer.repeat", "exited", "exit code 9 during update 0"},
      {"optimizer_sleeps", "optimizer.repeat", "hung", "during update 0", {"--timeout", "1"}},
  };
  return all;
}

}  // namespace

TEST_CASE("each mistake of a plugin is found and named", "[check]") {
  for (const auto& expected : expectations()) {
    CAPTURE(expected.plugin, expected.one);
    auto more = expected.more;
    more.insert(more.end(), {"--only", expected.one});
    const auto answer = check_json(fixture(expected.plugin), more);
    REQUIRE(answer.json["cases"].size() == 1);
    const auto& one = answer.json["cases"][0];
    CHECK(one.value("verdict", std::string{}) == expected.verdict);
    CHECK_THAT(findings(one), test::ContainsSubstring(expected.text));
    CHECK(answer.exit_code == (std::string{expected.verdict} == "refused" ? 3 : 1));
  }
}

TEST_CASE("good plugins of every kind pass", "[check]") {
  const std::string name =
      GENERATE("good", "optimizer_none", "hook_none", "groups_none", "metric_none", "transform_none");
  const auto answer = check_json(fixture(name));
  CAPTURE(name);
  INFO(bad_cases(answer.json));
  CHECK(answer.exit_code == 0);
  CHECK(answer.json["counts"]["passed"].get<int>() > 20);
}

TEST_CASE("the bundled plugins pass", "[check][bundled]") {
  std::size_t n = 0;
  for (const auto& entry : std::filesystem::directory_iterator(POSEHOST_BUILD_DIR "/lib/posehost/plugins")) {
    if (entry.path().extension() != ".so") continue;
    ++n;
    CAPTURE(entry.path().string());
    const auto answer = check_json(entry.path().string(), {"--timeout", "60"});
    INFO(bad_cases(answer.json));
    CHECK(answer.exit_code == 0);
  }
  CHECK(n >= 4);
}

TEST_CASE("rules that need the host's services are driven too", "[check][bundled]") {
  const auto answer = check_json(POSEHOST_BUILD_DIR "/lib/posehost/plugins/org.posehost.optimizers.so",
                                 {"--only", "optimizer"});
  for (const char* rule : {"Adafactor", "LBFGS"}) {
    for (const char* one : {"optimizer.repeat ", "optimizer.resume ", "optimizer.threads "}) {
      CAPTURE(rule, one);
      CHECK(answer.of(std::string(one) + rule).value("verdict", "") == "passed");
    }
  }
}

TEST_CASE("a library that is declared is no fault", "[check]") {
  const auto answer = check_json(fixture("library_declared"), {"--only", "elf", "--only", "load"});
  INFO(bad_cases(answer.json));
  CHECK(answer.exit_code == 0);
}

TEST_CASE("what cannot be loaded is asked nothing else", "[check]") {
  const auto answer = check_json(fixture("load_crashes"));
  CHECK(answer.exit_code == 1);
  CHECK(answer.of("load.open").at("verdict") == "crashed");
  CHECK_THAT(findings(answer.of("schedule.pure Scaled")),
             test::ContainsSubstring("not run: load.open did not pass"));
}

TEST_CASE("a seed decides the random arguments", "[check]") {
  const auto valid = [](const char* seed) {
    return findings(
        check_json(fixture("create_silent"), {"--only", "config.valid", "--seed", seed}).of("config.valid"));
  };
  const auto first = valid("1");
  CHECK(valid("1") == first);
  CHECK(valid("2") != first);
}

TEST_CASE("plugin check is told what is wrong with its command line", "[check][error]") {
  const auto [more, code, text] = GENERATE(table<Words, int, std::string>({
      {{"--only", "schedule.pur"}, 2, "did you mean \"schedule.pure\"?"},
      {{"--glibc", "two"}, 2, "such as 2.31"},
      {{"--timeout", "0"}, 2, "--timeout"},
      {{"--no-such-flag"}, 2, "posehost-plugin check --help"},
  }));
  const auto result = check(fixture("good"), more);
  CAPTURE(result.output);
  CHECK(result.exit_code == code);
  CHECK_THAT(result.output, test::ContainsSubstring(text));
  const auto missing = check("/nowhere/x.so");
  CHECK(missing.exit_code == 3);
  CHECK_THAT(missing.output, test::ContainsSubstring("/nowhere/x.so: cannot be opened"));
}

TEST_CASE("a file that is no library is refused", "[check]") {
  test::TempFolder dir;
  const auto file = dir.path() / "text.so";
  {
    std::FILE* out = std::fopen(file.c_str(), "w");
    std::fputs("no library", out);
    std::fclose(out);
  }
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  const auto answer = check_json(file.string());
  CHECK(answer.exit_code == 3);
  CHECK_THAT(findings(answer.of("file.note")), test::ContainsSubstring("not an ELF file"));
}

TEST_CASE("in one process the answer is the same", "[check]") {
  const auto answer = check_json(fixture("hook_state_changes"), {"--only", "hook.state", "--in-process"});
  CHECK(answer.exit_code == 1);
  CHECK_THAT(findings(answer.of("hook.state")), test::ContainsSubstring("loaded and saved again differs"));
}

TEST_CASE("every case is listed, and tells its group", "[check]") {
  const auto list = ph::run_child({program, "check", "--list"}, 10000);
  CHECK(list.exit_code == 0);
  for (const auto& one : ph::check_cases()) {
    CHECK_THAT(list.output, test::ContainsSubstring(one.name));
    CHECK(std::string{one.name}.find('.') != std::string::npos);
  }
}
