#include "schema_arguments.hpp"

void add_schema_arguments(CLI::App& app, std::vector<std::string>& plugin_dirs) {
  app.add_option("--plugin-dir", plugin_dirs, "Look for plugins here first")
      ->type_name("DIR")
      ->expected(1)
      ->allow_extra_args(false);
  app.footer(
      "For editors: with \"json.schemas\" of VS Code, or any validator of JSON Schema 2020-12.\n"
      "Example: posehost config-schema > posehost.schema.json");
}
