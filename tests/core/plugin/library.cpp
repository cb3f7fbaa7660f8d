#include "plugin/library.hpp"

#include <dlfcn.h>
#include <gnu/libc-version.h>

#include "plugin/load_advice.hpp"
#include "plugin/negotiation.hpp"
#include "plugin_fixtures.hpp"

using test::ContainsSubstring;

namespace {

std::string error_of_fixture(const std::string& name) {
  return test::error_text([&] { (void)ph::PluginLibrary::open(test::fixture(name)); });
}

/// Whether the dynamic loader has the file in this process.
bool is_loaded(const std::filesystem::path& file) {
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

}  // namespace

TEST_CASE("a good plugin is loaded once and stays", "[plugin][library]") {
  test::TempFolder dir;
  const auto file = test::copy_fixture("good", dir.path());
  const ph::LoadedComponent* first = nullptr;
  {
    const auto library = ph::PluginLibrary::open(file);
    CHECK(library.note().id == "test.fixtures");
    REQUIRE(library.components().size() == 1);
    first = &library.components()[0];
  }
  CHECK(is_loaded(file));
  const auto again = ph::PluginLibrary::open(dir.path() / "." / "good.so");
  CHECK(&again.components()[0] == first);
  CHECK(first->name == "Scaled");
  CHECK(first->kind == PH_KIND_SCHEDULE);
  CHECK(first->plugin_id == "test.fixtures");
  CHECK(first->plugin_version == "1.0.0");
  CHECK(first->component.create != nullptr);
}

TEST_CASE("a plugin built with a newer SDK is no reason to refuse", "[plugin][library]") {
  CHECK(ph::PluginLibrary::open(test::fixture("newer_build")).note().abi_minor == 11);
}

TEST_CASE("what is wrong with a plugin is said with both numbers and a remedy", "[plugin][library][error]") {
  const auto [name, expected] = GENERATE(table<std::string, std::vector<std::string>>({
      {"no_entry", {"the plugin has no entry", "posehost_plugin_query_v0", "POSEHOST_PLUGIN macro"}},
      {"other_major_entry", {"major version 7", "of major version 0 (this host)", "a build of the plugin"}},
      {"other_major_note",
       {"another major version", "built with ABI 3.2", "this host has ABI 0.9", "newer posehost"}},
      {"short_size", {"too short", "ph_plugin says it has 16 bytes", "128 to 65536"}},
      {"huge_size", {"impossible size", "3735928559 bytes", "128 to 65536"}},
      {"short_component", {"too short", "component 0 says it has 24 bytes"}},
      {"senseless_version", {"version numbers make no sense", "built with ABI 0.9, needs host ABI 0.12"}},
      {"newer_host",
       {"the plugin needs a newer host", "needs host ABI 0.11", "at most 0.9 (this host)",
        "POSEHOST_TARGET_MINOR=9"}},
      {"must_understand", {"does not know", "must-understand bit 5", "a newer posehost"}},
      {"note_differs",
       {"note and the descriptor of the plugin differ", "version \"1.0.0\" in the note", "\"2.0.0\""}},
      {"schema_differs", {"note and the descriptor of the plugin differ", "schema of Scaled"}},
      {"query_null", {"offers nothing", "posehost_plugin_query_v0() returned NULL"}},
      {"missing_library",
       {"cannot be loaded", "libposehost_absent.so: cannot open shared object file",
        "install the library libposehost_absent.so"}},
      {"undefined_symbol",
       {"cannot be loaded", "undefined symbol: posehost_internal_function", "takes no symbol from the host"}},
      {"no_note", {"not a posehost plugin"}},
  }));
  CAPTURE(name);
  const auto error = error_of_fixture(name);
  CHECK_THAT(error, ContainsSubstring(name + ".so: "));
  for (const auto& part : expected) CHECK_THAT(error, ContainsSubstring(part));
}

TEST_CASE("what the note rules out is never loaded", "[plugin][library][error]") {
  const auto name =
      GENERATE("other_major_note", "newer_host", "must_understand", "senseless_version", "no_note");
  CAPTURE(name);
  test::TempFolder dir;
  const auto file = test::copy_fixture(name, dir.path());
  (void)test::error_text([&] { (void)ph::PluginLibrary::open(file); });
  CHECK_FALSE(is_loaded(file));
}

TEST_CASE("a missing file is an error", "[plugin][library][error]") {
  CHECK_THAT(test::error_text([] { (void)ph::PluginLibrary::open("/nonexistent/a.so"); }),
             ContainsSubstring("/nonexistent/a.so: cannot be opened"));
}

TEST_CASE("files that others can write are refused with the command that repairs it",
          "[plugin][trust][error]") {
  test::TempFolder dir;
  const auto file = test::copy_fixture("good", dir.path());
  SECTION("the file") {
    std::filesystem::permissions(file, std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);
    const auto error = test::error_text([&] { (void)ph::PluginLibrary::open(file); });
    CHECK_THAT(error, ContainsSubstring("everybody can write this file"));
    CHECK_THAT(error, ContainsSubstring("chmod o-w '" + file.string() + "'"));
  }
  SECTION("its folder") {
    std::filesystem::permissions(dir.path(), std::filesystem::perms::all);
    const auto error = test::error_text([&] { (void)ph::PluginLibrary::open(file); });
    CHECK_THAT(error, ContainsSubstring("everybody can write this folder"));
    CHECK_THAT(error, ContainsSubstring("chmod o-w '" + dir.path().string() + "'"));
  }
  SECTION("the file behind a link") {
    test::TempFolder other;
    std::filesystem::permissions(file, std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);
    std::filesystem::create_symlink(file, other.path() / "link.so");
    CHECK_THAT(test::error_text([&] { (void)ph::PluginLibrary::open(other.path() / "link.so"); }),
               ContainsSubstring("chmod o-w '" + file.string() + "'"));
  }
  SECTION("the owner, where the test may change it") {
    if (::geteuid() != 0 || ::chown(file.c_str(), 12345, static_cast<gid_t>(-1)) != 0) {
      WARN("not root: a file of another user cannot be made");
      return;
    }
    const auto error = test::error_text([&] { (void)ph::PluginLibrary::open(file); });
    CHECK_THAT(error, ContainsSubstring("belongs to another user"));
    CHECK_THAT(error, ContainsSubstring("owner 12345"));
  }
}

TEST_CASE("messages of the dynamic loader come with advice", "[plugin][library]") {
  CHECK(ph::loader_message(
            "boost::dll::shared_library::load() failed (dlerror system message: libx.so: no (a) b): "
            "Bad file descriptor") == "libx.so: no (a) b");
  CHECK(ph::loader_message("something else") == "something else");
  const auto glibc =
      ph::load_advice("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.99' not found (required by a.so)");
  CHECK_THAT(glibc, ContainsSubstring("it wants 2.99"));
  CHECK_THAT(glibc, ContainsSubstring(gnu_get_libc_version()));
  CHECK_THAT(ph::load_advice("libstdc++.so.6: version `GLIBCXX_3.4.99' not found"),
             ContainsSubstring("-static-libstdc++"));
  CHECK(ph::load_advice("something else").empty());
}

namespace {

/// A descriptor that agrees with its note, to be spoilt.
struct Described {
  static std::int32_t create(const ph_host*, const ph_config*, void**) { return PH_OK; }
  static ph_str text(std::string_view of) { return {of.data(), static_cast<std::int64_t>(of.size())}; }

