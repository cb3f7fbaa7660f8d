#include <algorithm>

#include "plugin/catalog.hpp"
#include "plugin/trust.hpp"
#include "plugin_fixtures.hpp"

using ph::Node;
using ph::PluginTier;
using test::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

/// A home of its own for the test, so that nothing depends on the user's.
struct Home {
  test::TempFolder dir;
  test::Environment home{"HOME", dir.path().c_str()}, data{"XDG_DATA_HOME", nullptr},
      config{"XDG_CONFIG_HOME", nullptr}, path{"POSEHOST_PLUGIN_PATH", nullptr},
      bundled{"POSEHOST_BUNDLED_PLUGINS", (dir.path() / "bundled").c_str()};
};

std::vector<std::string> names(const std::vector<ph::PluginFolder>& folders) {
  std::vector<std::string> all;
  for (const auto& folder : folders) all.push_back(folder.dir.string());
  return all;
}

}  // namespace

TEST_CASE("plugin folders come in the documented order", "[plugin][folders]") {
  Home home;
  const auto at = [&](const char* name) { return (home.dir.path() / name).string(); };
  for (const char* name : {"one", "two", "trusted", "bundled"}) fs::create_directory(home.dir.path() / name);
  test::Environment path{"POSEHOST_PLUGIN_PATH", (at("two") + "::" + at("absent")).c_str()};
  ph::trust_directory(at("trusted"));
  const auto config =
      Node::parse("{\"plugins\": {\"dirs\": [\"" + at("trusted") + "\", \"" + at("one") + "\"]}}");
  const auto folders = ph::plugin_folders({at("one")}, &config);
  CHECK(names(folders) == std::vector<std::string>{at("one"), at("two"), at("absent"), at("trusted"),
                                                   at(".local/share/posehost/plugins"),
                                                   "/usr/local/lib/posehost/plugins",
                                                   "/usr/lib/posehost/plugins", at("bundled")});
  CHECK(folders[3].tier == PluginTier::named);
  CHECK(folders[4].tier == PluginTier::installed);
  CHECK(folders.back().tier == PluginTier::bundled);
}

TEST_CASE("XDG_DATA_HOME moves the user's plugin folder", "[plugin][folders]") {
  Home home;
  test::Environment data{"XDG_DATA_HOME", "/somewhere"};
  CHECK(names(ph::plugin_folders({}, nullptr)).front() == "/somewhere/posehost/plugins");
}

TEST_CASE("the bundled plugins are found from where the program is", "[plugin][folders]") {
  Home home;
  test::Environment none{"POSEHOST_BUNDLED_PLUGINS", nullptr};
  // The test program stands in <build>/tests, as far from <build>/lib as bin/ is.
  const auto dir = fs::path{POSEHOST_BUILD_DIR} / "lib" / "posehost" / "plugins";
  fs::create_directories(dir);
  const auto folders = ph::plugin_folders({}, nullptr);
  CHECK(folders.back().dir == fs::canonical(dir));
  CHECK(folders.back().tier == PluginTier::bundled);
}

TEST_CASE("a folder that a config names has to be trusted", "[plugin][folders][error]") {
  Home home;
  const auto dir = home.dir.path() / "downloaded";
  fs::create_directory(dir);
  const auto config = Node::parse("{\"plugins\": {\"dirs\": [\"" + dir.string() + "\"]}}", "cfg.json");
  const auto error = test::error_text([&] { (void)ph::plugin_folders({}, &config); }, ph::ErrorKind::config);
  CHECK_THAT(error, ContainsSubstring("/plugins/dirs/0: you have not said that you trust this folder"));
  CHECK_THAT(error, ContainsSubstring("posehost plugin trust '" + dir.string() + "'"));

  CHECK(ph::trust_directory(dir / ".") == dir);
  CHECK(names(ph::plugin_folders({}, &config)).front() == dir.string());
  ph::trust_directory(dir);
  CHECK(test::read_all(ph::trust_file()) == dir.string() + "\n");

  // A folder within a trusted one is another one.
  fs::create_directory(dir / "inner");
  const auto inner =
      Node::parse("{\"plugins\": {\"dirs\": [\"" + (dir / "inner").string() + "\"]}}", "cfg.json");
  CHECK_THROWS_AS(ph::plugin_folders({}, &inner), ph::Error);
}

TEST_CASE("the list of trusted folders counts only while it is the user's", "[plugin][folders][error]") {
  Home home;
  const auto dir = home.dir.path() / "mine";
  fs::create_directory(dir);
  ph::trust_directory(dir);
  fs::permissions(ph::trust_file(), fs::perms::others_write, fs::perm_options::add);
  CHECK_THAT(test::error_text([] { (void)ph::trusted_directories(); }),
             ContainsSubstring("chmod o-w '" + ph::trust_file().string() + "'"));
}

TEST_CASE("a folder that all can write cannot be trusted", "[plugin][folders][error]") {
  Home home;
  const auto dir = home.dir.path() / "open";
  fs::create_directory(dir);
  fs::permissions(dir, fs::perms::all);
  CHECK_THAT(test::error_text([&] { ph::trust_directory(dir); }),
             ContainsSubstring("everybody can write this folder"));
}

TEST_CASE("folders that are not there are missed where they were asked for", "[plugin][folders][error]") {
  Home home;
  CHECK_THAT(
      test::error_text([] { (void)ph::plugin_folders({"/nonexistent"}, nullptr); }, ph::ErrorKind::usage),
      ContainsSubstring("--plugin-dir /nonexistent: no such folder"));
  const auto config = Node::parse(R"({"plugins": {"dirs": ["/nonexistent"]}})", "cfg.json");
  CHECK_THAT(test::error_text([&] { (void)ph::plugin_folders({}, &config); }, ph::ErrorKind::config),
             ContainsSubstring("/plugins/dirs/0: no such folder"));
  CHECK_THAT(test::error_text([] { ph::trust_directory("/nonexistent"); }, ph::ErrorKind::usage),
             ContainsSubstring("no such folder"));
}
