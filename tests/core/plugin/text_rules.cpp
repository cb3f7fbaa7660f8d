#include "plugin/text_rules.hpp"

#include "support/catch.hpp"

TEST_CASE("names and ids of plugins", "[plugin][text]") {
  CHECK(ph::is_plugin_id("org.posehost.param_groups"));
  CHECK(ph::is_plugin_id("com.a-b.c3"));
  for (const char* bad : {"", "plain", ".a.b", "a.b.", "a..b", "A.b", "a.b/c", "a b.c"}) {
    CAPTURE(bad);
    CHECK_FALSE(ph::is_plugin_id(bad));
  }
  CHECK_FALSE(ph::is_plugin_id("a." + std::string(127, 'b')));
  CHECK(ph::is_component_name("CosineAnnealing"));
  for (const char* bad : {"", "1x", "_x", "a-b", "a.b", "gr\xC3\xBCn"})
    CHECK_FALSE(ph::is_component_name(bad));
  CHECK_FALSE(ph::is_component_name(std::string(65, 'a')));
  CHECK(ph::is_kind_id("posehost.optimizer/0"));
  for (const char* bad : {"posehost.optimizer", "/0", "x/", "x/y", "X/0"}) CHECK_FALSE(ph::is_kind_id(bad));
  CHECK(ph::is_version("1.2.3-rc.1+build"));
  for (const char* bad : {"", "v1", "1 2"}) CHECK_FALSE(ph::is_version(bad));
}

TEST_CASE("UTF-8 is checked as RFC 3629 has it", "[plugin][text]") {
  CHECK(ph::is_utf8("grün 漢 😀"));
  for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF8\x88\x80\x80\x80"}) {
    CHECK_FALSE(ph::is_utf8(bad));
  }
  CHECK(ph::is_line("one line", 8));
  CHECK_FALSE(ph::is_line("one line", 7));
  CHECK_FALSE(ph::is_line("two\nlines", 99));
  CHECK_FALSE(ph::is_line("\x1b[31m", 99));
}

TEST_CASE("text is cut between characters", "[plugin][text]") {
  CHECK(ph::printable("aü", 2) == "a…");
  CHECK(ph::printable("aü", 3) == "aü");
  CHECK(ph::printable("a\nb\tc\xff") == "a b\tc?");
}

TEST_CASE("parts of names", "[plugin][text]") {
  CHECK(ph::short_kind("posehost.param_groups/0") == "param_groups");
  CHECK(ph::short_kind("schedule") == "schedule");
  CHECK(ph::kind_title("posehost.hook/0") == "hook");
  CHECK(ph::kind_title("posehost.param_groups/0") == "parameter-group rule");
  CHECK(ph::last_part("a.b.c") == "c");
  CHECK(ph::last_part("c") == "c");
}
