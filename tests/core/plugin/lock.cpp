#include "plugin/lock.hpp"

#include <dlfcn.h>
#include <sys/stat.h>

#include <fstream>

#include "plugin/catalog.hpp"
#include "plugin/held_file.hpp"
#include "plugin_fixtures.hpp"
#include "tensor/sha256.hpp"

using ph::PluginLock;
using test::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

/// A cache of its own for the test.
struct Cache {
  test::TempFolder dir;
  test::Environment cache{"XDG_CACHE_HOME", dir.path().c_str()};
};

mode_t mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

PluginLock lock_of(const fs::path& plugin) {
  PluginLock lock;
  lock.set(ph::read_note(plugin), ph::file_sha256(plugin));
  return lock;
}

ph::HashCheck check_by(const PluginLock& lock) {
  return [&lock](const ph::PluginNote& note, const std::string& sha256) { lock.check(note, sha256); };
}

bool is_loaded(const fs::path& file) {
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

/// The same plugin with other bytes: what follows the section headers means nothing to the loader.
void append(const fs::path& file) { std::ofstream{file, std::ios::app | std::ios::binary} << "more"; }

}  // namespace

TEST_CASE("the bytes that were hashed lie in a file that only the user can change", "[plugin][lock]") {
  Cache cache;
  const auto file = test::copy_fixture("good", cache.dir.path() / "plugins");
  const auto held = ph::hold_file(file);
  CHECK(held.sha256 == ph::sha256(test::read_all(file)));
  CHECK(held.copy == cache.dir.path() / "posehost" / "plugins" / (held.sha256 + ".so"));
  CHECK(test::read_all(held.copy) == test::read_all(file));
  CHECK(mode_of(held.copy.parent_path()) == 0700);
  CHECK((mode_of(held.copy) & 022) == 0);
  // A copy that somebody spoilt is made anew, also where a link stands in its place.
  fs::permissions(held.copy, fs::perms::owner_all);
  test::write_all(held.copy, "spoilt");
  CHECK(test::read_all(ph::hold_file(file).copy) == test::read_all(file));
  fs::remove(held.copy);
  fs::create_symlink(file, held.copy);
  CHECK(fs::is_regular_file(fs::symlink_status(ph::hold_file(file).copy)));
}

TEST_CASE("no copy is made in a folder that others can enter", "[plugin][lock][error]") {
  Cache cache;
  const auto file = test::copy_fixture("good", cache.dir.path());
  fs::create_directories(ph::held_folder());
  fs::permissions(ph::held_folder(), fs::perms::owner_all | fs::perms::group_exec);
  const auto error = test::error_text([&] { (void)ph::hold_file(file); }, ph::ErrorKind::environment);
  CHECK_THAT(error, ContainsSubstring("with the mode 700"));
  fs::permissions(ph::held_folder(), fs::perms::owner_all);
  CHECK_NOTHROW(ph::hold_file(file));
  CHECK_THAT(test::error_text([&] { (void)ph::hold_file(cache.dir.path()); }),
             ContainsSubstring("not a regular file"));
}

TEST_CASE("a locked plugin is loaded from its copy, whatever happens to the file", "[plugin][lock]") {
  Cache cache;
  const auto file = test::copy_fixture("good_acme", cache.dir.path() / "plugins");
  const auto lock = lock_of(file);
  bool changed = false;
  // The file changes between the check and the load: the worst moment.
  const auto library =
      ph::PluginLibrary::open(file, [&](const ph::PluginNote& note, const std::string& sha256) {
        lock.check(note, sha256);
        fs::remove(file);
        test::write_all(file, "no longer a plugin");
        changed = true;
      });
  CHECK(changed);
  CHECK(library.components().at(0).name == "Scaled");
  CHECK(library.components().at(0).file == file);  // messages name the user's file
  CHECK_FALSE(is_loaded(file));
  CHECK(is_loaded(ph::held_folder() / (lock.entries().at(0).sha256 + ".so")));
}

