#include "plugin/catalog.hpp"

#include "log/log.hpp"
#include "plugin/aliases.hpp"
#include "plugin/trust.hpp"
#include "plugin_fixtures.hpp"

using ph::Node;
using ph::PluginCatalog;
using ph::PluginTier;
using test::ContainsSubstring;

namespace {

const Node asked = Node::parse(R"({"lr_config": {"policy": "x"}})", "cfg.json").at("lr_config").at("policy");

/// Three folders, one a tier.
struct Tiers {
  test::TempFolder dir;
  std::filesystem::path named = dir.path() / "named", installed = dir.path() / "installed",
                        bundled = dir.path() / "bundled";
  [[nodiscard]] PluginCatalog scan() const {
    return PluginCatalog::scan({{named, PluginTier::named, false},
                                {installed, PluginTier::installed, false},
                                {bundled, PluginTier::bundled, false}});
  }
  [[nodiscard]] std::string error(const std::string& name, std::string_view kind = PH_KIND_SCHEDULE) const {
    return test::error_text([&] { (void)scan().resolve(kind, name, asked); });
  }
};

/// Lines that went to the log while it lived.
class LogFile {
 public:
  LogFile() { ph::log_to_file(dir_.path() / "log"); }
  ~LogFile() { ph::close_log_file(); }
  [[nodiscard]] std::string text() const { return test::read_all(dir_.path() / "log"); }

 private:
  test::TempFolder dir_;
};

}  // namespace

TEST_CASE("a scan lists good and bad files, by tier, and loads none", "[plugin][catalog]") {
  Tiers tiers;
  test::copy_fixture("good", tiers.bundled);
  test::copy_fixture("good_acme", tiers.named);
  test::copy_fixture("newer_host", tiers.named);
  test::write_all(tiers.named / "text.so", "hello");
  test::write_all(tiers.named / "README.md", "not a plugin, and not looked at");
  const auto catalog = tiers.scan();
  const auto& entries = catalog.entries();
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].file.filename() == "good_acme.so");
  CHECK(entries[0].problem.empty());
  CHECK(entries[1].file.filename() == "newer_host.so");
  CHECK_THAT(entries[1].problem, ContainsSubstring("needs host ABI 0.11"));
  CHECK(entries[1].note.id == "test.fixtures");
  CHECK_THAT(entries[2].problem, ContainsSubstring("not an ELF file"));
  CHECK(entries[3].tier == PluginTier::bundled);
  CHECK(catalog.components(PH_KIND_SCHEDULE).size() == 2);
  CHECK(catalog.components(PH_KIND_HOOK).empty());
}

TEST_CASE("names resolve by tier", "[plugin][catalog]") {
  Tiers tiers;
  test::copy_fixture("good", tiers.bundled);
  CHECK(tiers.scan().resolve(PH_KIND_SCHEDULE, "Scaled", asked).qualified_name() == "test.fixtures/Scaled");
  test::copy_fixture("good_acme", tiers.installed);
  CHECK(tiers.scan().resolve(PH_KIND_SCHEDULE, "Scaled", asked).qualified_name() ==
        "com.acme.schedules/Scaled");
  const auto catalog = tiers.scan();
  const auto qualified = catalog.resolve(PH_KIND_SCHEDULE, "test.fixtures/Scaled", asked);
  CHECK(qualified.entry->tier == PluginTier::bundled);
  test::copy_fixture("good_newer", tiers.named);
  CHECK(tiers.scan().resolve(PH_KIND_SCHEDULE, "test.fixtures/Scaled", asked).entry->note.version == "2.0.0");
}

