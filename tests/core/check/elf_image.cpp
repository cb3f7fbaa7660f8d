#include "check/elf_image.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "check/config_samples.hpp"
#include "config/error.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace {

const std::string good = POSEHOST_BUILD_DIR "/tests/plugins/optimizer_none.so";

std::string bytes_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Whether it could be read; anything but an Error or an answer fails the test.
bool readable(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
  try {
    static_cast<void>(ph::ElfImage::read(file));
    return true;
  } catch (const ph::Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("what the dynamic loader would see is read from the file", "[check]") {
  const auto image = ph::ElfImage::read(good);
  const auto find = [&](const std::string& name) {
    const auto found = std::find_if(image.symbols.begin(), image.symbols.end(),
                                    [&](const auto& s) { return s.name == name; });
    REQUIRE(found != image.symbols.end());
    return *found;
  };
  CHECK(find("posehost_plugin_query_v0").defined);
  const auto import = find("calloc");
  CHECK_FALSE(import.defined);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // whose calloc has no version
  CHECK(import.library == "libc.so.6");
  CHECK(import.version == "GLIBC_2.2.5");
#endif
  CHECK(std::count(image.needed.begin(), image.needed.end(), "libc.so.6") == 1);
  CHECK(image.stack_header);
  CHECK_FALSE(image.executable_stack);
  CHECK_FALSE(image.writable_code);
  CHECK_FALSE(image.text_relocations);
}

TEST_CASE("a damaged library is an error or an answer, never more", "[check][error]") {
  test::TempFolder dir;
  const auto file = dir.path() / "damaged.so";
  const auto whole = bytes_of(good);
  REQUIRE(readable(file, whole));
  ph::Draw draw{3};
  std::size_t refused = 0;
  for (int i = 0; i < 60; ++i) refused += readable(file, whole.substr(0, draw.below(whole.size()))) ? 0 : 1;
  for (int i = 0; i < 400; ++i) {
    auto bent = whole;
    for (int k = 0; k < 4; ++k) bent[draw.below(2048)] = static_cast<char>(draw.below(256));
    refused += readable(file, bent) ? 0 : 1;
  }
  CHECK(refused > 60);
}
