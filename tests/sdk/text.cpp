#include <posehost/text.hpp>

#include <cstdlib>
#include <random>
#include <string>

#include "support/catch.hpp"

namespace {

struct StringOut {
  std::string text;
  void put(char c) { text += c; }
};
std::string number(double value, bool real = false) {
  StringOut out;
  ph::detail::put_number(out, value, real);
  return out.text;
}
std::string quoted(std::string_view value) {
  StringOut out;
  ph::detail::put_string(out, value);
  return out.text;
}

}  // namespace

TEST_CASE("numbers are written as people write them", "[sdk][text]") {
  const auto [value, text] = GENERATE(table<double, std::string>({{0.0, "0"},
                                                                  {1.0, "1"},
                                                                  {-2.5, "-2.5"},
                                                                  {0.1, "0.1"},
                                                                  {0.9, "0.9"},
                                                                  {0.999, "0.999"},
                                                                  {1e-8, "1e-8"},
                                                                  {2e-4, "0.0002"},
                                                                  {0.05, "0.05"},
                                                                  {1000000.0, "1000000"},
                                                                  {1e22, "1e22"},
                                                                  {0.000001, "0.000001"},
                                                                  {1.5e-7, "15e-8"},
                                                                  {3.4445, "3.4445"},
                                                                  {123456.789, "123456.789"}}));
  CHECK(number(value) == text);
}

TEST_CASE("a real number shows that it is one", "[sdk][text]") {
  CHECK(number(1, true) == "1.0");
  CHECK(number(0, true) == "0.0");
  CHECK(number(0.5, true) == "0.5");
  CHECK(number(1e-8, true) == "1e-8");
}

TEST_CASE("what is written reads back as the same number", "[sdk][text]") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    // Up to 15 digits and a power of ten: what somebody could type.
    const double digits = static_cast<double>(random() % 1000000000000000ull);
    const int power = static_cast<int>(random() % 15);
    const double value = std::strtod(
        (std::to_string(static_cast<long long>(digits)) + "e-" + std::to_string(power)).c_str(), nullptr);
    CAPTURE(value);
    REQUIRE(std::strtod(number(value).c_str(), nullptr) == value);
  }
}

TEST_CASE("a number without a short decimal is refused", "[sdk][text]") {
  CHECK_THROWS(number(1e-30));
  CHECK_THROWS(number(1e300));
  CHECK_THROWS(number(std::numeric_limits<double>::quiet_NaN()));
  CHECK_THROWS(number(std::numeric_limits<double>::infinity()));
}

TEST_CASE("strings are escaped as JSON wants it", "[sdk][text]") {
  CHECK(quoted("a\"b\\c") == R"("a\"b\\c")");
  CHECK(quoted("line\nbreak\x01") == R"("line\u000abreak\u0001")");
  CHECK(quoted("π ≤ 4") == "\"π ≤ 4\"");
}
