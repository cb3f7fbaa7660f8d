#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace ph {

/// What `posehost plugin new` was asked for.
struct NewProject {
  std::string name;           ///< of the component: "MySgd"
  std::string lang, kind;     ///< "c", "optimizer": there is a template of both
  std::string id;             ///< of the plugin; empty: org.example.my_sgd
  std::filesystem::path dir;  ///< empty: my_sgd
};

/// Where an SDK lies: share/posehost-sdk below its prefix, with the folders templates/ and rust/.
/// Throws Error(environment) when there is none beside the running program.
[[nodiscard]] std::filesystem::path sdk_folder();

/// Names of the languages and kinds that `sdk` has a template of, sorted.
[[nodiscard]] std::vector<std::string> template_languages(const std::filesystem::path& sdk);
[[nodiscard]] std::vector<std::string> template_kinds(const std::filesystem::path& sdk,
                                                      const std::string& lang);

/// Fills id and dir where they are empty. Throws Error(usage) for a name, id, language or kind that
/// cannot be.
[[nodiscard]] NewProject complete(NewProject project, const std::filesystem::path& sdk);

/// Writes a plugin's project from the templates of `sdk`; the files, relative to project.dir. Nothing is
/// overwritten: a file that exists is an Error(usage), said before anything is written. `configs` is what
/// the config to try it with finds posehost's own configs in.
std::vector<std::filesystem::path> write_project(const NewProject& project, const std::filesystem::path& sdk,
                                                 const std::filesystem::path& configs);

/// "my_sgd" of "MySgd", "sgd2" of "SGD2".
[[nodiscard]] std::string snake_case(const std::string& name);

}  // namespace ph
