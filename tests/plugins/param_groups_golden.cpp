// Values of each parameter as mmcv's, mmengine's and mmpose's own constructors give them.
#include "bundled.hpp"
#include "plugin/sink.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using ph::Json;

namespace {

Json ask(const Json& golden, const Json& item) {
  const auto rule =
      test::make(PH_KIND_PARAM_GROUPS, item["component"].get<std::string>(), item["paramwise"].dump());
  const Json input{{"optimizer", item["optimizer"]},
                   {"hypers", {"lr", "momentum", "dampening", "weight_decay"}},
                   {"compat", golden["compat"]},
                   {"params", golden["nets"][item["net"].get<std::string>()]}};
  const auto text = input.dump();
  ph::StringSink answer;
  const auto sink = answer.table();
  rule->check(rule->api<ph_param_groups_api>().build(rule->self(), ph::to_ph(text), &sink), "build");
  Json overrides = Json::object();
  const auto parsed = Json::parse(answer.text);
  for (const auto& entry : parsed["params"]) overrides[entry["name"].get<std::string>()] = entry["overrides"];
  return overrides;
}

}  // namespace

TEST_CASE("parameter groups are the peers'", "[plugins][param_groups][golden]") {
  const auto* const file = GENERATE("param_groups_mmcv.json", "param_groups_mmengine.json");
  const Json golden = test::golden(file);
  REQUIRE(golden["cases"].size() >= 9);
  for (const auto& item : golden["cases"]) {
    CAPTURE(file, item["component"].dump(), item["paramwise"].dump(), item["net"].dump());
    const auto overrides = ask(golden, item);
    for (const auto& [name, values] : item["result"].items()) {
      CAPTURE(name);
      std::size_t at = 0;
      for (const char* hyper : {"lr", "weight_decay", "momentum"}) {
        const auto own = overrides.value(name, Json::object());
        const double value = own.value(hyper, item["optimizer"][hyper].get<double>());
        // The product of the same two numbers; a power of the C library in layer decay.
        REQUIRE_THAT(value, test::WithinRel(values[at++].get<double>(), 1e-15));
      }
    }
    // Nothing for what the peer does not train.
    for (const auto& [name, own] : overrides.items()) REQUIRE(item["result"].contains(name));
  }
}