TEST_CASE("a name that two plugins of a tier have is ambiguous only when it is used",
          "[plugin][catalog][error]") {
  Tiers tiers;
  test::copy_fixture("good", tiers.named);
  test::copy_fixture("good_acme", tiers.named);
  const auto catalog = tiers.scan();
  CHECK(catalog.resolve(PH_KIND_SCHEDULE, "com.acme.schedules/Scaled", asked).entry->note.id ==
        "com.acme.schedules");
  const auto error = tiers.error("Scaled");
  CHECK_THAT(error, ContainsSubstring("cfg.json"));
  CHECK_THAT(error, ContainsSubstring("/lr_config/policy: schedule \"Scaled\" is ambiguous"));
  CHECK_THAT(error, ContainsSubstring("test.fixtures/Scaled"));
  CHECK_THAT(error, ContainsSubstring("com.acme.schedules/Scaled"));
}

TEST_CASE("one plugin in two files of a tier is ambiguous by any name", "[plugin][catalog][error]") {
  Tiers tiers;
  const auto first = test::copy_fixture("good", tiers.named);
  const auto second = test::copy_fixture("good_newer", tiers.named);
  const auto name = GENERATE("Scaled", "test.fixtures/Scaled");
  const auto error = tiers.error(name);
  CHECK_THAT(error, ContainsSubstring(first.string()));
  CHECK_THAT(error, ContainsSubstring(second.string()));
  CHECK_THAT(error, ContainsSubstring("remove the files that you do not want"));
}

TEST_CASE("a file that two paths lead to is one plugin", "[plugin][catalog]") {
  Tiers tiers;
  const auto file = test::copy_fixture("good", tiers.named);
  std::filesystem::create_symlink(file, tiers.named / "link.so");
  CHECK(tiers.scan().entries().size() == 1);
}

TEST_CASE("an unknown name comes with what there is", "[plugin][catalog][error]") {
  Tiers tiers;
  test::copy_fixture("good", tiers.bundled);
  test::write_all(tiers.bundled / "broken.so", "hello");
  SECTION("a slip") {
    const auto error = tiers.error("Scalde");
    CHECK_THAT(error, ContainsSubstring("/lr_config/policy: there is no schedule \"Scalde\""));
    CHECK_THAT(error, ContainsSubstring("did you mean \"Scaled\"?"));
    CHECK_THAT(error, ContainsSubstring(tiers.bundled.string()));
    CHECK_THAT(error, ContainsSubstring(tiers.named.string() + " (not there)"));
    CHECK_THAT(error, ContainsSubstring("broken.so (not an ELF file"));
  }
  SECTION("a slip in a qualified name") {
    CHECK_THAT(tiers.error("test.fixture/Scaled"),
               ContainsSubstring("did you mean \"test.fixtures/Scaled\"?"));
  }
  SECTION("nothing near") { CHECK_THAT(tiers.error("Zzzzzz"), ContainsSubstring("--plugin-dir")); }
  SECTION("a name of another kind") {
    CHECK_THAT(tiers.error("Scaled", PH_KIND_HOOK), ContainsSubstring("a schedule has that name"));
  }
  SECTION("a slip in mmcv's spelling") {
    CHECK_THAT(tiers.error("StepLrUpdatrHook"), ContainsSubstring("\"StepLrUpdaterHook\""));
  }
}

TEST_CASE("a component whose file cannot be used says why, at the place that asks for it",
          "[plugin][catalog][error]") {
  Tiers tiers;
  const auto file = test::copy_fixture("newer_host", tiers.named);
  const auto error = tiers.error("Scaled");
  CHECK_THAT(error, ContainsSubstring("/lr_config/policy \"Scaled\": the plugin needs a newer host"));
  CHECK_THAT(error, ContainsSubstring("needs host ABI 0.11   " + file.string()));
  CHECK_THAT(error, ContainsSubstring("POSEHOST_TARGET_MINOR=9"));
}

TEST_CASE("a better tier's unusable file is not passed over in silence", "[plugin][catalog]") {
  Tiers tiers;
  test::copy_fixture("newer_host", tiers.named);
  test::copy_fixture("good", tiers.bundled);
  const LogFile log;
  CHECK(tiers.scan().resolve(PH_KIND_SCHEDULE, "Scaled", asked).entry->tier == PluginTier::bundled);
  CHECK_THAT(log.text(), ContainsSubstring("would come first, but the plugin needs a newer host"));
}

