// The reader of JSON that parameter-group rules get.
#include <posehost/json.h>

#include <memory>
#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace {

// Texts stand at the end of an allocation of their size: a sanitizer sees a look beyond it.
struct Text {
  explicit Text(std::string_view from) : bytes(new char[from.size()]), size(from.size()) {
    from.copy(bytes.get(), size);
  }
  ph_json value() const { return ph_json_text({bytes.get(), static_cast<std::int64_t>(size)}); }
  std::unique_ptr<char[]> bytes;
  std::size_t size;
};

std::string raw(ph_json value) {
  const auto text = ph_json_raw(value);
  return text.len > 0 ? std::string(text.data, static_cast<std::size_t>(text.len)) : "";
}

std::string listed(ph_json container) {
  std::string all;
  for (auto it = ph_json_each(container); ph_json_next(&it);) all += raw(it.key) + "=" + raw(it.value) + ";";
  return all;
}

}  // namespace

TEST_CASE("members and elements come in their order, as they stand", "[sdk][json]") {
  const Text text(R"( { "a" : [1, -2.5e3 ,true], "b\"{,": {"c": null} , "d":"x,y]\\" } )");
  CHECK(listed(text.value()) == R"("a"=[1, -2.5e3 ,true];"b\"{,"={"c": null};"d"="x,y]\\";)");
  CHECK(listed(ph_json_get(text.value(), "a")) == "=1;=-2.5e3;=true;");
  CHECK(raw(ph_json_get(text.value(), "d")) == R"("x,y]\\")");
  CHECK(ph_json_absent(ph_json_get(text.value(), "c")));
  CHECK(ph_json_absent(ph_json_get(ph_json_get(text.value(), "a"), "a")));
  CHECK(listed(Text("[]").value()).empty());
  CHECK(listed(Text("{ }").value()).empty());
}

TEST_CASE("numbers, truths and names are read", "[sdk][json]") {
  const Text text(R"({"n": 0.125, "i": -7, "t": true, "f": false, "s": "true", "names": ["lr", "b\"x"]})");
  const auto get = [&](const char* name) { return ph_json_get(text.value(), name); };
  CHECK(ph_json_number(get("n"), 1) == 0.125);
  CHECK(ph_json_number(get("i"), 1) == -7);
  CHECK(ph_json_number(get("t"), 3) == 3);
  CHECK(ph_json_number(get("absent"), 3) == 3);
  CHECK((ph_json_true(get("t")) && !ph_json_true(get("f")) && !ph_json_true(get("s"))));
  CHECK((ph_json_has(get("names"), "lr") && !ph_json_has(get("names"), "l") && !ph_json_has(get("n"), "lr")));
  CHECK(ph_json_number(Text("7").value(), 0) == 7);
  CHECK(ph_json_number(Text(std::string(80, '1')).value(), 5) == 5);
}

TEST_CASE("text that is cut short, or no JSON, ends loops and reads no byte beyond", "[sdk][json]") {
  const std::string good = R"({"a": [1, {"b": "x\"y"}], "c": "\\", "d": 1.5})";
  for (std::size_t n = 0; n <= good.size(); ++n)
    for (const std::string& broken :
         {good.substr(0, n), good.substr(n), good.substr(0, n) + "]}" + good.substr(n)}) {
      const Text text(broken);
      std::size_t steps = 0;
      for (auto it = ph_json_each(text.value()); ph_json_next(&it);) {
        ++steps;
        CHECK(raw(it.value).size() <= broken.size());
        listed(it.value);
      }
      CHECK(steps <= broken.size());
    }
  CHECK(ph_json_absent(ph_json_text({nullptr, 0})));
}
