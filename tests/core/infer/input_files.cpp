#include "infer/input_files.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;
namespace fs = std::filesystem;

TEST_CASE("a folder means its images, by name, those below it too", "[infer]") {
  const test::TempFolder dir;
  fs::create_directories(dir.path() / "in/deep");
  for (const char* name : {"in/b.JPG", "in/a.png", "in/deep/c.webp", "in/notes.txt", "v.mp4"})
    test::write_all(dir.path() / name, "x");
  const auto files = ph::input_files({dir.path() / "in", dir.path() / "v.mp4"});
  REQUIRE(files.size() == 4);
  CHECK(files[0].relative == "a.png");
  CHECK(files[1].relative == "b.JPG");
  CHECK(files[2].relative == "deep/c.webp");
  CHECK_FALSE(files[2].video);
  CHECK(files[3].video);
}

TEST_CASE("inputs that cannot be used are refused", "[infer][error]") {
  const test::TempFolder dir;
  fs::create_directories(dir.path() / "empty");
  fs::create_directories(dir.path() / "other");
  test::write_all(dir.path() / "a.png", "x");
  test::write_all(dir.path() / "a.txt", "x");
  test::write_all(dir.path() / "other/a.png", "x");
  const auto error_of = [&](std::vector<fs::path> inputs) {
    for (auto& input : inputs) input = dir.path() / input;
    return test::error_of([&] { (void)ph::input_files(inputs); });
  };
  CHECK_THAT(error_of({"none.png"}), ContainsSubstring("no such file"));
  CHECK_THAT(error_of({"a.txt"}), ContainsSubstring("suffix \".txt\""));
  CHECK_THAT(error_of({"empty"}), ContainsSubstring("no images"));
  CHECK_THAT(error_of({"a.png", "other/a.png"}), ContainsSubstring("one name"));
  const auto files = ph::input_files({dir.path() / "a.png"});
  CHECK_NOTHROW(ph::check_out_folder(files, dir.path() / "empty"));
  CHECK_NOTHROW(ph::check_out_folder(files, {}));
  CHECK_THAT(test::error_of([&] { ph::check_out_folder(files, dir.path()); }),
             ContainsSubstring("written over"));
}
