#include "data/compat.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"

TEST_CASE("compat rows are chosen by version, 0.29 when none is given", "[compat]") {
  const auto row = [](const char* text) { return ph::compat_for(ph::Node::parse(text)); };
  CHECK(row("null").version == "0.29");
  CHECK(ph::default_compat().version == "0.29");
  CHECK_FALSE(row("\"0.29\"").drop_last);
  CHECK(row("\"0.13\"").drop_last);
  CHECK(row("\"0.13\"").jitter_once);
  CHECK(row("\"0.29\"").weight_squared);
  CHECK_FALSE(row("\"1.x\"").weight_squared);
  CHECK_FALSE(row("\"1.x\"").half_body_normal);
}

TEST_CASE("an unknown compat row names the rows", "[compat][error]") {
  const auto error = test::error_of([] { (void)ph::compat_for(ph::Node::parse("\"0.28\"")); });
  CHECK_THAT(error, test::ContainsSubstring("there is no compat row \"0.28\""));
  CHECK_THAT(error, test::ContainsSubstring("\"0.13\", \"0.29\" (default) or \"1.x\""));
}
