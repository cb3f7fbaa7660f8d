// Arguments: the schema, what create makes of what it allows, and of a host that answers badly.
#include <nlohmann/json.hpp>

#include "check/case.hpp"
#include "check/config_samples.hpp"
#include "check/fake_host.hpp"
#include "config/schema.hpp"
#include "plugin/declared.hpp"

namespace ph {
namespace {

Json schema_of(CaseRun& run) { return Json::parse(run.component().schema); }

/// Members of an optimizer's hyper-parameters have to be there for whatever create accepts.
void check_hypers(CaseRun& run, const Trial& trial) {
  const auto* table = std::get_if<ph_optimizer_api>(&trial.table());
  if (table == nullptr) return;
  try {
    static_cast<void>(read_hypers(*table, run.component(), Node::from_json(trial.args())));
  } catch (const Error& error) {
    run.fail(error.found() + "; arguments " + short_text(trial.args()));
  }
}

void check_schema(CaseRun& run) {
  const auto& component = run.component();
  const auto schema = Schema::parse(component.schema, component.name);  // an Error is a finding
  const auto& json = schema.json();
  if (json.value("type", Json()) != "object") run.fail("at the top of the schema is no object");
  const auto others = json.find("additionalProperties");
  if (others == json.end() || !others->is_boolean()) {
    run.fail(
        "the schema has no \"additionalProperties\": false at the top, so that slips in keys go unnoticed");
  }
  const auto properties = json.find("properties");
  if (properties == json.end()) return;
  for (const auto& [name, property] : properties->items()) {
    if (property.value("description", std::string{}).empty())
      run.note("the argument " + name + " has no description");
    if (!property.contains("type") && !property.contains("enum") && !property.contains("oneOf") &&
        !property.contains("const")) {
      run.note("the argument " + name + " may be anything");
    }
  }
}

void check_defaults(CaseRun& run) {
  Draw draw{run.seed()};
  const auto args = filled(run.component(), minimal_args(schema_of(run), draw));
  Trial trial{run, run.component(), args};
  if (!trial.made()) {
    run.note("with what is required alone it says: " + trial.error());
  } else {
    check_hypers(run, trial);
  }
}

void check_valid(CaseRun& run) {
  const auto schema = schema_of(run);
  Draw draw{run.seed()};
  std::size_t made = 0;
  constexpr std::size_t rounds = 60;
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto args = filled(run.component(), random_args(schema, draw));
    Trial trial{run, run.component(), args};
    if (!trial.made()) continue;
    ++made;
    check_hypers(run, trial);
  }
  run.note("accepts " + std::to_string(made) + " of " + std::to_string(rounds) + " random arguments");
}

void check_invalid(CaseRun& run) {
  const auto& component = run.component();
  const auto json = schema_of(run);
  const auto schema = Schema::parse(component.schema, component.name);
  Draw draw{run.seed()};
  std::size_t tried = 0;
  for (int round = 0; round < 8; ++round) {
    const auto valid = round == 0 ? minimal_args(json, draw) : random_args(json, draw);
    for (const auto& broken : broken_args(json, valid)) {
      ++tried;
      try {
        static_cast<void>(schema.check(Node::from_json(broken.args, "arguments")));
      } catch (const Error&) {
        continue;
      }
      run.fail("the schema lets through: " + broken.what + ", in " + short_text(broken.args));
    }
  }
  run.note("refuses " + std::to_string(tried) + " wrong arguments");
}

/// The host fills defaults in before create; a plugin must not rely on its getters all the same.
void check_getters(CaseRun& run) {
  Draw draw{run.seed()};
  const auto args = filled(run.component(), minimal_args(schema_of(run), draw));
  for (const auto fault : {ConfigFault::not_found, ConfigFault::wrong_type}) {
    // Not made is the right answer, made an acceptable one; what counts is that it comes back.
    Trial trial{run, run.component(), args, fault};
  }
}

}  // namespace

void add_config_cases(std::vector<CheckCase>& to) {
  to.push_back(
      {"config.schema", any_component, "the schema is one of the dialect, closed at the top", check_schema});
  to.push_back({"config.defaults", any_component, "create with what is required alone", check_defaults});
  to.push_back(
      {"config.valid", any_component, "create accepts what the schema allows, or says why not", check_valid});
  to.push_back({"config.invalid", any_component, "the schema refuses every single mistake", check_invalid});
  to.push_back({"config.getters", any_component, "create survives getters that find nothing", check_getters});
}

}  // namespace ph