TEST_CASE("other bytes than those locked are not loaded; both hashes are shown", "[plugin][lock][error]") {
  Cache cache;
  const auto file = test::copy_fixture("good_other", cache.dir.path() / "plugins");
  const auto lock = lock_of(file);
  append(file);
  const auto changed = ph::file_sha256(file);
  const auto catalog =
      ph::PluginCatalog::scan({{file.parent_path(), ph::PluginTier::named, true}}, check_by(lock));
  const auto error =
      test::error_text([&] { (void)catalog.load(catalog.components(PH_KIND_SCHEDULE).at(0)); });
  CHECK_THAT(error, ContainsSubstring("not the file that was locked"));
  CHECK_THAT(error, ContainsSubstring(lock.entries().at(0).sha256));
  CHECK_THAT(error, ContainsSubstring(changed));
  CHECK_FALSE(is_loaded(ph::held_folder() / (changed + ".so")));
  CHECK_FALSE(is_loaded(file));
}

TEST_CASE("a plugin that the lock does not have is not loaded", "[plugin][lock][error]") {
  Cache cache;
  const auto file = test::copy_fixture("good_step", cache.dir.path() / "plugins");
  const PluginLock empty;
  const auto error = test::error_text([&] { (void)ph::PluginLibrary::open(file, check_by(empty)); });
  CHECK_THAT(error, ContainsSubstring("\"com.acme.steps\" is not in the lock"));
  CHECK_FALSE(is_loaded(ph::held_folder() / (ph::file_sha256(file) + ".so")));
}

TEST_CASE("a lock file is written, read and kept up to date", "[plugin][lock]") {
  test::TempFolder dir;
  const auto file = dir.path() / PluginLock::file_name;
  ph::PluginNote note;
  note.id = "com.acme.rules";
  note.version = "1.0";
  note.file = "/plugins/rules.so";
  PluginLock lock;
  CHECK(lock.set(note, std::string(64, 'b')));
  CHECK_FALSE(lock.set(note, std::string(64, 'b')));
  CHECK(lock.set(note, std::string(64, 'c')));
  note.id = "com.acme.a";
  lock.set(note, std::string(64, 'a'));
  lock.write(file);
  const auto again = PluginLock::read(file);
  REQUIRE(again.entries().size() == 2);
  CHECK(again.entries()[0].id == "com.acme.a");
  CHECK(again.entries()[1].sha256 == std::string(64, 'c'));
  CHECK(again.entries()[1].file == "rules.so");
  CHECK(ph::lock_file_of("configs/a.json") == fs::path{"configs/posehost.lock.json"});
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  CHECK_THAT(test::error_text([&] { (void)PluginLock::read(file); }), ContainsSubstring("chmod o-w"));
}

TEST_CASE("a lock file that makes no sense is refused", "[plugin][lock][error]") {
  const std::string hash(64, 'a');
  const auto entry = R"({"id": "a.b", "version": "1", "file": "f.so", "sha256": ")" + hash + "\"}";
  const auto [text, expected] = GENERATE_COPY(table<std::string, std::string>({
      {"{", "no valid JSON"},
      {"[]", "no \"format\""},
      {R"({"format": 2, "plugins": []})", "of another format"},
      {R"({"format": 1})", "no list \"plugins\""},
      {R"({"format": 1, "plugins": [3]})", "no object"},
      {R"({"format": 1, "plugins": [{"id": "a.b"}]})", "without a text \"version\""},
      {R"({"format": 1, "plugins": [{"id": "a.b", "version": "1", "file": "f", "sha256": "abc"}]})",
       "64 lower-case hexadecimal digits"},
      {R"({"format": 1, "plugins": [)" + entry + "," + entry + "]}", "twice"},
  }));
  CAPTURE(text);
  test::TempFolder dir;
  dir.write("lock", text);
  CHECK_THAT(test::error_text([&] { (void)PluginLock::read(dir.path() / "lock"); }, ph::ErrorKind::config),
             ContainsSubstring(expected));
  CHECK_THAT(test::error_text([&] { (void)PluginLock::read(dir.path() / "none"); }, ph::ErrorKind::config),
             ContainsSubstring("posehost plugin lock CFG"));
}