TEST_CASE("a folder that all can write is an entry with a problem", "[plugin][catalog][error]") {
  Tiers tiers;
  test::copy_fixture("good", tiers.named);
  std::filesystem::permissions(tiers.named, std::filesystem::perms::all);
  const auto catalog = tiers.scan();
  REQUIRE(catalog.entries().size() == 1);
  CHECK(catalog.entries()[0].file == tiers.named);
  CHECK_THAT(catalog.entries()[0].problem, ContainsSubstring("chmod o-w '" + tiers.named.string() + "'"));
  CHECK_THAT(tiers.error("Scaled"), ContainsSubstring("everybody can write this folder"));
}

TEST_CASE("a folder that must be there is missed", "[plugin][catalog][error]") {
  CHECK_THAT(test::error_text([] {
               (void)PluginCatalog::scan({{"/nonexistent", PluginTier::named, true}});
             }),
             ContainsSubstring("/nonexistent: no such plugin folder"));
}

TEST_CASE("components are loaded when they are wanted", "[plugin][catalog]") {
  Tiers tiers;
  test::copy_fixture("good", tiers.named);
  const auto catalog = tiers.scan();
  const auto ref = catalog.resolve(PH_KIND_SCHEDULE, "Scaled", asked);
  const auto& component = catalog.load(ref);
  CHECK(component.name == "Scaled");
  CHECK(&component == &catalog.load(ref));
}

TEST_CASE("mmcv's spellings lead to components", "[plugin][catalog]") {
  CHECK(ph::components_for_alias(PH_KIND_SCHEDULE, "step") == std::vector<std::string>{"Step"});
  CHECK(ph::components_for_alias("schedule", "CosineAnnealingLrUpdaterHook") ==
        std::vector<std::string>{"CosineAnnealing"});
  CHECK(ph::components_for_alias(PH_KIND_SCHEDULE, "STEP").empty());
  CHECK(ph::components_for_alias(PH_KIND_PARAM_GROUPS, "DefaultOptimizerConstructor") ==
        std::vector<std::string>{"Default"});
  CHECK(ph::components_for_alias(PH_KIND_HOOK, "TextLoggerHook") ==
        std::vector<std::string>{"TextLogger", "JsonLogger"});
  CHECK(ph::components_for_alias(PH_KIND_OPTIMIZER, "Adam").empty());
  CHECK(ph::components_for_alias("no kind", "x").empty());

  Tiers tiers;
  test::copy_fixture("good_step", tiers.named);
  CHECK(tiers.scan().resolve(PH_KIND_SCHEDULE, "step", asked).qualified_name() == "com.acme.steps/Step");
  CHECK(tiers.scan().resolve_all(PH_KIND_SCHEDULE, "StepLrUpdaterHook", asked).size() == 1);
  // The alias is known, its component is not there.
  CHECK_THAT(tiers.error("poly"), ContainsSubstring("there is no schedule \"Poly\""));
}

