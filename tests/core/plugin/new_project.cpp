#include "plugin/new_project.hpp"

#include <algorithm>
#include <fstream>

#include "plugin_fixtures.hpp"

using test::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

const fs::path& sdk() {
  static const fs::path folder = fs::path{POSEHOST_SOURCE_DIR} / "sdk";
  return folder;
}

ph::NewProject asked(const std::string& name, const std::string& lang = "c",
                     const std::string& kind = "optimizer", const std::string& id = {}) {
  return {name, lang, kind, id, {}};
}

std::string usage_error(const ph::NewProject& project) {
  return test::error_text([&] { (void)ph::complete(project, sdk()); }, ph::ErrorKind::usage);
}

}  // namespace

TEST_CASE("a component's name becomes names of files", "[plugin][new]") {
  const auto [name, expected] = GENERATE(table<std::string, std::string>({{"MySgd", "my_sgd"},
                                                                          {"Sgd", "sgd"},
                                                                          {"SGDPlain", "sgd_plain"},
                                                                          {"Adam2Fast", "adam2_fast"},
                                                                          {"MySGD", "my_sgd"}}));
  CHECK(ph::snake_case(name) == expected);
}

TEST_CASE("what was not asked for is filled in", "[plugin][new]") {
  const auto project = ph::complete(asked("MySgd"), sdk());
  CHECK(project.id == "org.example.my_sgd");
  CHECK(project.dir == "my_sgd");
  CHECK(ph::complete(asked("MySgd", "cpp", "hook", "com.acme.x"), sdk()).id == "com.acme.x");
}

TEST_CASE("names, ids, languages and kinds that cannot be are refused", "[plugin][new][error]") {
  // A type in four languages: no keyword, no macro, no path.
  const auto name = GENERATE("", "sgd", "my_sgd", "2Sgd", "NULL", "EOF", "Self", "My-Sgd", "../Sgd", "My_Sgd",
                             "Sgd\n", "S\xC3\xA4", "A/B");
  CAPTURE(name);
  CHECK_THAT(usage_error(asked(name)), ContainsSubstring("not a name for a component"));
  CHECK_THAT(usage_error(asked(std::string(65, 'a').replace(0, 1, "A"))), ContainsSubstring("at most 64"));
  CHECK_THAT(usage_error(asked("my_sgd")), ContainsSubstring("posehost plugin new MySgd"));
  const auto id = GENERATE("plain", "Com.acme", "com..acme", ".com", "com.acme/x", "com.acme\"x");
  CAPTURE(id);
  CHECK_THAT(usage_error(asked("Sgd", "c", "hook", id)), ContainsSubstring("not an id for a plugin"));
  CHECK_THAT(usage_error(asked("Sgd", "cc")), ContainsSubstring("no template for this language"));
  CHECK_THAT(usage_error(asked("Sgd", "../c")), ContainsSubstring("no template for this language"));
  CHECK_THAT(usage_error(asked("Sgd", "")), ContainsSubstring("c, cpp"));
  CHECK_THAT(usage_error(asked("Sgd", "c", "optimiser")), ContainsSubstring("did you mean \"optimizer\"?"));
}

TEST_CASE("every language has a template of an optimizer, C and C++ of everything", "[plugin][new]") {
  const std::vector<std::string> all{"hook", "optimizer", "param_groups", "schedule"};
  CHECK(ph::template_kinds(sdk(), "c") == all);
  CHECK(ph::template_kinds(sdk(), "cpp") == all);
  for (const auto& lang : ph::template_languages(sdk())) {
    const auto kinds = ph::template_kinds(sdk(), lang);
    CAPTURE(lang);
    CHECK(std::count(kinds.begin(), kinds.end(), "optimizer") == 1);
  }
}

TEST_CASE("a project is written once, from the templates", "[plugin][new]") {
  test::TempFolder dir;
  auto project = ph::complete(asked("MySgd", "c", "optimizer", "com.acme.sgd"), sdk());
  project.dir = dir.path() / "a" / "b";
  const auto files = ph::write_project(project, sdk(), "/a \"b\"");
  CHECK(std::is_sorted(files.begin(), files.end()));
  for (const char* name : {"CMakeLists.txt", "README.md", "build.sh", "ci.sh", "my_sgd.c", "try.json",
                           ".gitignore", ".github/workflows/plugin.yml"}) {
    CAPTURE(name);
    CHECK(std::find(files.begin(), files.end(), fs::path{name}) != files.end());
    CHECK(fs::is_regular_file(project.dir / name));
  }
  CHECK((fs::status(project.dir / "build.sh").permissions() & fs::perms::owner_exec) != fs::perms::none);
  CHECK_THAT(test::read_all(project.dir / "my_sgd.c"),
             ContainsSubstring("POSEHOST_PLUGIN(\"com.acme.sgd\"") && ContainsSubstring("\"MySgd\""));
  // The folder stands within a JSON string.
  CHECK_THAT(test::read_all(project.dir / "try.json"), ContainsSubstring(R"(POSEHOST_CONFIGS:/a \"b\"}})"));
}

TEST_CASE("nothing is overwritten, and nothing is written where something is", "[plugin][new][error]") {
  test::TempFolder dir;
  auto project = ph::complete(asked("MySgd"), sdk());
  project.dir = dir.path();
  SECTION("a file of the author's") { std::ofstream(dir.path() / "my_sgd.c") << "mine"; }
  SECTION("a link that leads nowhere") { fs::create_symlink("nowhere", dir.path() / "my_sgd.c"); }
  CHECK_THAT(test::error_text([&] { ph::write_project(project, sdk(), "/c"); }, ph::ErrorKind::usage),
             ContainsSubstring("my_sgd.c: already there"));
  CHECK(std::distance(fs::directory_iterator(dir.path()), {}) == 1);
  CHECK_FALSE(fs::exists(dir.path() / "nowhere"));
}

TEST_CASE("a folder that cannot be made is an error of the environment", "[plugin][new][error]") {
  test::TempFolder dir;
  std::ofstream(dir.path() / "file") << "x";
  auto project = ph::complete(asked("MySgd"), sdk());
  project.dir = dir.path() / "file" / "below";
  CHECK_THAT(test::error_text([&] { ph::write_project(project, sdk(), "/c"); }, ph::ErrorKind::environment),
             ContainsSubstring("cannot be written"));
}
