#pragma once
// Catch2 2.13 (Debian 12) and 3 under the same names.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
namespace test {
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
}  // namespace test
#else
#include <catch2/catch.hpp>
namespace test {
inline auto ContainsSubstring(const std::string& part) { return Catch::Matchers::Contains(part); }
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
}  // namespace test
#endif