TEST_CASE("plugins.require and custom_imports load what they name", "[plugin][require]") {
  Tiers tiers;
  test::copy_fixture("good", tiers.bundled);
  test::copy_fixture("good_acme", tiers.bundled);
  test::copy_fixture("newer_host", tiers.installed, "other");
  const auto catalog = tiers.scan();
  const auto require = [&](const std::string& config, bool all_resolved = false) {
    catalog.require(Node::parse(config, "cfg.json"), all_resolved);
  };
  const auto error = [&](const std::string& config, bool all_resolved = false) {
    return test::error_text([&] { require(config, all_resolved); });
  };
  CHECK_NOTHROW(require("{}"));
  CHECK_NOTHROW(require(R"({"plugins": {"require": ["com.acme.schedules"]}})"));
  CHECK_NOTHROW(require(R"({"custom_imports": {"imports": ["mmpose.core.schedules"]}})"));
  CHECK_NOTHROW(require(R"({"custom_imports": {"imports": "my_schedules.schedules"}})"));

  SECTION("no such plugin") {
    const auto text = error(R"({"plugins": {"require": ["com.acme.shedules"]}})");
    CHECK_THAT(text, ContainsSubstring("/plugins/require/0: there is no plugin for \"com.acme.shedules\""));
    CHECK_THAT(text, ContainsSubstring("did you mean \"com.acme.schedules\"?"));
    CHECK_NOTHROW(error(R"({"plugins": {"require": ["org.nobody"]}})", true));
  }
  SECTION("allow_failed makes it a warning") {
    const LogFile log;
    CHECK_NOTHROW(require(R"({"plugins": {"require": ["org.nobody"], "allow_failed": true}})"));
    CHECK_THAT(log.text(), ContainsSubstring("there is no plugin for \"org.nobody\""));
  }
  SECTION("a module that no plugin replaces") {
    const std::string config = R"({"custom_imports": {"imports": ["mmpose.core.optimizer_x"]}})";
    CHECK_THAT(error(config), ContainsSubstring("a plugin in place of the Python module"));
    const LogFile log;
    CHECK_NOTHROW(require(config, true));
    CHECK_THAT(log.text(), ContainsSubstring("there is no plugin for \"mmpose.core.optimizer_x\""));
    CHECK_NOTHROW(require(R"({"custom_imports": {"imports": ["a.b"], "allow_failed_imports": true}})"));
  }
  SECTION("a plugin that cannot be used, in a better tier than one that can") {
    CHECK_THAT(error(R"({"plugins": {"require": ["test.fixtures"]}})"),
               ContainsSubstring("needs a newer host"));
  }
  SECTION("a last part that two plugins have") {
    test::copy_fixture("good_acme", tiers.named);
    std::filesystem::create_directories(tiers.named);
    const auto second = tiers.scan();
    // One id in two tiers is one plugin, from the better tier.
    CHECK_NOTHROW(second.require(Node::parse(R"({"plugins": {"require": ["schedules"]}})"), false));
  }
  SECTION("wrong types") {
    const auto wrong = GENERATE(R"({"plugins": {"require": [3]}})", R"({"plugins": {"require": {}}})",
                                R"({"custom_imports": {"imports": 3}})");
    CHECK_THAT(test::error_text([&] { require(wrong); }, ph::ErrorKind::config),
               ContainsSubstring("wrong type"));
  }
}

TEST_CASE("a module that fits two plugins is an error, whatever may fail", "[plugin][require][error]") {
  Tiers tiers;
  test::copy_fixture("good_acme", tiers.bundled);
  test::copy_fixture("good_other", tiers.named);
  const auto config = Node::parse(
      R"({"custom_imports": {"imports": ["x.schedules"], "allow_failed_imports": true}})", "cfg.json");
  const auto error = test::error_text([&] { tiers.scan().require(config, true); });
  CHECK_THAT(error, ContainsSubstring("\"x.schedules\" is ambiguous"));
  CHECK_THAT(error, ContainsSubstring("com.acme.schedules"));
  CHECK_THAT(error, ContainsSubstring("org.other.schedules"));
}

TEST_CASE("one plugin in two files of a tier cannot be required", "[plugin][require][error]") {
  Tiers tiers;
  test::copy_fixture("good", tiers.named);
  test::copy_fixture("good_newer", tiers.named);
  const auto config = Node::parse(R"({"plugins": {"require": ["test.fixtures"]}})", "cfg.json");
  CHECK_THAT(test::error_text([&] { tiers.scan().require(config, true); }),
             ContainsSubstring("two files are the plugin \"test.fixtures\""));
}
