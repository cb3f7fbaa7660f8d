#include "plugin/config_table.hpp"

#include <nlohmann/json.hpp>

#include "plugin/instance.hpp"
#include "support/catch.hpp"

using ph::Node;
using ph::to_ph;

TEST_CASE("a plugin reads its arguments by JSON pointers", "[plugin][config]") {
  const ph::ConfigTable config{Node::parse(
      R"({"lr": 0.5, "n": 3, "whole": 4.0, "huge": 1e300, "on": true, "text": "grün", "none": null,
          "betas": [0.9, 0.999], "a/b": {"c~d": 7}, "": 8})")};
  const auto* table = config.get();
  const auto type = [&](std::string_view pointer) { return table->type(table->ctx, to_ph(pointer)); };

  CHECK(table->size == sizeof(ph_config));
  CHECK(ph::from_ph(table->json).substr(0, 10) == R"({"lr":0.5,)");
  CHECK(type("") == PH_JSON_OBJECT);
  CHECK(type("/lr") == PH_JSON_NUMBER);
  CHECK(type("/n") == PH_JSON_INTEGER);
  CHECK(type("/whole") == PH_JSON_INTEGER);
  CHECK(type("/huge") == PH_JSON_NUMBER);
  CHECK(type("/on") == PH_JSON_BOOL);
  CHECK(type("/text") == PH_JSON_STRING);
  CHECK(type("/none") == PH_JSON_NULL);
  CHECK(type("/betas") == PH_JSON_ARRAY);
  for (const char* absent :
       {"/x", "lr", "/betas/2", "/betas/-", "/betas/00", "/betas/+1", "/lr/0", "/text/0", "/a~2b"}) {
    CAPTURE(absent);
    CHECK(type(absent) == PH_JSON_ABSENT);
  }
  CHECK(table->type(table->ctx, ph_str{nullptr, 4}) == PH_JSON_ABSENT);
  CHECK(table->type(table->ctx, ph_str{"/n", -4}) == PH_JSON_ABSENT);

  CHECK(table->count(table->ctx, to_ph("/betas")) == 2);
  CHECK(table->count(table->ctx, to_ph("/a~1b")) == 1);
  CHECK(table->count(table->ctx, to_ph("/text")) == 0);

  double number = -1;
  CHECK(table->get_f64(table->ctx, to_ph("/betas/1"), &number) == PH_OK);
  CHECK(number == 0.999);
  CHECK(table->get_f64(table->ctx, to_ph("/n"), &number) == PH_OK);
  CHECK(number == 3);
  CHECK(table->get_f64(table->ctx, to_ph("/text"), &number) == PH_ERR_INVALID_ARGUMENT);
  CHECK(table->get_f64(table->ctx, to_ph("/x"), &number) == PH_ERR_NOT_FOUND);
  CHECK(number == 3);  // written only on success

  std::int64_t whole = -1;
  CHECK(table->get_i64(table->ctx, to_ph("/a~1b/c~0d"), &whole) == PH_OK);
  CHECK(whole == 7);
  CHECK(table->get_i64(table->ctx, to_ph("/whole"), &whole) == PH_OK);
  CHECK(whole == 4);
  CHECK(table->get_i64(table->ctx, to_ph("/"), &whole) == PH_OK);
  CHECK(whole == 8);
  CHECK(table->get_i64(table->ctx, to_ph("/lr"), &whole) == PH_ERR_INVALID_ARGUMENT);
  CHECK(table->get_i64(table->ctx, to_ph("/huge"), &whole) == PH_ERR_INVALID_ARGUMENT);
  CHECK(whole == 8);

  std::int32_t flag = -1;
  CHECK(table->get_bool(table->ctx, to_ph("/on"), &flag) == PH_OK);
  CHECK(flag == 1);
  CHECK(table->get_bool(table->ctx, to_ph("/n"), &flag) == PH_ERR_INVALID_ARGUMENT);

  ph_str text{};
  CHECK(table->get_str(table->ctx, to_ph("/text"), &text) == PH_OK);
  CHECK(ph::from_ph(text) == "grün");
  CHECK(table->get_str(table->ctx, to_ph("/none"), &text) == PH_ERR_INVALID_ARGUMENT);
}