  Described() {
    note.file = "/x/described.so";
    note.abi_minor = note.min_host_minor = 9;
    note.id = "test.described";
    note.version = "1.0.0";
    note.license = "MIT";
    note.components.push_back({PH_KIND_SCHEDULE, "S", "doc", "{\"type\":\"object\"}"});
    component.size = sizeof component;
    component.kind = text(PH_KIND_SCHEDULE);
    component.name = text("S");
    component.doc = text("doc");
    component.schema = text("{ \"type\": \"object\" }");
    component.create = create;
    component.api = this;
    plugin.size = sizeof plugin;
    plugin.built_minor = plugin.min_host_minor = 9;
    plugin.id = text("test.described");
    plugin.version = text("1.0.0");
    plugin.license = text("MIT");
    plugin.components = list;
    plugin.n_components = 1;
  }
  [[nodiscard]] std::string error() const {
    return test::error_text([&] { (void)ph::read_descriptor(&plugin, note); });
  }
  ph::PluginNote note;
  ph_component component{};
  const ph_component* list[2] = {&component, &component};
  ph_plugin plugin{};
};

}  // namespace

TEST_CASE("a descriptor is not trusted", "[plugin][library][error]") {
  Described given;
  SECTION("white space in the schema does not matter") {
    const auto components = ph::read_descriptor(&given.plugin, given.note);
    REQUIRE(components.size() == 1);
    CHECK(components[0].schema == "{\"type\":\"object\"}");
    CHECK(components[0].file == "/x/described.so");
  }
  SECTION("no components") {
    given.plugin.components = nullptr;
    CHECK_THAT(given.error(), ContainsSubstring("components is NULL"));
  }
  SECTION("a senseless number of components") {
    given.plugin.n_components = GENERATE(std::int64_t{0}, std::int64_t{-1}, std::int64_t{1025}, INT64_MAX);
    CHECK_THAT(given.error(), ContainsSubstring("1 to 1024"));
  }
  SECTION("a NULL component") {
    given.list[0] = nullptr;
    CHECK_THAT(given.error(), ContainsSubstring("component 0: a NULL pointer"));
  }
  SECTION("a negative length") {
    given.plugin.id.len = -3;
    CHECK_THAT(given.error(), ContainsSubstring("id with length -3"));
  }
  SECTION("a huge length") {
    given.component.doc.len = 1 << 30;
    CHECK_THAT(given.error(), ContainsSubstring("doc with length 1073741824"));
  }
  SECTION("a length without text") {
    given.component.name = {nullptr, 5};
    CHECK_THAT(given.error(), ContainsSubstring("name with a NULL pointer"));
  }
  SECTION("text that is no UTF-8") {
    given.component.doc = Described::text("\xC3\x28");
    CHECK_THAT(given.error(), ContainsSubstring("doc is no UTF-8"));
  }
  SECTION("no create") {
    given.component.create = nullptr;
    CHECK_THAT(given.error(), ContainsSubstring("create is NULL"));
  }
  SECTION("no table") {
    given.component.api = nullptr;
    CHECK_THAT(given.error(), ContainsSubstring("api is NULL"));
  }
  SECTION("a schema that is no JSON") {
    given.component.schema = Described::text("{");
    CHECK_THAT(given.error(), ContainsSubstring("no valid JSON"));
  }
  SECTION("another id than in the note") {
    given.plugin.id = Described::text("test.other");
    CHECK_THAT(given.error(), ContainsSubstring("id \"test.described\" in the note, \"test.other\""));
  }
  SECTION("another component than in the note") {
    given.component.name = Described::text("T");
    CHECK_THAT(given.error(), ContainsSubstring("posehost.schedule/0:T"));
  }
  SECTION("other must-understand bits than in the note") {
    given.plugin.must_understand = 1;
    CHECK_THAT(given.error(), ContainsSubstring("must_understand"));
  }
  SECTION("a component twice") {
    given.note.components.push_back({PH_KIND_SCHEDULE, "T", "doc", "{}"});
    given.plugin.n_components = 2;
    CHECK_THAT(given.error(), ContainsSubstring("the same twice"));
  }
}

TEST_CASE("a struct is copied by the smaller of both sizes", "[plugin][library]") {
  // A plugin of the future: a longer component, whose known part is the same.
  struct Longer {
    ph_component known;
    std::uint64_t future;
  } longer{};
  longer.known.size = sizeof longer;
  longer.known.rev = 4;
  longer.future = 17;
  const auto own = ph::copy_struct<ph_component>(&longer, "component", "/x.so");
  CHECK(own.size == sizeof longer);
  CHECK(own.rev == 4);
}
