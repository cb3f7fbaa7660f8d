#include "plugin/trust.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "plugin/catalog.hpp"
#include "plugin/way_to.hpp"
#include "plugin_fixtures.hpp"

using test::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

void set_mode(const fs::path& path, mode_t mode) { REQUIRE(::chmod(path.c_str(), mode) == 0); }

std::string refusal(const fs::path& file) {
  return test::error_text([&] { ph::check_plugin_file(file); });
}

}  // namespace

TEST_CASE("the way to a file names every folder and link that decides where it ends", "[plugin][trust]") {
  test::TempFolder dir;
  const auto at = dir.path();
  fs::create_directories(at / "a" / "b");
  fs::create_directories(at / "c");
  dir.write("a/b/file", "x");
  fs::create_symlink("../a", at / "c" / "first");
  fs::create_symlink(at / "c" / "first" / "b", at / "second");
  const auto way = ph::way_to(at / "second" / "." / ".." / "b" / "file");
  CHECK(way.real == at / "a" / "b" / "file");
  CHECK(way.links == std::vector<fs::path>{at / "second", at / "c" / "first"});
  for (const char* folder : {"", "c", "a", "a/b"}) {
    const auto want = *folder == '\0' ? at : at / folder;
    CAPTURE(want);
    CHECK(std::count(way.folders.begin(), way.folders.end(), want) == 1);
  }
  CHECK(way.folders.front() == "/");
  fs::create_symlink("loop", at / "loop");
  CHECK_THAT(test::error_text([&] { (void)ph::way_to(at / "loop"); }), ContainsSubstring("in a circle"));
  CHECK_THAT(test::error_text([&] { (void)ph::way_to(at / "gone" / "x"); }), ContainsSubstring("gone"));
}

TEST_CASE("a folder above that everybody can write is refused, unless it is sticky",
          "[plugin][trust][error]") {
  test::TempFolder dir;
  const auto above = dir.path() / "above";
  const auto file = test::copy_fixture("good", above / "plugins");
  set_mode(above, 0777);
  const auto error = refusal(file);
  CHECK_THAT(error, ContainsSubstring("everybody can write a folder on the way to it: " + above.string()));
  CHECK_THAT(error, ContainsSubstring("chmod o-w '" + above.string() + "'"));
  set_mode(above, 01777);
  CHECK(ph::check_plugin_file(file).empty());
  // In the plugin's own folder others could add plugins, sticky or not.
  set_mode(above / "plugins", 01777);
  CHECK_THAT(refusal(file), ContainsSubstring("chmod o-w '" + (above / "plugins").string() + "'"));
}

TEST_CASE("the folder of a link counts as much as what it leads to", "[plugin][trust][error]") {
  test::TempFolder dir;
  const auto file = test::copy_fixture("good", dir.path() / "real");
  const auto open = dir.path() / "open";
  fs::create_directory(open);
  fs::create_symlink(file.parent_path(), open / "link");
  CHECK(ph::check_plugin_file(open / "link" / "good.so").empty());
  set_mode(open, 0777);
  CHECK_THAT(refusal(open / "link" / "good.so"), ContainsSubstring("chmod o-w '" + open.string() + "'"));
}

TEST_CASE("owners on the way count, where the test may change them", "[plugin][trust][error]") {
  if (::geteuid() != 0) {
    WARN("not root: a folder of another user cannot be made");
    return;
  }
  test::TempFolder dir;
  const auto above = dir.path() / "above";
  const auto file = test::copy_fixture("good", above / "plugins");
  const auto link = dir.path() / "link.so";
  fs::create_symlink(file, link);
  REQUIRE(::chown(above.c_str(), 12345, static_cast<gid_t>(-1)) == 0);
  CHECK_THAT(refusal(file), ContainsSubstring("belongs to another user: " + above.string()));
  CHECK_THAT(refusal(file), ContainsSubstring("owner 12345"));
  REQUIRE(::chown(above.c_str(), 0, static_cast<gid_t>(-1)) == 0);
  CHECK(ph::check_plugin_file(link).empty());
  REQUIRE(::lchown(link.c_str(), 12345, static_cast<gid_t>(-1)) == 0);
  CHECK_THAT(refusal(link), ContainsSubstring("chown -h root '" + link.string() + "'"));
}

TEST_CASE("writable by a group is worth a warning, said with its remedy", "[plugin][trust]") {
  if (::geteuid() != 0) {
    WARN("not root: a file of another group cannot be made");
    return;
  }
  test::TempFolder dir;
  const auto file = test::copy_fixture("good", dir.path());
  REQUIRE(::chown(file.c_str(), static_cast<uid_t>(-1), 12345) == 0);
  set_mode(file, 0664);
  const auto warnings = ph::check_plugin_file(file);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], ContainsSubstring("group 12345 can write it"));
  CHECK_THAT(warnings[0], ContainsSubstring("chmod g-w '" + file.string() + "'"));
  const auto catalog = ph::PluginCatalog::scan({{dir.path(), ph::PluginTier::named, true}});
  CHECK(catalog.entries().at(0).problem.empty());
  CHECK(catalog.entries().at(0).warnings == warnings);
  set_mode(file, 0644);
  CHECK(ph::check_plugin_file(file).empty());
}

TEST_CASE("trust can be taken back, also from a folder that is gone", "[plugin][trust]") {
  test::TempFolder dir;
  test::Environment config{"XDG_CONFIG_HOME", dir.path().c_str()};
  fs::create_directories(dir.path() / "one");
  fs::create_directories(dir.path() / "two");
  ph::trust_directory(dir.path() / "one");
  ph::trust_directory(dir.path() / "two");
  fs::remove(dir.path() / "two");
  ph::distrust_directory(dir.path() / "two");
  CHECK(ph::trusted_directories() == std::vector<fs::path>{dir.path() / "one"});
  const auto error =
      test::error_text([&] { ph::distrust_directory(dir.path() / "two"); }, ph::ErrorKind::usage);
  CHECK_THAT(error, ContainsSubstring("not in the list"));
  CHECK_THAT(error, ContainsSubstring((dir.path() / "one").string()));
  ph::distrust_directory(dir.path() / "one" / ".");
  CHECK(ph::trusted_directories().empty());
}
