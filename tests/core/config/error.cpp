#include "config/error.hpp"

#include "support/catch.hpp"

using ph::Error;
using ph::ErrorKind;

TEST_CASE("an error shows its four parts, aligned, and leaves out empty ones", "[config][error]") {
  CHECK(std::string(
            Error(ErrorKind::config, "a.json:1: /lr: out of range", "the number -1", "at least 0", "0.1")
                .what()) ==
        "a.json:1: /lr: out of range\n"
        "  found     the number -1\n"
        "  expected  at least 0\n"
        "  try       0.1");
  CHECK(std::string(Error(ErrorKind::data, "no image", {}, "a JPEG").what()) ==
        "no image\n  expected  a JPEG");
  CHECK(std::string(Error(ErrorKind::data, "no image").what()) == "no image");
}

TEST_CASE("text from files cannot drive the terminal", "[config][error]") {
  const std::string text = Error(ErrorKind::config, "bad \x1b[31mname", "two\nlines").what();
  CHECK(text == "bad ?[31mname\n  found     two\n            lines");
}

TEST_CASE("kinds of error have exit codes", "[config][error]") {
  CHECK(Error(ErrorKind::check_failed, "x").exit_code() == 1);
  CHECK(Error(ErrorKind::usage, "x").exit_code() == 2);
  CHECK(Error(ErrorKind::config, "x").exit_code() == 2);
  CHECK(Error(ErrorKind::plugin, "x").exit_code() == 3);
  CHECK(Error(ErrorKind::data, "x").exit_code() == 4);
  CHECK(Error(ErrorKind::internal, "x").exit_code() == 5);
  CHECK(Error(ErrorKind::environment, "x").exit_code() == 6);
  CHECK(Error(ErrorKind::nan, "x").exit_code() == 7);
}

TEST_CASE("nearest names find slips and nothing else", "[config][error]") {
  const std::vector<std::string> known = {"momentum", "weight_decay", "lr", "nesterov", "TopDownCocoDataset"};
  using Names = std::vector<std::string>;
  CHECK(ph::nearest_names("momentun", known) == Names{"momentum"});
  CHECK(ph::nearest_names("mometnum", known) == Names{"momentum"});  // neighbours swapped: one edit
  CHECK(ph::nearest_names("Weight_Decay", known) == Names{"weight_decay"});
  CHECK(ph::nearest_names("topdowncocodataset", known) == Names{"TopDownCocoDataset"});
  CHECK(ph::nearest_names("l", known) == Names{});
  CHECK(ph::nearest_names("interval", known) == Names{});
  CHECK(ph::nearest_names("", known) == Names{});
  CHECK(ph::nearest_names(std::string(100000, 'a'), known) == Names{});
  CHECK(ph::nearest_names("Adam", {"AdamW", "Adamax", "Adam2", "Adamm"}, 2).size() == 2);
}

TEST_CASE("did_you_mean words what is near", "[config][error]") {
  CHECK(ph::did_you_mean("stpe", {"step", "poly"}) == "did you mean \"step\"?");
  CHECK(ph::did_you_mean("xyz", {"step", "poly"}, "leave it out") == "leave it out");
  CHECK(ph::did_you_mean("bar", {"bat", "baz"}) == "did you mean \"bat\" or \"baz\"?");
}
