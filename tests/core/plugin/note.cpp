#include "plugin/note.hpp"

#include <elf.h>
#include <sys/stat.h>

#include <cstring>
#include <random>

#include "plugin_fixtures.hpp"

using test::ContainsSubstring;

namespace {

/// A plugin file that can be damaged.
class Copy {
 public:
  explicit Copy(const std::string& name = "good")
      : path_{test::copy_fixture(name, dir_.path())}, bytes_{test::read_all(path_)} {}

  Copy& byte(std::size_t at, unsigned value) {
    bytes_.at(at) = static_cast<char>(value);
    return *this;
  }
  /// Replaces text in the notes by text of the same length.
  Copy& text(const std::string& from, const std::string& to) {
    const auto at = bytes_.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(from.size() == to.size());
    bytes_.replace(at, to.size(), to);
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  /// Writes `bytes` and reads the note.
  ph::PluginNote read(const std::string& bytes) const {
    test::write_all(path_, bytes);
    return ph::read_note(path_);
  }
  [[nodiscard]] std::string error() const {
    return test::error_text([&] { (void)read(bytes_); });
  }
  [[nodiscard]] std::string error(const std::string& bytes) const {
    return test::error_text([&] { (void)read(bytes); });
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  test::TempFolder dir_;
  std::filesystem::path path_;
  std::string bytes_;
};

}  // namespace

TEST_CASE("a note is read without loading the file", "[plugin][note]") {
  const auto note = ph::read_note(test::fixture("good"));
  CHECK(note.id == "test.fixtures");
  CHECK(note.version == "1.0.0");
  CHECK(note.license == "MIT");
  CHECK(note.abi_major == 0);
  CHECK(note.abi_minor == 9);
  CHECK(note.min_host_minor == 9);
  CHECK(note.must_understand == 0);
  REQUIRE(note.components.size() == 1);
  CHECK(note.components[0].kind == "posehost.schedule/0");
  CHECK(note.components[0].name == "Scaled");
  CHECK(note.components[0].doc == "the base times a factor");
  CHECK_THAT(note.components[0].schema, ContainsSubstring("\"factor\""));
  // Its library is not there: it could not even be loaded.
  CHECK(ph::read_note(test::fixture("missing_library")).id == "test.fixtures");
}

TEST_CASE("files that are no plugins are told apart", "[plugin][note][error]") {
  Copy copy;
  SECTION("text") { CHECK_THAT(copy.error("#!/bin/sh\nexit 0\n"), ContainsSubstring("not an ELF file")); }
  SECTION("empty") { CHECK_THAT(copy.error(""), ContainsSubstring("an empty file")); }
  SECTION("three bytes") {
    CHECK_THAT(copy.error("\x7f"
                          "EL"),
               ContainsSubstring("not an ELF file"));
  }
  SECTION("32 bits") { CHECK_THAT(copy.byte(EI_CLASS, ELFCLASS32).error(), ContainsSubstring("not 64-bit")); }
  SECTION("big-endian") {
    CHECK_THAT(copy.byte(EI_DATA, ELFDATA2MSB).error(), ContainsSubstring("big-endian"));
  }
  SECTION("another machine") {
    const auto error = copy.byte(offsetof(Elf64_Ehdr, e_machine), EM_AARCH64).error();
    CHECK_THAT(error, ContainsSubstring("built for another machine"));
    CHECK_THAT(error, ContainsSubstring("64-bit ARM (aarch64)"));
    CHECK_THAT(error, ContainsSubstring("a build of the plugin for x86-64"));
  }
  SECTION("a program") {
    CHECK_THAT(copy.byte(offsetof(Elf64_Ehdr, e_type), ET_EXEC).error(),
               ContainsSubstring("not a shared library"));
  }
  SECTION("an object file") {
    CHECK_THAT(copy.byte(offsetof(Elf64_Ehdr, e_type), ET_REL).error(), ContainsSubstring("an object file"));
  }
  SECTION("a folder") {
    CHECK_THAT(test::error_text([&] { (void)ph::read_note(copy.path().parent_path()); }),
               ContainsSubstring("not a regular file"));
  }
  SECTION("a pipe, which nobody writes to") {
    const auto pipe = copy.path().parent_path() / "pipe.so";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK_THAT(test::error_text([&] { (void)ph::read_note(pipe); }), ContainsSubstring("not a regular file"));
  }
  SECTION("nothing") {
    CHECK_THAT(test::error_text([&] { (void)ph::read_note(copy.path().parent_path() / "none.so"); }),
               ContainsSubstring("No such file or directory"));
  }
  SECTION("a library without a note") {
    const auto error = test::error_text([] { (void)ph::read_note(test::fixture("no_note")); });
    CHECK_THAT(error, ContainsSubstring("not a posehost plugin"));
    CHECK_THAT(error, ContainsSubstring("without a \"posehost\" note"));
  }
}

TEST_CASE("a malformed note says what is wrong in it", "[plugin][note][error]") {
  const auto [from, to, expected] = GENERATE(table<std::string, std::string, std::string>({
      {"{\"abi\":[0,9],", "{\"abi\":[0,9]]", "no valid JSON"},
      {"\"version\":\"1.0.0\"", "\"id\":\"test.fixture\"", "twice"},
      {"\"version\":\"1.0.0\"", "\"versiom\":\"1.0.0\"", "no \"version\""},
      {"\"version\":\"1.0.0\"", "\"version\":\"x.0.0\"", "a version such as 1.2.3"},
      {"\"author\":\"\"", "\"author\":91", "one line of text"},
      {"\"id\":\"test.fixtures\"", "\"id\":\"test/fixtures\"", "a reverse-DNS id"},
      {"\"id\":\"test.fixtures\"", "\"id\":\"testyfixtures\"", "a reverse-DNS id"},
      {"\"id\":\"test.fixtures\"", "\"id\":\"Test.fixtures\"", "a reverse-DNS id"},
      {"\"id\":\"test.fixtures\"", "\"id\":\"test\\u000atu\"", "one line of text"},
      {"\"abi\":[0,9]", "\"abi\":[009", "no valid JSON"},
      {"\"abi\":[0,9]", "\"abi\":\"0,9\"", "[major, minor]"},
      {"\"abi\":[0,9]", "\"abi\":[0.9]", "[major, minor]"},
      {"\"min_host_minor\":9", "\"min_host_minor\":\"", "no valid JSON"},
      {"\"must_understand\":0", "\"must_understand\":{", "no valid JSON"},
      {"\"must_understand\":0", "\"must_understamd\":0", "no \"must_understand\""},
      {"\"components\":1", "\"components\":0", "1 to 1024"},
      {"\"components\":1", "\"components\":2", "1 notes of components"},
      {"\"name\":\"Scaled\"", "\"name\":\"1caled\"", "a name of letters, digits and _"},
      {"\"kind\":\"posehost.schedule/0\"", "\"kind\":\"posehost.schedule-0\"", "a kind such as"},
      {"\"doc\":\"the base times a factor\"", "\"dog\":\"the base times a factor\"", "no \"doc\""},
      {"\"schema\":{", "\"schema\":3", "no valid JSON"},
  }));
  CAPTURE(from, to);
  Copy copy;
  if (from.size() < to.size()) return;
  const auto padded = to + std::string(from.size() - to.size(), ' ');
  const auto error = copy.text(from, padded).error();
  CHECK_THAT(error, ContainsSubstring("malformed posehost note"));
  CHECK_THAT(error, ContainsSubstring(expected));
}

TEST_CASE("members of a note that only a newer ABI can know are left alone", "[plugin][note]") {
  CHECK(ph::read_note(test::fixture("newer_build")).abi_minor == 11);
  // In a note of this host's version they are a mistake.
  CHECK_THAT(Copy{"newer_build"}.text("\"abi\":[0,11]", "\"abi\":[0, 9]").error(),
             ContainsSubstring("an unknown member \"future\""));
}

TEST_CASE("a truncated plugin is refused at every length", "[plugin][note][error]") {
  const Copy copy;
  const auto whole = copy.bytes();
  const auto note_at = whole.find("posehost");
  // Whatever is cut, the note's own bytes are not complete; behind them only the tables matter.
  for (std::size_t length = 0; length < note_at + 400; length += 7) {
    CAPTURE(length);
    (void)copy.error(whole.substr(0, length));
  }
  CHECK_THAT(copy.error(whole.substr(0, 100)), ContainsSubstring("truncated"));
}

TEST_CASE("no damage to a plugin file does more than an error", "[plugin][note][error]") {
  const Copy copy;
  std::mt19937 random{7};
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    auto bytes = copy.bytes();
    const auto end = bytes.find("the base times a factor");
    for (int i = 0; i < 3; ++i) bytes[random() % end] = static_cast<char>(random());
    try {
      (void)copy.read(bytes);
    } catch (const ph::Error&) {
      ++refused;
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("the note is found by its section where no segment covers it", "[plugin][note]") {
  Copy copy;
  auto bytes = copy.bytes();
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  for (int i = 0; i < header.e_phnum; ++i) {
    const auto at = header.e_phoff + static_cast<std::size_t>(i) * sizeof(Elf64_Phdr);
    Elf64_Phdr segment;
    std::memcpy(&segment, bytes.data() + at, sizeof segment);
    if (segment.p_type == PT_NOTE) segment.p_type = PT_NULL;
    std::memcpy(bytes.data() + at, &segment, sizeof segment);
  }
  CHECK(copy.read(bytes).id == "test.fixtures");
}
